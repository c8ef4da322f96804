// Everything that can fail between a desk device and its server, each with finished answers that wait: a few, or with
// `cargo xtask test --full` a hundred. After each: as many are stored as people were thanked for, each once.

import type { Page } from "@playwright/test";

import { civilDate, type Desk, enrol, expect, finish, goOn, kept, type Machine, test, TOMORROW } from "../support/kiosk.ts";
import { reply } from "../support/proxy.ts";

const COUNT = Number(process.env.NGHE_DAN_QUEUED ?? 10);
const DAY_MS = 86_400_000;

// An answer that was lost once was lost.
test.describe.configure({ timeout: 1_800_000, retries: 0 });

/** Waits until as many are stored as were thanked for, and a little later still no more. */
async function exact(desk: Desk, thanked: number): Promise<void> {
  await expect.poll(() => desk.stored(), { timeout: 600_000, intervals: [1_000] }).toBe(thanked);
  await new Promise((next) => setTimeout(next, 2_000));
  const stored = await desk.stored();
  expect(stored).toBe(thanked);
  // The reporter makes a table of these.
  const row = { thanked, stored, sent: desk.proxy.puts() };
  test.info().annotations.push({ type: "matrix", description: JSON.stringify(row) });
}

/** Tells the page that the network is back, as the browser would after a real outage. */
function online(page: Page): Promise<boolean> {
  return page.evaluate(() => window.dispatchEvent(new Event("online")));
}

/** Lets the answers of the device count, and waits until it knows. */
async function putIntoService(page: Page, desk: Desk): Promise<void> {
  await desk.server.run("device", "service", await desk.device());
  // A server sees within seconds what the command line made; the device asks when it is told that there is a network.
  await expect(async () => {
    await online(page);
    await expect(page.getByText("Chạy thử – không tính")).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
}

/** A device that has `COUNT` answers and a line on which nothing goes. */
async function queued(desk: Desk, machine: Machine): Promise<Page> {
  const page = await machine.start();
  await enrol(page, desk);
  await putIntoService(page, desk);
  await kept(page);
  desk.proxy.set("cut");
  await finish(page, COUNT);
  return page;
}

test("cut before sending", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
});

test("cut while sending", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set("half");
  await online(page);
  await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
});

test("the answer of the server is lost after it committed", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set("swallow");
  await online(page);
  await expect.poll(() => desk.stored()).toBeGreaterThan(0);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
});

test("the server is killed and started again", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set("open");
  await online(page);
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await desk.server.halt("SIGKILL");
  await desk.server.resume();
  await online(page);
  await exact(desk, COUNT);
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
  test(`something answers ${name}`, async ({ desk, machine }) => {
    const page = await queued(desk, machine);
    desk.proxy.set(line);
    await online(page);
    await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
    desk.proxy.set("open");
    await online(page);
    await exact(desk, COUNT);
  });
}

test("the server answers slowly, and slower than the device waits", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set({ late: 300 });
  await online(page);
  await expect.poll(() => desk.stored()).toBeGreaterThan(0);
  // The device gives up after 30 seconds, although the server took it, and sends the same again.
  desk.proxy.set({ late: 40_000 });
  const before = desk.proxy.puts();
  await expect.poll(() => desk.proxy.puts(), { timeout: 120_000 }).toBeGreaterThanOrEqual(before + 2);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
});

test("the browser is killed while people answer, and while it sends", async ({ desk, machine }) => {
  let page = await queued(desk, machine);
  await machine.kill();
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await finish(page, 1);
  desk.proxy.set("open");
  await online(page);
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await machine.kill();
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await exact(desk, COUNT + 1);
});

test("the tab is closed with answers queued, and two tabs are opened", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  const second = await machine.newPage();
  await second.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(second.getByText("đang mở ở một cửa sổ khác")).toBeVisible();
  await page.close();
  await expect(second.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  desk.proxy.set("open");
  await online(second);
  await exact(desk, COUNT);
});

test("the device is revoked while answers wait", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  await desk.server.run("device", "revoke", await desk.device());
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
  await expect(page.getByText("Hiện không có đợt lấy ý kiến tại đây")).toBeVisible();
});

test("the server was restored: what it lost is delivered again", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
  const before = desk.proxy.puts();
  await desk.server.run("device", "restored");
  await online(page);
  await expect.poll(() => desk.proxy.puts(), { timeout: 120_000 }).toBeGreaterThanOrEqual(before + COUNT);
  await exact(desk, COUNT);
});

test.describe(() => {
  test.use({ changes: true });

  test("the version changes while the device is offline", async ({ desk, machine }) => {
    const page = await machine.start();
    await page.clock.install();
    await enrol(page, desk);
    await kept(page);
    desk.proxy.set("cut");
    await finish(page, COUNT);
    // Midnight comes and goes without a network.
    await page.clock.fastForward(DAY_MS);
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await expect(page.getByRole("heading", { name: TOMORROW })).toBeVisible();
    await page.getByRole("button", { name: "Quay lại" }).click();
    await finish(page, COUNT);
    desk.proxy.set("open");
    await online(page);
    await exact(desk, 2 * COUNT);
    const [first, second] = [await desk.responses("1"), await desk.responses("2")];
    expect([first.length, second.length]).toEqual([COUNT, COUNT]);
    expect(new Set(first.map((row) => row.answered_on))).toEqual(new Set([civilDate(Date.now())]));
    expect(new Set(second.map((row) => row.answered_on))).toEqual(new Set([civilDate(Date.now() + DAY_MS)]));
  });
});

test("the clock is a day wrong", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.clock.install({ time: Date.now() - DAY_MS });
  await enrol(page, desk);
  await putIntoService(page, desk);
  desk.proxy.set("cut");
  await finish(page, COUNT);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
  await heldForTheClock(desk);
});

test("the clock is a day wrong while people answer, and right when the answers are sent", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.clock.install();
  await enrol(page, desk);
  await putIntoService(page, desk);
  desk.proxy.set("cut");
  await page.clock.setSystemTime(Date.now() - DAY_MS);
  await finish(page, COUNT);
  // With the network comes the right time, before anything was sent.
  await page.clock.setSystemTime(Date.now());
  await page.clock.runFor(2_000);
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT);
  await heldForTheClock(desk);
});

/** All are kept for review, none moved into yesterday's figures. */
async function heldForTheClock(desk: Desk): Promise<void> {
  const yesterday = civilDate(Date.now() - DAY_MS);
  for (const row of await desk.responses()) {
    expect([row.status, row.reason, row.answered_on]).toEqual(["held", "clock", yesterday]);
  }
}

test("the storage is full", async ({ desk, machine }) => {
  const page = await queued(desk, machine);
  const session = await page.context().newCDPSession(page);
  const origin = desk.proxy.origin;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  // The browser remembers for half a minute how much it may still write.
  await page.waitForTimeout(31_000);
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  for (;;) {
    const last = await page.locator(".kiosk-on[data-send]").count();
    if (last > 0) break;
    await goOn(page);
  }
  await page.getByRole("button", { name: "Gửi" }).click();
  // Nobody is thanked for what is not kept, and nothing of it is lost.
  await expect(page.getByRole("button", { name: "Thử lại" })).toBeVisible();
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await page.getByRole("button", { name: "Thử lại" }).click();
  await expect(page.getByRole("heading", { name: "Cảm ơn Ông/Bà" })).toBeVisible();
  desk.proxy.set("open");
  await online(page);
  await exact(desk, COUNT + 1);
});
