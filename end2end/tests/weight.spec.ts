// What a page weighs on the wire, everything counted, headers too.

import type { Page } from "@playwright/test";

import { linkOf } from "../support/form.ts";
import { expect, test } from "../support/test.ts";

interface Weight {
  bytes: number;
  requests: number;
  /** Wasm and scripts. */
  code: number;
  fonts: number;
}

/**
 * Loads a page, with its wasm where it has one, and weighs what came over the network; what the browser still had weighs
 * nothing.
 */
async function weigh(page: Page, path: string, wasm: boolean): Promise<Weight> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const kinds = new Map<string, string>();
  const weight: Weight = { bytes: 0, requests: 0, code: 0, fonts: 0 };
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache || response.fromPrefetchCache) return;
    weight.requests += 1;
    kinds.set(requestId, new URL(response.url).pathname);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    weight.bytes += encodedDataLength;
    const path = kinds.get(requestId) ?? "";
    if (/\.(js|wasm)$/.test(path)) weight.code += encodedDataLength;
    if (path.endsWith(".woff2")) weight.fonts += encodedDataLength;
  });
  await page.goto(path, { waitUntil: "networkidle" });
  if (wasm) await page.waitForFunction(() => performance.getEntriesByType("resource").some((entry) => entry.name.endsWith(".wasm")));
  await session.detach();
  return weight;
}

// Every test has a browser context of its own, which has never been here.

test("the survey page is within 150 KB, also with its wasm and fonts, and light the second time", async ({ page, server }) => {
  const path = linkOf(server, "desk rating");
  const first = await weigh(page, path, true);
  console.log(`survey page: ${JSON.stringify(first)}`);
  expect(first.bytes).toBeLessThanOrEqual(150_000);
  expect(first.requests).toBeLessThanOrEqual(10);
  expect(first.code).toBeLessThanOrEqual(100_000);
  expect(first.fonts).toBeLessThanOrEqual(25_000);
  // Something was measured.
  expect(first.code).toBeGreaterThan(20_000);
  expect(first.fonts).toBeGreaterThan(5_000);

  const again = await weigh(page, path, true);
  console.log(`survey page again: ${JSON.stringify(again)}`);
  expect(again.bytes).toBeLessThanOrEqual(20_000);
  expect(again.bytes).toBeGreaterThan(0);
});

test("the results of the country are within 150 KB", async ({ page }) => {
  const weight = await weigh(page, "/results", false);
  console.log(`results page: ${JSON.stringify(weight)}`);
  expect(weight.bytes).toBeLessThanOrEqual(150_000);
  expect(weight.bytes).toBeGreaterThan(10_000);
});
