// What people need who enlarge, who cannot see colours or pages, and whom movement disturbs: survey and results.

import type { Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import { type Desk, startDesk } from "../support/kiosk.ts";
import { overflows } from "../support/overflow.ts";
import { expect, test } from "../support/test.ts";
import { links } from "../support/world.ts";

/** 1280 × 1024 at 400 %. */
const ENLARGED = { width: 320, height: 256 };

/** Every step of the form, shown one after the other. */
async function eachStep(page: Page, path: string, look: (step: number) => Promise<void>): Promise<void> {
  await page.goto(path);
  for (let step = 0; step < 10; step += 1) {
    await look(step);
    const onward = page.getByRole("button", { name: /^(Bắt đầu|Tiếp tục|Start|Continue)$/ });
    if (!(await onward.isVisible())) return;
    await onward.click();
  }
}

for (const path of ["/s", "/en/s"]) {
  test(`at 400 % the form of ${path} needs no scrolling sideways and hides nothing that has the focus`, async ({ page, server }) => {
    await page.setViewportSize(ENLARGED);
    const desk = (links(server)[0] ?? "").replace("/s", path);
    const found: string[] = [];
    await eachStep(page, desk, async (step) => {
      found.push(...(await overflows(page)).map((line) => `step ${step}: ${line}`));
      found.push(...(await hiddenFocus(page)).map((line) => `step ${step}: ${line}`));
    });
    expect(found).toEqual([]);
  });
}

test("at 400 % the results need no scrolling sideways", async ({ page }) => {
  await page.setViewportSize(ENLARGED);
  for (const path of ["/results", "/en/results", "/results?order=weakest"]) {
    await page.goto(path);
    expect(await overflows(page), path).toEqual([]);
  }
});

/** Goes through the page with Tab and names what has the focus where nothing of it can be seen. */
async function hiddenFocus(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      // A radio lies over its card, which is what shows.
      const box = (element.closest("label") ?? element).getBoundingClientRect();
      const top = Math.max(box.top, 0);
      const bottom = Math.min(box.bottom, innerHeight);
      const there = document.elementFromPoint((box.left + box.right) / 2, (top + bottom) / 2);
      const seen = bottom - top >= Math.min(box.height, 20) && there && (element.contains(there) || there.closest("label") === element.closest("label"));
      return seen ? undefined : `${element.tagName} ${element.textContent?.trim() ?? ""} ${element.getAttribute("name") ?? ""}`;
    });
    if (hidden) found.push(hidden);
  }
  return found;
}

test("in forced colours what was chosen, how far one is, and every button can be seen", async ({ page, server }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await eachStep(page, links(server)[0] ?? "", async () => {
    expect(await violations(page)).toEqual([]);
    const unseen = await page.evaluate(() => {
      const found: string[] = [];
      const look = (element: Element) => getComputedStyle(element);
      for (const button of document.querySelectorAll(".button")) {
        if (look(button).borderTopStyle === "none") found.push(`button ${button.textContent}`);
      }
      for (const input of document.querySelectorAll<HTMLInputElement>(".choice input")) {
        const card = input.nextElementSibling;
        if (!card || input.closest("[hidden]")) continue;
        const before = `${look(card).outlineStyle} ${look(card).borderTopColor}`;
        const was = input.checked;
        input.checked = true;
        const after = `${look(card).outlineStyle} ${look(card).borderTopColor}`;
        input.checked = was;
        if (!was && before === after) found.push(`choice ${card.textContent}`);
      }
      const bar = document.querySelector("progress");
      if (bar && look(bar).borderTopStyle === "none") found.push("progress");
      return found;
    });
    expect(unseen).toEqual([]);
  });
});

test("in forced colours the results break no rule", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto("/results");
  expect(await violations(page)).toEqual([]);
});

test("nothing moves for those who asked for it", async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const moving = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => {
          const style = getComputedStyle(element);
          const lasts = (text: string) => text.split(",").some((time) => Number.parseFloat(time) > 0);
          return (lasts(style.transitionDuration) && style.transitionProperty !== "none") || style.animationName !== "none";
        })
        .map((element) => element.outerHTML.slice(0, 80)),
    );
  await eachStep(page, links(server)[0] ?? "", async () => expect(await moving()).toEqual([]));
  await page.goto("/results");
  expect(await moving()).toEqual([]);
});

