// The real binary on a free port with a database of its own.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request as askPlainly } from "node:http";
import { request as askSecurely } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import type { Certificate } from "./certificate.ts";
import { type Filling, filled, type Run } from "./filling.ts";

const root = resolve(import.meta.dirname, "../..");
const binary = process.env.NGHE_DAN_BINARY ?? join(root, "target/debug/nghe-dan");
/** What browsers load, as it was built. */
export const SITE = join(root, "target/site");
/** A debug build on a machine that does much else besides. */
const READY_MS = 120_000;

/** A server that runs until it is stopped. */
export interface Server {
  /** Where it listens, without a slash at the end. */
  readonly origin: string;
  /** What the filling of the database printed. */
  readonly filled: string;
  /** What it has written to its log so far. */
  log(): string;
  /** Runs `nghe-dan` with these arguments on its database, and returns what it prints. */
  readonly run: Run;
  /** Ends the process and keeps the database; `SIGKILL` is a power cut. */
  halt(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again where it was, from now on with the site in a folder where one is given. */
  resume(site?: string): Promise<void>;
  /** Copies its database while it is stopped, and gives what puts the copy back: everything since is lost to the server. */
  backUp(): Promise<() => Promise<void>>;
  /** Stops it as an administrator would, and removes its database. */
  stop(): Promise<void>;
}

/** `nghe-dan` on a database. */
function runOn(database: string): Run {
  return async (...command) => {
    const settings = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(binary, [...command, "--database", database], settings);
    return stdout;
  };
}

/** Where the database lies in a folder. */
function databaseIn(folder: string): string {
  return `sqlite:${join(folder, "nghe-dan.db")}`;
}

/** Starts a server on a filled database of its own, on https with a certificate. */
export async function startServer(
  filling: Filling,
  certificate?: Certificate,
  flags: readonly string[] = [],
): Promise<Server> {
  const template = await filled(filling, (folder) => runOn(databaseIn(folder)));
  const folder = await mkdtemp(join(tmpdir(), "nghe-dan-e2e-"));
  await cp(template.folder, folder, { recursive: true });
  const backups = `${folder}-backup`;
  const database = databaseIn(folder);
  const port = await freePort();
  const origin = `${certificate ? "https" : "http"}://127.0.0.1:${port}`;
  const tls = certificate ? ["--tls-cert", certificate.certFile, "--tls-key", certificate.keyFile] : [];
  const settings = ["--listen", `127.0.0.1:${port}`, "--database", database, ...tls, ...flags];
  let log = "";
  let site = SITE;
  const start = async () => {
    const started = spawn(binary, ["serve", ...settings, "--site", site], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.stdout.on("data", (text) => (log += text));
    started.stderr.on("data", (text) => (log += text));
    try {
      await ready(started, async () => (await ask(`${origin}/readyz`, certificate)).status, () => log);
    } catch (error) {
      started.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return started;
  };
  let child = await start();
  const halt = async (signal: "SIGTERM" | "SIGKILL") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  };
  return {
    origin,
    filled: template.printed,
    log: () => log,
    run: runOn(database),
    halt,
    async resume(other = site) {
      site = other;
      child = await start();
    },
    async backUp() {
      const copy = join(backups, "copy");
      await halt("SIGTERM");
      await cp(folder, copy, { recursive: true });
      child = await start();
      return async () => {
        await halt("SIGTERM");
        await rm(folder, { recursive: true });
        await cp(copy, folder, { recursive: true });
        child = await start();
      };
    },
    async stop() {
      await halt("SIGTERM");
      await rm(backups, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What is asked of a server beside a GET. */
interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks a server as a program would: the status, 0 when there is no answer, and the text. Only the given certificate is trusted. */
export function ask(address: string, certificate?: Certificate, asking: Asking = {}): Promise<{ status: number; text: string }> {
  const { method = "GET", headers = {}, body } = asking;
  return new Promise((done) => {
    const answered = (answer: IncomingMessage) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => done({ status: answer.statusCode ?? 0, text })).on("error", () => done({ status: 0, text }));
    };
    const request = certificate
      ? askSecurely(address, { ca: certificate.cert, method, headers }, answered)
      : askPlainly(address, { method, headers }, answered);
    request.on("error", () => done({ status: 0, text: "" }));
    request.end(body);
  });
}

async function ready(child: ChildProcess, asked: () => Promise<number>, log: () => string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`nghe-dan ended with ${child.exitCode}:\n${log()}`);
    }
    if ((await asked()) === 200) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`nghe-dan was not ready within ${READY_MS / 1_000} s:\n${log()}`);
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}
