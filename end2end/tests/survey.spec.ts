// The survey page: nothing typed is lost, nothing needs scripting, everything can be done with the keyboard.

import type { Page } from "@playwright/test";

import { overflows, scaleText, SIZES } from "../support/overflow.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";
import { links } from "../support/world.ts";

test.use({ viewport: { width: 360, height: 800 } });

const NEXT = { name: "Tiếp tục" };

function link(server: Server): string {
  const path = links(server)[0] ?? "";
  expect(path).toMatch(/^\/s\//);
  return path;
}

/** Opens the form and goes to its first section. */
async function begin(page: Page, server: Server): Promise<void> {
  await page.goto(link(server));
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await expect(page.locator("progress")).toBeVisible();
}

function radio(page: Page, name: string, value: string) {
  return page.locator(`input[name="${name}"][value="${value}"]`);
}

/** Waits until the island has woken up: only then may it have something to do. */
async function awake(page: Page): Promise<void> {
  await radio(page, "a.purpose", "ask").check();
  await expect(page.getByRole("button", { name: "Bỏ chọn" })).toBeVisible();
}

test("a draft survives a reload, and says so", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await radio(page, "a.respondent_type", "organisation").check();
  await page.reload();
  await expect(page.getByText("Đã khôi phục câu trả lời")).toBeVisible();
  await expect(radio(page, "a.purpose", "ask")).toBeChecked();
  await expect(radio(page, "a.respondent_type", "organisation")).toBeChecked();
});

test("a draft of an earlier visit can be resumed or deleted", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await page.getByRole("button", NEXT).click();
  await radio(page, "a.overall", "4").check();
  await page.goto(link(server));
  await page.getByRole("button", { name: "Trả lời tiếp" }).click();
  await expect(radio(page, "a.overall", "4")).toBeChecked();
  await page.getByRole("button", { name: "Quay lại" }).click();
  await expect(radio(page, "a.purpose", "ask")).toBeChecked();

  await page.goto(link(server));
  await page.getByRole("button", { name: "Xoá, trả lời lại từ đầu" }).click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Trả lời tiếp" })).toBeHidden();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test("sending ends the draft", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await page.getByRole("button", NEXT).click();
  await page.getByRole("button", NEXT).click();
  while (!(await page.getByRole("button", { name: "Gửi phiếu" }).isVisible())) {
    await page.getByRole("button", NEXT).click();
  }
  await page.getByRole("button", { name: "Gửi phiếu" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0);
});

test("a choice can be taken back", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await page.getByRole("button", { name: "Bỏ chọn" }).click();
  await expect(radio(page, "a.purpose", "ask")).not.toBeChecked();
  await expect(page.getByRole("button", { name: "Bỏ chọn" })).toBeHidden();
});

test("changing the language in the middle keeps every answer", async ({ page, server }) => {
  await begin(page, server);
  await radio(page, "a.purpose", "submit").check();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByText("Part 1 /")).toBeVisible();
  await expect(radio(page, "a.purpose", "submit")).toBeChecked();
});

test("the whole form can be answered with the keyboard alone", async ({ page, server }) => {
  await page.goto(link(server));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Đến nội dung chính" })).toBeFocused();
  await page.keyboard.press("Enter");
  await press(page, "Bắt đầu");
  // Into the first group, one option on, which chooses it.
  await tabTo(page, () => document.activeElement?.getAttribute("name") === "a.purpose");
  await page.keyboard.press("ArrowDown");
  await expect(radio(page, "a.purpose", "receive_result")).toBeChecked();
  await press(page, "Tiếp tục");
  await expect(page.getByText("Phần 2 /")).toBeVisible();
  while (!(await page.getByRole("button", { name: "Gửi phiếu" }).isVisible())) {
    await press(page, "Tiếp tục");
  }
  await goTo(page, "Gửi phiếu");
  // The island sends: no page is loaded.
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
});

/** Presses Tab until the page agrees. */
async function tabTo(page: Page, there: () => boolean): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    if (await page.evaluate(there)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not get there");
}

/** Goes to a button with the keyboard and presses it, which loads a page. */
async function press(page: Page, name: string): Promise<void> {
  await goTo(page, name);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Goes to a button with the keyboard. */
async function goTo(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  for (let step = 0; step < 60; step += 1) {
    if (await button.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(button).toBeFocused();
}

test("no step overflows at any size, nor with text twice as large", async ({ page, server }) => {
  test.setTimeout(120_000);
  await page.goto(link(server));
  const found: string[] = [];
  for (let step = 0; step < 8; step += 1) {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const percent of [100, 200]) {
        await scaleText(page, percent);
        found.push(...(await overflows(page)).map((line) => `step ${step} (${size.name}, ${percent} %): ${line}`));
      }
    }
    const onward = page.getByRole("button", { name: /^(Bắt đầu|Tiếp tục)$/ });
    if (!(await onward.isVisible())) break;
    await onward.click();
  }
  expect(found).toEqual([]);
});
