// A desk device in a browser profile on disk, and a server with one point for it.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type BrowserContext, chromium, expect, type Page } from "@playwright/test";

import { type Proxy, startProxy } from "./proxy.ts";
import { type Server, startServer } from "./server.ts";

export const PIN = "246810";
const CAMPAIGN = "desk-2026";

/** A server behind a proxy, with a campaign and a point. */
export interface Desk {
  readonly server: Server;
  readonly proxy: Proxy;
  /** The point's code. */
  readonly point: string;
  /** How many responses the server holds. */
  stored(): Promise<number>;
  /** A code to enrol a device. */
  code(): Promise<string>;
  /** The id of the only device. */
  device(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server with one point whose limit no test reaches. */
export async function startDesk(): Promise<Desk> {
  const server = await startServer();
  const names = ["--title-vi", "Đánh giá tại quầy 2026", "--title-en", "Desk rating 2026"];
  const agency = ["--agency-vi", "Sở Nội vụ tỉnh Đồng Tháp", "--agency-en", "Department of Home Affairs of Dong Thap"];
  const asked = ["--questionnaire", "desk-rating/1", "--unit", "82", "--selection", "open", "--starts-on", "2026-01-01"];
  await server.run("campaign", "add", CAMPAIGN, ...names, ...agency, ...asked);
  const place = ["--campaign", CAMPAIGN, "--unit", "29954", "--label", "Quầy 3", "--hourly-limit", "100000"];
  const point = (await server.run("point", "add", ...place)).split("\t")[0] ?? "";
  // A running server sees what the command line made within seconds.
  await expect.poll(async () => (await fetch(`${server.origin}/api/v1/points/${point}`)).status, { timeout: 20_000 }).toBe(200);
  const proxy = await startProxy(Number(new URL(server.origin).port));
  return {
    server,
    proxy,
    point,
    async stored() {
      const rows = await server.run("export", CAMPAIGN, "--format", "jsonl");
      return rows.split("\n").filter((row) => row !== "").length;
    },
    async code() {
      const made = await server.run("device", "enrol", point, "--label", "Máy ở quầy 3", "--pin", PIN);
      return /^code\t(\S+)$/m.exec(made)?.[1] ?? "";
    },
    async device() {
      const [, line = ""] = (await server.run("device", "list")).split("\n");
      return line.split("\t")[0] ?? "";
    },
    async close() {
      await proxy.close();
      await server.stop();
    },
  };
}

/** A browser whose profile lies on disk: it can lose power and start again. */
export class Machine {
  private context: BrowserContext | undefined;
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), "nghe-dan-kiosk-")));
  }

  /** Switches it on; `viewport` is the screen. */
  async start(viewport = { width: 1080, height: 1920 }): Promise<Page> {
    this.context = await chromium.launchPersistentContext(this.folder, {
      executablePath: process.env.NGHE_DAN_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
      viewport,
      locale: "vi-VN",
    });
    const [page] = this.context.pages();
    return page ?? (await this.context.newPage());
  }

  async newPage(): Promise<Page> {
    if (!this.context) throw new Error("the machine is off");
    return this.context.newPage();
  }

  /** Takes its power away: every process of this profile ends at once, and nothing is asked to. */
  async kill(): Promise<void> {
    // The name of the profile's folder is in the command line of the browser and of nothing else.
    const { stdout } = await promisify(execFile)("pgrep", ["-f", "--", this.folder]);
    const closed = new Promise((done) => this.context?.once("close", done));
    for (const pid of stdout.split("\n").filter((line) => line !== "")) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended with its parent.
      }
    }
    await closed;
  }

  /** Closes the browser as a person would. */
  async stop(): Promise<void> {
    await this.context?.close();
  }

  async discard(): Promise<void> {
    await this.context?.close().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Types the code on a new device and waits until it is ready. */
export async function enrol(page: Page, desk: Desk): Promise<void> {
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await page.getByLabel("Mã đăng ký").fill(await desk.code());
  await page.getByRole("button", { name: "Đăng ký" }).click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
}

/** Waits until the page would start without a network. */
export async function kept(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    await navigator.serviceWorker.ready;
    return navigator.serviceWorker.controller !== null;
  });
}

/** Finishes `count` responses, skipping every question: as fast as the page takes them. */
export async function finish(page: Page, count: number): Promise<void> {
  await page.evaluate(async (count) => {
    const until = <T>(found: () => T | null | undefined | false) =>
      new Promise<T>((done) => {
        const look = () => {
          const got = found();
          if (got) done(got);
          else setTimeout(look, 5);
        };
        look();
      });
    const query = (selector: string) => document.querySelector<HTMLButtonElement>(selector);
    for (let n = 0; n < count; n += 1) {
      (await until(() => query(".kiosk-begin"))).click();
      for (;;) {
        const on = await until(() => query(".kiosk-on"));
        const last = on.dataset.send !== undefined;
        const place = query(".kiosk-progress p")?.textContent;
        on.click();
        if (last) break;
        await until(() => query(".kiosk-progress p")?.textContent !== place);
      }
      // The thanks: what was finished is on disk now.
      (await until(() => query(".kiosk-main .kiosk-center .kiosk-plain"))).click();
    }
  }, count);
}

/** Opens the staff's screen. */
export async function openStaff(page: Page): Promise<void> {
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill(PIN);
  await page.getByRole("button", { name: "Mở" }).click();
  await expect(page.getByRole("heading", { name: "Tình trạng máy" })).toBeVisible();
}
