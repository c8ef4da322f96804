// A small proxy between browser and server, so that the line can fail as lines do. Playwright's own offline switch does
// not reach everything that a service worker asks for. Where there is TLS it ends it on both sides, to see what it holds up.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectSecurely, createServer as createSecureServer } from "node:tls";

import type { Certificate } from "./certificate.ts";

/** What becomes of a connection. */
type Line =
  /** It goes through. */
  | "open"
  /** It is refused, as when the cable is out. */
  | "cut"
  /** What the browser sends goes through, and the line breaks before the answer comes back. */
  | "swallow"
  /** The line breaks in the middle of what the browser sends. */
  | "half"
  /** Answers come so many milliseconds late. */
  | { readonly late: number }
  /** Something else answers: the text of a whole HTTP reply. */
  | { readonly reply: string };

/** A response on its way: what a device puts, and what the form of a phone posts by script. */
const SENDS = /^(PUT \/api\/v1\/responses\/|POST (\/[a-z]+)?\/s\/\w+ HTTP[\s\S]*\r\naccept: application\/json)/i;

/** How Chromium calls a line that failed. */
const FAILED = /net::ERR_(CONNECTION_(ABORTED|CLOSED|FAILED|REFUSED|RESET)|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE|FAILED|SOCKET_NOT_CONNECTED)/;

export interface Proxy {
  readonly origin: string;
  /** Sets the line, also for connections that stand. */
  set(line: Line): void;
  /** How many responses were sent to the proxy, each as often as it was sent. */
  puts(): number;
  /** What a browser may complain about because of what became of the line so far. */
  excuses(): readonly RegExp[];
  close(): Promise<void>;
}

/** Starts a proxy in front of a server on this machine, on https like the server when there is a certificate. */
export async function startProxy(port: number, certificate?: Certificate): Promise<Proxy> {
  let line: Line = "open";
  let puts = 0;
  const excuses: RegExp[] = [];
  const sockets = new Set<Socket>();
  const there = { port, host: "127.0.0.1" };
  const carry = (browser: Socket) => {
    const server = certificate ? connectSecurely({ ...there, ca: certificate.cert }) : connect(there);
    const late = () => (typeof line === "object" && "late" in line ? line.late : 0);
    const breakOff = () => setTimeout(() => browser.destroy(), late());
    // There is no server.
    server.on("error", () => excuses.push(FAILED));
    server.on("error", breakOff).on("close", breakOff);
    browser.on("error", () => browser.destroy()).on("close", () => server.destroy());
    browser.on("data", (bytes) => {
      const put = SENDS.test(bytes.toString("latin1"));
      if (put) puts += 1;
      if (typeof line === "object" && "reply" in line) {
        browser.end(line.reply);
      } else if (line === "half" && put) {
        server.write(bytes.subarray(0, bytes.length / 2), () => browser.destroy());
      } else {
        server.write(bytes);
      }
    });
    server.on("data", (bytes) => {
      if (line === "swallow") browser.destroy();
      else setTimeout(() => browser.destroyed || browser.write(bytes), late());
    });
  };
  const proxy = certificate
    ? createSecureServer({ cert: certificate.cert, key: certificate.key }, carry)
    : createServer(carry);
  proxy.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (line === "cut") socket.destroy();
  });
  // A browser that goes away in the middle of a handshake.
  proxy.on("tlsClientError", (_: Error, socket: Socket) => socket.destroy());
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const { port: own } = proxy.address() as AddressInfo;
  return {
    origin: `${certificate ? "https" : "http"}://127.0.0.1:${own}`,
    set(next) {
      line = next;
      if (next !== "open") excuses.push(FAILED);
      // What answers in place of everything does so in place of the page's manifest, too.
      if (typeof next === "object" && "reply" in next) excuses.push(new RegExp(`status of ${next.reply.split(" ", 2)[1]} `), /^error: Manifest: /);
      for (const socket of sockets) socket.destroy();
    },
    puts: () => puts,
    excuses: () => excuses,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        proxy.close(() => done());
      }),
  };
}

/** A whole HTTP reply. */
export function reply(status: number, body: string, headers: readonly string[] = []): Line {
  const lines = [`HTTP/1.1 ${status} X`, `Content-Length: ${Buffer.byteLength(body)}`, "Connection: close", ...headers];
  return { reply: `${lines.join("\r\n")}\r\n\r\n${body}` };
}
