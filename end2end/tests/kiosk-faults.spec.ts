// Everything that can fail between a desk device and its server, each with finished answers that wait: a few, or with
// `cargo xtask test --full` a hundred. After each: what people were thanked for is stored, each once, and nothing else.

import type { Page } from "@playwright/test";

import {
  civilDate,
  DAY_MS,
  type Desk,
  enrol,
  expect,
  kept,
  type Machine,
  numbers,
  online,
  openStaff,
  putIntoService,
  staffSees,
  test,
  TOMORROW,
} from "../support/kiosk.ts";
import { NOTE, type Row } from "../support/matrix.ts";
import { BACK, BEGIN, countThanks, done, finish, HEADING, SEND, thanked, upToSending, type Written, watchWrites } from "../support/person.ts";
import { reply } from "../support/proxy.ts";
import { isNewer, keptPages } from "../support/site.ts";
import { fillStorage } from "../support/storage.ts";
import { outbox, refused, unsent } from "../support/traces.ts";

const COUNT = Number(process.env.NGHE_DAN_QUEUED ?? 10);

// An answer that was lost once was lost.
test.describe.configure({ timeout: 1_800_000, retries: 0 });

/** Whom the screen thanked, and how many answers waited for the server when the fault began or ended. */
interface Waiting {
  readonly page: Page;
  readonly thanks: number[];
  readonly queued: number;
}

/**
 * Waits until the device has nothing to send any more, so that nothing can come later, and compares what people were thanked for
 * with what is stored. `doubtful` are answers that nobody was thanked for, and that may have been kept all the same.
 */
async function exact(desk: Desk, { page, thanks, queued }: Waiting, doubtful: readonly number[] = []): Promise<void> {
  await expect.poll(() => unsent(page), { timeout: 900_000, intervals: [500] }).toBe(0);
  const stored = await numbers(desk);
  const distinct = new Set(stored);
  const row: Row = {
    queued,
    thanked: thanks.length,
    stored: stored.length,
    lost: thanks.filter((number) => !distinct.has(number)).length,
    twice: stored.length - distinct.size,
    sent: desk.proxy.puts(),
  };
  // The reporter makes a table of these.
  test.info().annotations.push({ type: NOTE, description: JSON.stringify(row) });
  expect([...distinct].filter((number) => !doubtful.includes(number)).sort(byValue)).toEqual([...thanks].sort(byValue));
  expect(row.twice).toBe(0);
}

function byValue(one: number, other: number): number {
  return one - other;
}

/** A device that has `COUNT` answers and a line on which nothing goes. */
async function queued(desk: Desk, machine: Machine): Promise<Waiting> {
  const page = await machine.start();
  await enrol(page, desk);
  await putIntoService(page, desk);
  await kept(page);
  desk.proxy.set("cut");
  return wait(page, await finish(page, COUNT));
}

/** What waits now; it is as many as were thanked for. */
async function wait(page: Page, thanks: number[]): Promise<Waiting> {
  const waiting = { page, thanks, queued: await unsent(page) };
  expect(waiting.queued).toBe(thanks.length);
  return waiting;
}

/** Opens the line, and tells the page. */
async function deliver(desk: Desk, page: Page): Promise<void> {
  desk.proxy.set("open");
  await online(page);
}

/** Opens the page of the device, and waits until it is ready. */
async function open(page: Page, desk: Desk): Promise<Page> {
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(page.locator(BEGIN)).toBeVisible();
  return page;
}

test("cut before sending", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  // Nothing tells the page that the line is back, as behind a router that stayed on: the device finds it out by itself.
  desk.proxy.set("open");
  await exact(desk, waiting);
});

test("cut while sending", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  desk.proxy.set("half");
  await online(waiting.page);
  await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
  await deliver(desk, waiting.page);
  await exact(desk, waiting);
});

test("cut after sending: the answer of the server is lost after it committed", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  desk.proxy.set("swallow");
  await online(waiting.page);
  await expect.poll(() => desk.stored()).toBeGreaterThan(0);
  await deliver(desk, waiting.page);
  await exact(desk, waiting);
});

test("the server is killed and started again", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  await deliver(desk, waiting.page);
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await desk.server.halt("SIGKILL");
  expect(await unsent(waiting.page)).toBeGreaterThan(0);
  await desk.server.resume();
  await online(waiting.page);
  await exact(desk, waiting);
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
    const waiting = await queued(desk, machine);
    desk.proxy.set(line);
    await online(waiting.page);
    await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
    await deliver(desk, waiting.page);
    await exact(desk, waiting);
  });
}

test("the server answers slowly, and slower than the device waits", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  desk.proxy.set({ late: 300 });
  await online(waiting.page);
  // One goes after the other: with the second one the first was answered.
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(1);
  // The device gives up after 30 seconds, although the server took it, and sends the same again.
  desk.proxy.set({ late: 40_000 });
  const before = desk.proxy.puts();
  await expect.poll(() => desk.proxy.puts(), { timeout: 120_000 }).toBeGreaterThanOrEqual(before + 2);
  await deliver(desk, waiting.page);
  await exact(desk, waiting);
});

