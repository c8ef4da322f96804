// The real binary on a free port with a database of its own.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import type { Certificate } from "./certificate.ts";

const root = resolve(import.meta.dirname, "../..");
const binary = process.env.NGHE_DAN_BINARY ?? join(root, "target/debug/nghe-dan");
const site = join(root, "target/site");

/** A server that runs until it is stopped. */
export interface Server {
  /** Where it listens, without a slash at the end. */
  readonly origin: string;
  /** Addresses that filling the database said one may try, such as `/s/ABCD2345`. */
  readonly links: readonly string[];
  /** What it has written to its log so far. */
  log(): string;
  /** Runs `nghe-dan` with these arguments on its database, and returns what it prints. */
  run(...command: string[]): Promise<string>;
  /** Ends the process and keeps the database; `SIGKILL` is a power cut. */
  halt(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again where it was. */
  resume(): Promise<void>;
  /** Stops it as an administrator would, and removes its database. */
  stop(): Promise<void>;
}

/** Starts a server, on https with a certificate; its database is filled by `nghe-dan` with the arguments `fill`. */
export async function startServer(
  fill?: readonly string[],
  certificate?: Certificate,
  flags: readonly string[] = [],
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "nghe-dan-e2e-"));
  const database = `sqlite:${join(folder, "nghe-dan.db")}`;
  let links: string[] = [];
  if (fill) {
    const { stdout } = await promisify(execFile)(binary, [...fill, "--database", database], { cwd: root });
    links = stdout.split("\n").filter((line) => line.startsWith("/"));
  }
  const port = await freePort();
  const origin = `${certificate ? "https" : "http"}://127.0.0.1:${port}`;
  const tls = certificate ? ["--tls-cert", certificate.certFile, "--tls-key", certificate.keyFile] : [];
  const settings = ["--listen", `127.0.0.1:${port}`, "--database", database, "--site", site, ...tls, ...flags];
  let log = "";
  const start = async () => {
    const started = spawn(binary, ["serve", ...settings], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.stdout.on("data", (text) => (log += text));
    started.stderr.on("data", (text) => (log += text));
    try {
      await ready(started, () => status(`${origin}/readyz`, certificate), () => log);
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
    links,
    log: () => log,
    async run(...command) {
      const { stdout } = await promisify(execFile)(binary, [...command, "--database", database], {
        cwd: root,
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    },
    halt,
    async resume() {
      child = await start();
    },
    async stop() {
      await halt("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The status of the answer at an address; 0 when there is none. Only the given certificate is trusted. */
export function status(address: string, certificate?: Certificate): Promise<number> {
  return new Promise((done) => {
    const answered = (answer: { statusCode?: number; resume(): void }) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    };
    const request = certificate ? getSecure(address, { ca: certificate.cert }, answered) : getPlain(address, answered);
    request.on("error", () => done(0));
  });
}

async function ready(child: ChildProcess, asked: () => Promise<number>, log: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`nghe-dan ended with ${child.exitCode}:\n${log()}`);
    }
    if ((await asked()) === 200) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`nghe-dan was not ready within 30 s:\n${log()}`);
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