test("every choice has a name, every group of choices its question, and every step says how far one is", async ({ page, server }) => {
  let groups = 0;
  await eachStep(page, links(server)[0] ?? "", async (step) => {
    const found = await page.evaluate(() => {
      const wrong: string[] = [];
      const sets = document.querySelectorAll("fieldset.question");
      for (const set of sets) {
        const legend = set.querySelector(":scope > legend");
        if (!legend?.textContent?.trim()) wrong.push("a group without a name");
        for (const id of (set.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== "")) {
          if (!document.getElementById(id)) wrong.push(`described by nothing: ${id}`);
        }
      }
      for (const input of document.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), textarea")) {
        if (!input.labels?.[0]?.textContent?.trim()) wrong.push(`a field without a name: ${input.name}`);
        const radio = input.type === "radio" || input.type === "checkbox";
        if (radio && !input.closest("fieldset.question")) wrong.push(`a choice outside of a group: ${input.name}`);
      }
      return { wrong, groups: sets.length };
    });
    expect(found.wrong).toEqual([]);
    groups += found.groups;
    const bar = page.getByRole("progressbar");
    if (await bar.isVisible()) {
      await expect(bar).toHaveAccessibleName(/Phần \d+ \/ \d+/);
      await expect(page).toHaveTitle(/^Phần \d+ \/ \d+: /);
    } else {
      expect(step === 0 || (await page.getByRole("button", { name: "Gửi phiếu" }).isVisible())).toBe(true);
    }
  });
  expect(groups).toBeGreaterThan(5);
});

test.describe("errors", () => {
  let desk: Desk;

  test.beforeAll(async () => {
    desk = await startDesk({ changes: "already" });
    const place = ["--campaign", "desk-2026", "--unit", "29954", "--needs-code"];
    code = (await desk.server.run("point", "add", ...place)).split("\t")[0] ?? "";
  });
  test.afterAll(async () => {
    await desk.close();
  });
  let code = "";
  test.use({ expected: [/422/] });

  test("are told in the title, take the focus, lead to their field, and the field tells them", async ({ page }) => {
    await page.goto(`${desk.server.origin}/s/${code}`);
    await page.getByLabel("Mã dùng một lần").fill("2222 2222 2222 2223");
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await expect(page).toHaveTitle(/^Lỗi: /);
    const summary = page.getByRole("alert");
    await expect(summary).toBeFocused();
    await expect(summary).toHaveAccessibleName("1 chỗ cần xem lại");
    expect(await violations(page)).toEqual([]);
    await summary.getByRole("link").click();
    const field = page.getByLabel("Mã dùng một lần");
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(/Mã chưa đúng/);
    await expect(field).toHaveValue("2222 2222 2222 2223");
  });

  test("with a number that cannot be true everything else that was answered and typed stays", async ({ page }) => {
    await page.goto(`${desk.server.origin}/s/${desk.point}`);
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await page.locator('input[name="a.respondent_type"][value="organisation"]').check();
    const number = page.getByRole("textbox", { name: "Ông/Bà đã đến đây bao nhiêu lần vì việc này?" });
    while (!(await number.isVisible())) await page.getByRole("button", { name: "Tiếp tục" }).click();
    await number.fill("30 lần");
    await page.getByRole("textbox", { name: "Tên thủ tục" }).fill("Cấp lại giấy <chứng nhận> & bản sao");
    await page.locator('input[name="a.kind_yes_no"]').first().check();
    await page.getByRole("button", { name: "Tiếp tục" }).click();

    await expect(page).toHaveTitle(/^Lỗi: /);
    const summary = page.getByRole("alert");
    await expect(summary).toBeFocused();
    await expect(summary).toHaveAccessibleName("1 chỗ cần xem lại");
    expect(await violations(page)).toEqual([]);
    const link = summary.getByRole("link");
    await expect(link).toHaveCount(1);
    await link.click();
    await expect(number).toBeFocused();
    await expect(number).toHaveAttribute("aria-invalid", "true");
    await expect(number).toHaveAccessibleDescription(/số nguyên/);
    await expect(number).toHaveValue("30 lần");
    await expect(page.getByRole("textbox", { name: "Tên thủ tục" })).toHaveValue("Cấp lại giấy <chứng nhận> & bản sao");
    await expect(page.locator('input[name="a.kind_yes_no"]').first()).toBeChecked();

    // What was mended is taken, and what was answered on other pages is still there.
    await number.fill("3");
    await page.getByRole("button", { name: "Tiếp tục" }).click();
    await expect(page).toHaveTitle(/^(?!Lỗi)/);
    while (!(await page.locator('input[name="a.respondent_type"][value="organisation"]').isVisible())) {
      await page.getByRole("button", { name: "Quay lại" }).click();
    }
    await expect(page.locator('input[name="a.respondent_type"][value="organisation"]')).toBeChecked();
  });
});
