// Reading aloud with the voice of the device: offered where there is one for the language, and nowhere else. A browser without
// voices is given one that notes what it is to say.

import type { Page } from "@playwright/test";

import { enrol, expect, test } from "../support/kiosk.ts";
import { discard, makePack, packFolder } from "../support/pack.ts";
import { ANSWER, backToFirst, BEGIN, HEADING } from "../support/person.ts";
import { listen, said, speak } from "../support/voices.ts";

const aloud = (page: Page) => page.getByRole("button", { name: "Đọc to" });

test("a device with a Vietnamese voice reads the question and its answers, and stops at once", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(speak, ["en-US", "vi-VN"]);
  await enrol(page, desk);
  await expect(aloud(page)).toHaveAttribute("aria-pressed", "false");
  await page.locator(BEGIN).click();
  await expect(page.locator(HEADING)).toBeVisible();
  expect(await said(page), "nothing is read before somebody asks for it").toEqual([]);

  await aloud(page).click();
  await expect(aloud(page)).toHaveAttribute("aria-pressed", "true");
  const question = `vi: ${await page.locator(HEADING).innerText()}`;
  await expect.poll(() => said(page)).toEqual([question]);
  // One after the other: what helps and the answers that can be chosen follow when the question was said.
  const answers = (await page.locator(".kiosk-answer").allInnerTexts()).map((words) => `vi: ${words.trim()}`);
  await expect(async () => {
    await page.evaluate(() => window.sayOn());
    expect((await said(page)).slice(-answers.length)).toEqual(answers);
  }).toPass();
  const count = (await said(page)).length;

  await aloud(page).click();
  await expect(aloud(page)).toHaveAttribute("aria-pressed", "false");
  await page.evaluate(() => window.sayOn());
  await page.locator(".kiosk-on").click();
  await expect(page.locator(HEADING)).not.toHaveText(question.slice("vi: ".length));
  expect((await said(page)).length, "nothing is read any more").toBe(count);

  // The next question is read from its beginning, in the midst of the one before.
  await aloud(page).click();
  await expect.poll(async () => (await said(page)).length).toBe(count + 1);
  await page.locator(".kiosk-on").click();
  await expect.poll(async () => (await said(page)).at(-1)).toBe(`vi: ${await page.locator(HEADING).innerText()}`);

  // It is over with the person.
  await backToFirst(page);
  await expect(aloud(page)).toHaveAttribute("aria-pressed", "false");
});

test("reading aloud is not offered in a language for which there is no voice", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(speak, ["en-US"]);
  await enrol(page, desk);
  await expect(page.getByRole("button", { name: "Chữ to" })).toBeVisible();
  await expect(aloud(page)).toHaveCount(0);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("button", { name: "Read aloud" })).toBeVisible();
  await page.getByRole("button", { name: "Tiếng Việt" }).click();
  await expect(page.getByRole("button", { name: "Chữ to" })).toBeVisible();
  await expect(aloud(page)).toHaveCount(0);
});

test.describe(() => {
  let folder: string;
  test.use({ flags: async ({}, use) => {
    folder = await packFolder();
    await use(["--languages", folder]);
    await discard(folder);
  } });

  test("what was recorded is played, and the voice of the device says only what was not", async ({ desk, machine }) => {
    await makePack(desk.server, folder, "be-vietnam-pro-400.woff2");
    await desk.server.halt("SIGTERM");
    await desk.server.resume();
    const page = await machine.start();
    await page.addInitScript(speak, ["vi-VN", "qaa"]);
    await page.addInitScript(listen);
    await enrol(page, desk);
    await page.getByRole("button", { name: "Qaa" }).click();
    await page.getByRole("button", { name: "[Đọc to]" }).click();
    // Of the first screen nothing is recorded.
    await expect.poll(() => said(page)).toHaveLength(1);
    const before = await said(page);

    await page.locator(BEGIN).click();
    await expect(page.getByRole("heading", { name: "[Hôm nay Ông/Bà đến để làm gì?]" })).toBeVisible();
    // The question and the first of its answers are; what helps and the other answers are not.
    const [, ...others] = await page.locator(ANSWER).allInnerTexts();
    const spoken = [await page.locator(".kiosk-help").innerText(), ...others].map((words) => `qaa: ${words.trim()}`);
    await expect(async () => {
      await page.evaluate(() => window.sayOn());
      expect(await said(page)).toHaveLength(before.length + spoken.length);
    }).toPass();
    expect((await said(page)).slice(before.length)).toEqual(spoken);
    expect(new Set(await page.evaluate(() => window.heard)).size).toBe(2);
  });
});