test("something refuses with 422, and staff send again", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  desk.proxy.set(reply(422, '{"code":"response.invalid","errors":[]}', problem));
  await online(waiting.page);
  await expect.poll(() => refused(waiting.page), { timeout: 600_000 }).toBe(COUNT);
  // What was refused is not sent by itself, whatever becomes of the line: only staff know whether anything changed.
  await deliver(desk, waiting.page);
  await openStaff(waiting.page);
  await expect(staffSees(waiting.page, "Kết nối")).toHaveText("Có");
  expect(await refused(waiting.page)).toBe(COUNT);
  await waiting.page.getByRole("button", { name: "Gửi ngay" }).click();
  await exact(desk, waiting);
});

/** Of one more answer: its writing begins, it is on disk, and the thanks are on the screen. */
const MOMENTS: readonly (Written | "thanked")[] = ["begun", "kept", "thanked"];

test("the browser is killed while people answer", async ({ desk, machine }) => {
  let { page, thanks, queued: before } = await queued(desk, machine);
  const doubtful: number[] = [];
  for (const moment of MOMENTS) {
    const first = Math.max(...thanks, ...doubtful) + 1;
    const blow = await machine.fuse();
    let blown: Promise<void> | undefined;
    const now = (seen: Written | "thanked", times: number) => {
      // Not at the first one, so that something was thanked for in this life of the browser.
      if (seen === moment && times === 2) blown ??= blow();
    };
    const seen = await countThanks(machine.context, (times) => now("thanked", times));
    await watchWrites(page, now);
    await finish(page, COUNT, first).catch(() => undefined);
    expect(blown, `it was killed when it was ${moment}`).toBeDefined();
    await blown;
    // Whoever was answering saw no thanks; whether the answer is there is a matter of a moment.
    thanks = [...thanks, ...seen];
    doubtful.push(first + seen.length);

    page = await open(await machine.start(), desk);
    const held = (await outbox(page)).length - thanks.length;
    expect(held, `answers on disk beyond those thanked for, killed when one was ${moment}`).toBeGreaterThanOrEqual(0);
    expect(held).toBeLessThanOrEqual(doubtful.length);
    before = await unsent(page);
  }
  await deliver(desk, page);
  await exact(desk, { page, thanks, queued: before }, doubtful);
});

test("the browser is killed while it sends", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  const blow = await machine.fuse();
  desk.proxy.set({ late: 100 });
  await online(waiting.page);
  await expect.poll(() => desk.proxy.puts(), { intervals: [5] }).toBeGreaterThan(COUNT / 10);
  await blow();
  expect(desk.proxy.puts(), "it was still sending").toBeLessThan(COUNT);
  desk.proxy.set("open");
  const page = await open(await machine.start(), desk);
  await exact(desk, { ...waiting, page });
});

test("the device starts cold without a network", async ({ desk, machine }) => {
  const { thanks } = await queued(desk, machine);
  await machine.stop();
  const page = await open(await machine.start(), desk);
  thanks.push(...(await finish(page, 1, COUNT)));
  const waiting = await wait(page, thanks);
  expect(await desk.stored()).toBe(0);
  await deliver(desk, page);
  await exact(desk, waiting);
});

test("the tab is closed with answers queued", async ({ desk, machine }) => {
  const { page, thanks } = await queued(desk, machine);
  // The browser stays, and would end with its last tab.
  const rest = await machine.newPage();
  await page.close();
  desk.proxy.set("open");
  await exact(desk, { page: await open(rest, desk), thanks, queued: thanks.length });
});

test("two tabs", async ({ desk, machine }) => {
  const { page, thanks } = await queued(desk, machine);
  const second = await machine.newPage();
  await second.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(second.getByText("đang mở ở một cửa sổ khác")).toBeVisible();
  desk.proxy.set({ late: 100 });
  await Promise.all([page, second].map(online));
  await expect.poll(() => desk.proxy.puts()).toBeGreaterThan(0);
  // In the middle of sending the second one takes over.
  expect(await unsent(page)).toBeGreaterThan(0);
  await page.close();
  await expect(second.locator(BEGIN)).toBeVisible();
  await deliver(desk, second);
  await exact(desk, { page: second, thanks, queued: thanks.length });
});

test("a newer page comes while answers wait", async ({ desk, machine, newer }) => {
  const { page, thanks, queued: before } = await queued(desk, machine);
  const site = await newer();
  await desk.server.halt("SIGTERM");
  await desk.server.resume(site.folder);
  desk.proxy.set({ late: 300 });
  await online(page);
  // Between two persons the device looks for a newer page, and the next person begins before it is there.
  await page.locator(BEGIN).click();
  await page.locator(BACK).click();
  await upToSending(page, COUNT);
  await expect.poll(() => keptPages(page)).toEqual([expect.stringContaining(site.sheet)]);
  await deliver(desk, page);
  await expect.poll(() => desk.stored(), { timeout: 600_000 }).toBe(COUNT);
  expect(await isNewer(page), "nothing changes under who answers").toBe(false);
  await page.locator(SEND).click();
  await thanked(page);
  thanks.push(COUNT);
  await expect.poll(() => unsent(page)).toBe(0);
  await done(page);
  // The page goes while it is asked.
  await expect(async () => expect(await isNewer(page)).toBe(true)).toPass();
  await expect(page.locator(BEGIN)).toBeVisible();
  await exact(desk, { page, thanks, queued: before });
});

