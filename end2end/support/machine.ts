// A browser whose profile lies on disk: it can lose power and start again.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from "@playwright/test";

import type { Certificate } from "./certificate.ts";
import { watchProblems } from "./problems.ts";

const SCREEN = { width: 1080, height: 1920 };

/** A desk device, or with another screen a phone. */
export class Machine {
  private running: BrowserContext | undefined;
  /** The folder of the profile. */
  readonly folder: string;
  private readonly flags: readonly string[];
  /** What all its pages complained about since it was made. */
  readonly problems: string[] = [];

  private constructor(folder: string, certificate: Certificate | undefined, flags: readonly string[]) {
    this.folder = folder;
    // Not `ignoreHTTPSErrors`: with that Chromium registers no service worker.
    const trust = certificate ? [`--ignore-certificate-errors-spki-list=${certificate.spki}`] : [];
    this.flags = [...trust, ...flags];
  }

  /** A machine that trusts the certificate, and whose browser is started with these flags too. */
  static async make(certificate: Certificate | undefined, flags: readonly string[] = []): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), "nghe-dan-machine-")), certificate, flags);
  }

  /** Switches it on; `viewport` is the screen. */
  async start(viewport = SCREEN, options: BrowserContextOptions = {}): Promise<Page> {
    this.running = await chromium.launchPersistentContext(this.folder, {
      executablePath: process.env.NGHE_DAN_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        ...this.flags,
      ],
      viewport,
      locale: "vi-VN",
      ...options,
    });
    const watch = (page: Page) => watchProblems(page, options.javaScriptEnabled !== false, (problem) => this.problems.push(problem));
    this.running.on("page", watch).pages().forEach(watch);
    const [page] = this.running.pages();
    return page ?? (await this.running.newPage());
  }

  /** The browser, while it is on. */
  get context(): BrowserContext {
    if (!this.running) throw new Error("the machine is off");
    return this.running;
  }

  async newPage(): Promise<Page> {
    return this.context.newPage();
  }

  /**
   * What takes its power away: every process of this profile ends at once, and nothing is asked to. Made beforehand, so that
   * nothing has to be looked up at the moment itself.
   */
  async fuse(): Promise<() => Promise<void>> {
    const processes = await this.processes();
    const closed = new Promise((done) => this.context.once("close", done));
    return async () => {
      for (const id of processes) end(id);
      // What was started since goes too.
      for (const id of await this.processes()) end(id);
      await closed;
    };
  }

  /** Takes its power away. */
  async kill(): Promise<void> {
    const blow = await this.fuse();
    await blow();
  }

  private async processes(): Promise<number[]> {
    // The name of the profile's folder is in the command line of the browser and of nothing else; without any, pgrep fails.
    const { stdout } = await promisify(execFile)("pgrep", ["-f", "--", this.folder]).catch(() => ({ stdout: "" }));
    return stdout.split("\n").filter((line) => line !== "").map(Number);
  }

  /** Closes the browser as a person would. */
  async stop(): Promise<void> {
    await this.running?.close();
  }

  /** The files of the profile that hold a text, in whichever of the two ways in which Chromium writes letters. */
  async filesWith(text: string): Promise<string[]> {
    const ways = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const entry of entries.filter((entry) => entry.isFile())) {
      const path = join(entry.parentPath, entry.name);
      // A browser that still ends may take its own files away meanwhile.
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      if (ways.some((way) => bytes.includes(way))) found.push(path.slice(this.folder.length + 1));
    }
    return found;
  }

  async discard(): Promise<void> {
    await this.running?.close().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function end(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It ended with its parent.
  }
}
