// A language that was added as files, on a phone and on a desk device: its words, its direction, its font, its voice.

import { violations } from "../support/axe.ts";
import { enrol, expect, kept, test } from "../support/kiosk.ts";
import { discard, makePack, packFolder } from "../support/pack.ts";
import { answer, goOnTo, HEADING, SEND, send } from "../support/person.ts";
import { listen } from "../support/voices.ts";

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });

const FONT = "be-vietnam-pro-400.woff2";
let folder: string;

test.use({ flags: async ({}, use) => {
  folder = await packFolder();
  await use(["--languages", folder]);
  await discard(folder);
} });

test("a desk device speaks the language of a pack, also after a cold start without a network", async ({ desk, machine }) => {
  await makePack(desk.server, folder, FONT);
  await desk.server.halt("SIGTERM");
  await desk.server.resume();
  const checked = await desk.server.run("language", "check", "--languages", folder);
  expect(checked).toMatch(/^qaa\tdesk-rating 1\t(\d+) of \1 texts, 2 recordings$/m);
  expect(checked).toContain("qaa\tsipas 2023\tnot translated, so not asked in it");

  let page = await machine.start();
  await enrol(page, desk);
  await desk.server.run("device", "service", await desk.device());
  await kept(page);
  // Between two persons the device looks for recordings.
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await page.getByRole("button", { name: "Quay lại" }).click();
  const voices = () => page.evaluate(async () => (await (await caches.open("voices")).keys()).length);
  await expect.poll(voices).toBe(2);
  await machine.stop();

  desk.proxy.set("cut");
  page = await machine.start();
  await page.addInitScript(listen);
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  // Nothing is read in Vietnamese: there is neither a recording nor a voice.
  await expect(page.getByRole("button", { name: "Đọc to" })).toBeHidden();
  await page.getByRole("button", { name: "Qaa" }).click();
  await expect(page.getByRole("heading", { name: "[Mời Ông/Bà đánh giá]" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.locator("html")).toHaveAttribute("lang", "qaa");
  await expect.poll(() => page.evaluate(() => [...document.fonts].find((font) => font.family.includes("pack qaa"))?.status)).toBe("loaded");
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "[Đọc to]" }).click();
  await page.getByRole("button", { name: "[Bắt đầu]" }).click();
  await expect(page.getByRole("heading", { name: "[Hôm nay Ông/Bà đến để làm gì?]" })).toBeVisible();
  // The question first, then the answers that can be chosen.
  await expect.poll(() => page.evaluate(() => window.heard.length)).toBe(2);
  expect(await page.evaluate(() => new Set(window.heard).size)).toBe(2);
  await answer(page, "[Nộp hồ sơ]").click();
  await expect(page.locator(".kiosk-progress p")).toContainText("2");
  expect(await page.locator("main [lang='vi']").count()).toBe(0);
  await goOnTo(page, SEND);
  await send(page);
  expect(await page.locator(HEADING).innerText(), "the thanks are in the language too").toMatch(/^\[.+\]$/);
  desk.proxy.set("open");
  await expect.poll(() => desk.stored()).toBe(1);
  const [row] = await desk.responses();
  expect(row?.language).toBe("qaa");
});

test("what a pack lacks is Vietnamese, marked, on a phone and on a device", async ({ desk, machine }) => {
  const missing = ["survey-start", "kiosk-begin", "question.purpose"];
  await makePack(desk.server, folder, FONT, missing);
  await desk.server.halt("SIGTERM");
  await desk.server.resume();
  const checked = await desk.server.run("language", "check", "--languages", folder).catch((error: { stdout: string }) => error.stdout);
  expect(checked).toContain("qaa\tinterface, missing\tsurvey-start");
  expect(checked).toContain("qaa\tdesk-rating 1, missing\tquestion.purpose");

  const page = await machine.start({ width: 360, height: 800 });
  await page.goto(`${desk.proxy.origin}/s/${desk.point}`);
  await page.getByRole("button", { name: "Qaa" }).click();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByText("[Phần chưa dịch được hiện bằng tiếng Việt.]")).toBeVisible();
  const start = page.getByRole("button", { name: "Bắt đầu" });
  await expect(start.locator("[lang='vi']")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await start.click();
  await expect(page.locator("legend [lang='vi']", { hasText: "Hôm nay Ông/Bà đến để làm gì?" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);

  await page.setViewportSize({ width: 1080, height: 1920 });
  await enrol(page, desk);
  await page.getByRole("button", { name: "Qaa" }).click();
  await expect(page.getByText("[Phần chưa dịch được hiện bằng tiếng Việt.]")).toBeVisible();
  await expect(page.locator(".kiosk-begin [lang='vi']")).toHaveText("Bắt đầu");
  await page.locator(".kiosk-begin").click();
  await expect(page.locator("h1[lang='vi']")).toBeVisible();
});
