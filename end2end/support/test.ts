// What every browser test starts from: a server of its own, and a page on which nothing may go wrong unseen.

import { test as base, expect } from "@playwright/test";

import { DEMO } from "./filling.ts";
import { watchProblems } from "./problems.ts";
import { type Server, startServer } from "./server.ts";

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
    watchProblems(page, javaScriptEnabled !== false, (problem) => {
      if (!expected.some((pattern) => pattern.test(problem))) problems.push(problem);
    });
    await use(page);
    expect(problems, "the browser complained").toEqual([]);
  },
});

export { expect };
