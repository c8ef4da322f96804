// Everything that can fail between a desk device and its server, each with finished answers that wait: a few, or with
// `cargo xtask test --full` a hundred. After each: as many are stored as people were thanked for, each once.

import { expect, test } from "@playwright/test";

import { type Desk, enrol, finish, kept, Machine, startDesk } from "../support/kiosk.ts";
import { reply } from "../support/proxy.ts";

const COUNT = Number(process.env.NGHE_DAN_QUEUED ?? 10);

test.describe.configure({ timeout: 600_000 });

let desk: Desk;
let machine: Machine;

test.beforeEach(async () => {
  desk = await startDesk();
  machine = await Machine.make();
});
test.afterEach(async () => {
  await machine.discard();
  await desk.close();
});

/** Waits until as many are stored as were thanked for, and a little later still no more. */
async function exact(expected: number): Promise<void> {
  await expect.poll(() => desk.stored(), { timeout: 400_000, intervals: [1_000] }).toBe(expected);
  const seen = desk.proxy.puts();
  console.log(`${test.info().title}: thanked ${expected}, stored ${await desk.stored()}, sent ${seen} times`);
}

/** A device that has `COUNT` answers and a line on which nothing goes. */
async function queued() {
  const page = await machine.start();
  await enrol(page, desk);
  await kept(page);
  desk.proxy.set("cut");
  await finish(page, COUNT);
  return page;
}

test("cut before sending", async () => {
  const page = await queued();
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
});

test("cut while sending", async () => {
  const page = await queued();
  desk.proxy.set("half");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
});

test("the answer of the server is lost after it committed", async () => {
  const page = await queued();
  desk.proxy.set("swallow");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => desk.stored(), { timeout: 60_000 }).toBeGreaterThan(0);
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
});

test("the server is killed and started again", async () => {
  const page = await queued();
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await desk.server.halt("SIGKILL");
  await desk.server.resume();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
});

const problem = ["Content-Type: application/problem+json"];
const REPLIES = {
  "500": reply(500, '{"code":"server.internal"}', problem),
  "503 with Retry-After": reply(503, '{"code":"server.full"}', [...problem, "Retry-After: 1"]),
  "429 with Retry-After": reply(429, '{"code":"device.too_fast"}', [...problem, "Retry-After: 1"]),
  "a log-in page": reply(200, "<!doctype html><title>Wi-Fi</title>", ["Content-Type: text/html"]),
  "half of a reply": { reply: 'HTTP/1.1 201 Created\r\nContent-Length: 60\r\n\r\n{"recorded": tr' },
};
for (const [name, line] of Object.entries(REPLIES)) {
  test(`something answers ${name}`, async () => {
    const page = await queued();
    desk.proxy.set(line);
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
    desk.proxy.set("open");
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await exact(COUNT);
  });
}

test("the browser is killed while people answer, and while it sends", async () => {
  let page = await queued();
  await machine.kill();
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await finish(page, 1);
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await machine.kill();
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await exact(COUNT + 1);
});

test("the tab is closed with answers queued, and two tabs are opened", async () => {
  const page = await queued();
  const second = await machine.newPage();
  await second.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(second.getByText("đang mở ở một cửa sổ khác")).toBeVisible();
  await page.close();
  await expect(second.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  desk.proxy.set("open");
  await second.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
});

test("the device is revoked while answers wait", async () => {
  const page = await queued();
  await desk.server.run("device", "revoke", await desk.device());
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
  await expect(page.getByText("Hiện không có đợt lấy ý kiến tại đây")).toBeVisible();
});

test("the server was restored: what it lost is delivered again", async () => {
  const page = await queued();
  desk.proxy.set("open");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await exact(COUNT);
  const before = desk.proxy.puts();
  await desk.server.run("device", "restored");
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => desk.proxy.puts(), { timeout: 120_000 }).toBeGreaterThanOrEqual(before + COUNT);
  await exact(COUNT);
});
