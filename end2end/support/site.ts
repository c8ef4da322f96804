// A newer site than the one that was built, and what a device keeps of a site.

import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import type { Page } from "@playwright/test";

import { SITE } from "./server.ts";

/** The style sheet of a device that is another one in the newer site. */
const SHEET = "kiosk.css";
/** What it says beside what the old one says. */
const MARK = "--edition";

/** A site in a folder of its own. */
export interface Site {
  readonly folder: string;
  /** The name under which the newer style sheet is served. */
  readonly sheet: string;
  discard(): Promise<void>;
}

/**
 * What the next build would make with one style sheet changed: its content, the name that follows from it, the twins and the
 * manifest. One that is incomplete names the sheet and does not have it.
 */
export async function newerSite({ incomplete = false } = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "nghe-dan-site-"));
  await cp(SITE, folder, { recursive: true });
  const manifest = join(folder, "manifest.json");
  const names = JSON.parse(await readFile(manifest, "utf8")) as Record<string, string>;
  const old = join(folder, "pkg", names[SHEET] ?? "");
  const content = `${await readFile(old, "utf8")}:root{${MARK}:newer}`;
  const sheet = `kiosk.${createHash("sha256").update(content).digest("hex").slice(0, 12)}.css`;
  for (const twin of ["", ".br", ".gz"]) await rm(old + twin);
  const file = join(folder, "pkg", sheet);
  if (!incomplete) {
    await writeFile(file, content);
    await writeFile(`${file}.br`, brotliCompressSync(content));
    await writeFile(`${file}.gz`, gzipSync(content));
  }
  await writeFile(manifest, JSON.stringify({ ...names, [SHEET]: sheet }));
  return { folder, sheet, discard: () => rm(folder, { recursive: true, force: true }) };
}

/** Whether the page on the screen is of the newer site. */
export function isNewer(page: Page): Promise<boolean> {
  return page.evaluate((mark) => getComputedStyle(document.documentElement).getPropertyValue(mark) !== "", MARK);
}

/** The pages that the device keeps whole, by the files that each is made of. */
export function keptPages(page: Page): Promise<string[]> {
  return page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("desk-")));
}

/** Asks the worker for a newer page, and tells whether it took one over. */
export function askForNewer(page: Page): Promise<unknown> {
  return page.evaluate(
    () =>
      new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => done(data);
        navigator.serviceWorker.controller?.postMessage("update", [port2]);
      }),
  );
}