test("the device is revoked while answers wait", async ({ desk, machine }) => {
  const waiting = await queued(desk, machine);
  await desk.server.run("device", "revoke", await desk.device());
  await deliver(desk, waiting.page);
  await exact(desk, waiting);
  await expect(waiting.page.getByText("Hiện không có đợt lấy ý kiến tại đây")).toBeVisible();
  expect(new Set((await desk.responses()).map((row) => `${row.status}, ${row.reason}`))).toEqual(new Set(["held, revoked"]));
});

test("the server was restored: what it lost is delivered again", async ({ desk, machine }) => {
  const { page, thanks, queued: before } = await queued(desk, machine);
  const restore = await desk.server.backUp();
  await deliver(desk, page);
  await exact(desk, { page, thanks, queued: before });
  desk.proxy.set("cut");
  await restore();
  expect(await desk.stored()).toBe(0);
  await desk.server.run("device", "restored");
  await deliver(desk, page);
  // The device hears of it at its next contact, and then has everything to send once more.
  await expect.poll(() => desk.stored(), { timeout: 600_000, intervals: [1_000] }).toBe(COUNT);
  await exact(desk, { page, thanks, queued: before });
});

test.describe(() => {
  test.use({ changes: true });

  test("the version changes while the device is offline", async ({ desk, machine }) => {
    const page = await machine.start();
    await page.clock.install();
    await enrol(page, desk);
    await putIntoService(page, desk);
    await kept(page);
    desk.proxy.set("cut");
    const today = Date.now();
    const thanks = await finish(page, COUNT);
    // Midnight comes and goes without a network.
    await page.clock.fastForward(DAY_MS);
    await page.locator(BEGIN).click();
    await expect(page.locator(HEADING)).toHaveText(TOMORROW);
    await page.getByRole("button", { name: "Quay lại" }).click();
    thanks.push(...(await finish(page, COUNT, COUNT)));
    const waiting = await wait(page, thanks);
    await deliver(desk, page);
    await exact(desk, waiting);
    const [first, second] = [await desk.responses("1"), await desk.responses("2")];
    expect([first.length, second.length]).toEqual([COUNT, COUNT]);
    expect(new Set(first.map((row) => row.answered_on))).toEqual(new Set([civilDate(today)]));
    expect(new Set(second.map((row) => row.answered_on))).toEqual(new Set([civilDate(today + DAY_MS)]));
  });
});

for (const [name, off] of [["behind", -DAY_MS], ["ahead", DAY_MS]] as const) {
  test(`the clock is a day ${name}`, async ({ desk, machine }) => {
    const page = await machine.start();
    await page.clock.install({ time: Date.now() + off });
    await enrol(page, desk);
    await putIntoService(page, desk);
    desk.proxy.set("cut");
    const day = civilDate(Date.now() + off);
    const waiting = await wait(page, await finish(page, COUNT));
    await deliver(desk, page);
    await exact(desk, waiting);
    await heldForTheClock(desk, day);
  });

  test(`the clock is a day ${name} while people answer, and right when the answers are sent`, async ({ desk, machine }) => {
    const page = await machine.start();
    await page.clock.install();
    await enrol(page, desk);
    await putIntoService(page, desk);
    desk.proxy.set("cut");
    await page.clock.setSystemTime(Date.now() + off);
    const day = civilDate(Date.now() + off);
    const waiting = await wait(page, await finish(page, COUNT));
    // With the network comes the right time, before anything was sent.
    await page.clock.setSystemTime(Date.now());
    await page.clock.runFor(2_000);
    await deliver(desk, page);
    await exact(desk, waiting);
    await heldForTheClock(desk, day);
  });
}

/** All are kept for review, none moved unnoticed into the figures of another day. */
async function heldForTheClock(desk: Desk, day: string): Promise<void> {
  const told = (await desk.responses()).map((row) => `${row.status}, ${row.reason}, ${row.answered_on}`);
  expect(new Set(told)).toEqual(new Set([`held, clock, ${day}`]));
}

test("the storage is full", async ({ desk, machine }) => {
  const { page, thanks } = await queued(desk, machine);
  const free = await fillStorage(page);
  await upToSending(page, COUNT);
  await page.locator(SEND).click();
  // Nobody is thanked for what is not kept, and nothing of it is lost.
  const again = page.locator("[role=alert] .kiosk-go");
  await expect(again).toBeVisible();
  await free();
  await expect(async () => {
    await again.click();
    await thanked(page, { timeout: 2_000 });
  }).toPass();
  const waiting = await wait(page, [...thanks, COUNT]);
  await deliver(desk, page);
  await exact(desk, waiting);
});
