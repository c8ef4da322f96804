// What every browser test starts from: a server of its own, and a page on which nothing may go wrong unseen.

import { test as base, expect } from "@playwright/test";

import type { Filling } from "./filling.ts";
import { type Server, startServer } from "./server.ts";

/** Filling it takes a while in a debug build. */
const DEMO: Filling = { name: "demo", fill: (run) => run("demo", "--small") };

interface PageFixtures {
  /** Messages of the console that this test provokes on purpose, such as the 404 it asks for. */
  expected: RegExp[];
}

interface WorkerFixtures {
  /** One server a worker: tests of a file may share it, and must not count on an empty database. */
  server: Server;
}

export const test = base.extend<PageFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer(DEMO);
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 600_000 },
  ],
  baseURL: ({ server }, use) => use(server.origin),
  expected: [[], { option: true }],
  page: async ({ page, expected, javaScriptEnabled }, use) => {
    const problems: string[] = [];
    const note = (problem: string) => {
      if (!expected.some((pattern) => pattern.test(problem))) problems.push(problem);
    };
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      // Which document or file it is about matters where a test asks for one that is not there.
      const { url } = message.location();
      note(`${message.type()}: ${message.text()}${url ? ` at ${url}` : ""}`);
    });
    page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      // Leaving a page ends what it was still loading; a browser without scripting loads no scripts, and says so in this way.
      const meant = why === "net::ERR_ABORTED" || (why === "csp" && javaScriptEnabled === false);
      if (!meant) note(`request: ${request.url()} ${why}`);
    });
    await use(page);
    expect(problems, "the browser complained").toEqual([]);
  },
});

export { expect };
