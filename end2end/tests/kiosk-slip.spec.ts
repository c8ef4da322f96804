// The slip of a dossier on a desk device: typed on its screen, read by a scanner, with a network and without.

import type { Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import { enrol, expect, kept, test } from "../support/kiosk.ts";
import { done, goOn, HEADING, key, SEND, send } from "../support/person.ts";
import { HAVE, issueSlips, knowsSlips } from "../support/slips.ts";

/** Types a code on the keys of the screen. */
async function type(page: Page, code: string): Promise<void> {
  for (const character of code) await key(page, character).click();
}

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });

/** Answers nothing more, sends, and is thanked; gives the questions that were asked. */
async function skipAll(page: Page): Promise<string[]> {
  const asked: string[] = [];
  for (;;) {
    asked.push((await page.locator(HEADING).textContent()) ?? "");
    if ((await page.locator(SEND).count()) > 0) break;
    await goOn(page);
  }
  await send(page);
  await done(page);
  return asked;
}

test("a dossier rates once: typed on the screen, a slip of the finger told, what it knows not asked", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  await desk.server.run("device", "service", await desk.device());
  await expect(page.getByRole("button", { name: HAVE })).toBeHidden();
  const [slip = ""] = await issueSlips(desk, ["H20.18-261122-0001"]);
  await knowsSlips(page, desk);

  await page.getByRole("button", { name: HAVE }).click();
  await expect(page.getByLabel("Mã trên phiếu hẹn, 16 chữ và số")).toBeFocused();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await expect(page.getByRole("alert")).toHaveText("Mã có 16 chữ và số.");
  const wrong = slip.startsWith("2") ? "3" : "2";
  await type(page, wrong + slip.slice(1));
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await expect(page.getByRole("alert")).toHaveText("Mã chưa đúng, xin kiểm tra từng ký tự.");
  for (let n = 0; n < 16; n += 1) await page.getByRole("button", { name: "Xoá" }).click();
  await type(page, slip);
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await expect(page.getByRole("heading", { name: "Hôm nay Ông/Bà đến để làm gì?" })).toBeVisible();
  const asked = await skipAll(page);
  expect(asked.some((question) => question.includes("lĩnh vực"))).toBe(false);
  await expect.poll(() => desk.stored()).toBe(1);
  const [row] = await desk.responses();
  expect(row?.respondent).toMatchObject({ field: "land" });

  // The thanks are over; the next one with the same slip is told, and nothing is left of the first.
  await page.getByRole("button", { name: HAVE }).click();
  await expect(page.getByLabel("Mã trên phiếu hẹn, 16 chữ và số")).toHaveValue("");
  await page.keyboard.type(slip);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Hồ sơ này đã được đánh giá");
  await page.getByRole("button", { name: "Trả lời không kèm mã" }).click();
  await expect(page.getByRole("heading", { name: "Hôm nay Ông/Bà đến để làm gì?" })).toBeVisible();
  expect((await skipAll(page)).some((question) => question.includes("lĩnh vực"))).toBe(true);
  await expect.poll(() => desk.stored()).toBe(2);
});

test("a scanner begins with the link of a slip, also without a network", async ({ desk, machine }) => {
  const page = await machine.start({ width: 1280, height: 800 });
  await enrol(page, desk);
  await desk.server.run("device", "service", await desk.device());
  const [first = "", second = ""] = await issueSlips(desk, ["H20.18-261122-0002", "H20.18-261122-0003"]);
  await knowsSlips(page, desk);
  await kept(page);
  const scan = async (slip: string) => {
    await page.keyboard.type(`${desk.proxy.origin}/s/${desk.point}?slip=${slip}`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Hôm nay Ông/Bà đến để làm gì?" })).toBeVisible();
  };
  await scan(first);
  await skipAll(page);
  await expect.poll(() => desk.stored()).toBe(1);

  desk.proxy.set("cut");
  await scan(second);
  await skipAll(page);
  desk.proxy.set("open");
  await expect.poll(() => desk.stored()).toBe(2);
  expect((await desk.responses()).map((row) => row.respondent)).toMatchObject([{ field: "land" }, { field: "land" }]);
});
