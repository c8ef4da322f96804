// Nothing of an answer is left on a desk device: not on the screen, not in its history, not in anything that a page or a browser
// stores, sent or given up; and the next person has no way to it. Each person types words that stand nowhere else.

import { randomBytes } from "node:crypto";

import type { Page } from "@playwright/test";

import { type Desk, enrol, expect, kept, type Machine, putIntoService, test } from "../support/kiosk.ts";
import {
  answer,
  backToFirst,
  BEGIN,
  chosen,
  done,
  goOn,
  goOnTo,
  HEADING,
  send,
  SEND,
  untilWarned,
  untilWiped,
} from "../support/person.ts";
import { traces, unsent } from "../support/traces.ts";
import { failWrites } from "../support/walk.ts";

// What is found once was left.
test.describe.configure({ retries: 0 });

/** The shortest warning that gives people time to react (WCAG 2.2, 2.2.1). */
const WARNING_S = 20;

/** Words that nobody else types, in letters of which Chromium stores each as it is or as two bytes. */
function remark(): string {
  return `Zq${randomBytes(12).toString("hex")}`;
}

/** A device in service that came from another page, to which its history leads back. */
async function ready(desk: Desk, machine: Machine, prepare = async (_: Page) => undefined): Promise<Page> {
  const page = await machine.start();
  await page.goto(`${desk.proxy.origin}/about/method`);
  await prepare(page);
  await enrol(page, desk);
  await putIntoService(page, desk);
  await kept(page);
  return page;
}

/** Answers some questions, with a low rating so that reasons are asked for, and types the words; nothing is sent yet. */
async function fill(page: Page, words: string): Promise<void> {
  await page.locator(BEGIN).click();
  await answer(page, "Nộp hồ sơ").click();
  await goOnTo(page, ".kiosk-face");
  await answer(page, "Không hài lòng").click();
  await goOnTo(page, ".kiosk-check");
  await answer(page, "Phải chờ lâu").click();
  await goOnTo(page, SEND);
  await page.locator("textarea").fill(words);
}

/** Goes through all questions as the next person does: nothing is chosen and nothing is typed. */
async function nextFindsNothing(page: Page, words: string): Promise<void> {
  await page.locator(BEGIN).click();
  for (;;) {
    const question = (await page.locator(HEADING).textContent()) ?? "";
    await expect(chosen(page), question).toHaveCount(0);
    for (const field of await page.locator("input:not([type=radio], [type=checkbox]), textarea").all()) {
      await expect(field, question).toHaveValue("");
    }
    expect(await traces(page, words)).toEqual([]);
    if ((await page.locator(SEND).count()) > 0) break;
    await goOn(page);
  }
  // All the way back leads out of the questions, and to nobody else's.
  await backToFirst(page);
}

/** Looks everywhere, as the next person and as somebody who takes the machine apart. */
async function nothingIsLeft(desk: Desk, machine: Machine, page: Page, words: string, entries: number): Promise<void> {
  const address = `${desk.proxy.origin}/kiosk/`;
  expect(await traces(page, words)).toEqual([]);
  expect(page.url()).toBe(address);
  expect(await page.evaluate(() => history.length), "no step of an answer is an entry of the history").toBe(entries);
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  await nextFindsNothing(page, words);

  // The back button of the browser leads away from the device, and the one onward to its first screen.
  await page.goBack();
  await expect(page).toHaveURL(`${desk.proxy.origin}/about/method`);
  expect(await traces(page, words)).toEqual([]);
  await page.goForward();
  await expect(page.locator(BEGIN)).toBeVisible();
  await nextFindsNothing(page, words);
  // Browsers fill forms again when a page is loaded again.
  await page.reload();
  await expect(page.locator(BEGIN)).toBeVisible();
  await nextFindsNothing(page, words);

  await machine.stop();
  expect(await machine.filesWith(words)).toEqual([]);
  // What does lie on the disk is found there.
  expect(await machine.filesWith(desk.point)).not.toEqual([]);
  const again = await machine.start();
  await again.goto(address);
  await expect(again.locator(BEGIN)).toBeVisible();
  await nextFindsNothing(again, words);
}

function entries(page: Page): Promise<number> {
  return page.evaluate(() => history.length);
}

test("nothing is left of an answer that was sent", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  const before = await entries(page);
  const words = remark();
  await fill(page, words);
  // What is typed is found where it is typed, and nowhere else yet.
  expect(await traces(page, words)).toEqual(["field"]);
  await send(page);
  expect(await traces(page, words)).toEqual([]);
  await done(page);
  await expect.poll(() => desk.stored()).toBe(1);
  await nothingIsLeft(desk, machine, page, words, before);
});

test("nothing is left of an answer that waits without a network", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  const before = await entries(page);
  const words = remark();
  desk.proxy.set("cut");
  await fill(page, words);
  await send(page);
  await done(page);
  expect(await traces(page, words)).toEqual([]);
  // It lies on the disk, and nobody who takes the machine away can read it.
  expect(await unsent(page)).toBe(1);
  expect(await machine.filesWith(words)).toEqual([]);
  desk.proxy.set("open");
  await nothingIsLeft(desk, machine, page, words, before);
  await expect.poll(() => desk.stored()).toBe(1);
});

test("nothing is left of an answer that could not be kept and that somebody deleted", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  const before = await entries(page);
  const words = remark();
  await fill(page, words);
  await failWrites(page, true);
  await page.locator(SEND).click();
  await page.getByRole("button", { name: "Xoá, không gửi" }).click();
  await expect(page.locator(BEGIN)).toBeVisible();
  await failWrites(page, false);
  await nothingIsLeft(desk, machine, page, words, before);
  expect(await desk.stored()).toBe(0);
});

test("nobody there: a warning, then nothing is left of an answer that was not finished", async ({ desk, machine }) => {
  const page = await ready(desk, machine, (page) => page.clock.install().then(() => undefined));
  const before = await entries(page);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Larger text" }).click();
  await page.getByRole("button", { name: "Tiếng Việt" }).click();
  const words = remark();
  await fill(page, words);
  expect(await traces(page, words)).toEqual(["field"]);

  // Whoever is still there goes on where they were.
  await untilWarned(page);
  const warning = page.getByRole("alertdialog");
  await warning.getByRole("button").first().click();
  await expect(warning).toBeHidden();
  await expect(page.locator("textarea")).toHaveValue(words);
  await untilWarned(page);
  expect(await untilWiped(page)).toBeGreaterThanOrEqual(WARNING_S);
  expect(await page.locator("html").getAttribute("data-large")).toBeNull();
  await expect(page.locator("html")).toHaveAttribute("lang", "vi");
  await nothingIsLeft(desk, machine, page, words, before);
  expect(await desk.stored()).toBe(0);
});

test("nothing of an unfinished answer outlives the power", async ({ desk, machine }) => {
  let page = await ready(desk, machine);
  const words = remark();
  await fill(page, words);
  await machine.kill();
  expect(await machine.filesWith(words)).toEqual([]);
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(page.locator(BEGIN)).toBeVisible();
  await nextFindsNothing(page, words);
  expect(await desk.stored()).toBe(0);
});
