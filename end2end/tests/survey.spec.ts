// The survey page: nothing typed is lost, nothing needs scripting, everything can be done with the keyboard.

import type { Page } from "@playwright/test";

import { answerAll, eachStep, FORMS, linkOf, onward, press as pressAndLoad, WORDS } from "../support/form.ts";
import { overflows, scaleText, SIZES } from "../support/overflow.ts";
import type { Server } from "../support/server.ts";
import { exported } from "../support/stored.ts";
import { expect, test } from "../support/test.ts";

test.use({ viewport: { width: 360, height: 800 } });

const NEXT = { name: "Tiếp tục" };

function link(server: Server): string {
  return linkOf(server, "desk rating");
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

/** Makes what the device holds so many hours older. */
async function age(page: Page, hours: number): Promise<void> {
  const aged = await page.evaluate((hours) => {
    const drafts = Object.entries(localStorage).filter(([key]) => key.startsWith("nghe-dan:draft:"));
    for (const [key, text] of drafts) {
      const draft = JSON.parse(text);
      localStorage.setItem(key, JSON.stringify({ ...draft, saved: draft.saved - hours * 3_600_000 }));
    }
    return drafts.length;
  }, hours);
  expect(aged, "there is a draft").toBe(1);
}

test("a draft is offered for 24 hours, and then it is gone", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await age(page, 23);
  await page.goto(link(server));
  await expect(page.getByRole("button", { name: "Trả lời tiếp" })).toBeVisible();
  await page.getByRole("button", { name: "Trả lời tiếp" }).click();
  await expect(radio(page, "a.purpose", "ask")).toBeChecked();
  // The island of this page keeps the draft anew when it wakes up.
  await expect(page.getByRole("button", { name: "Bỏ chọn" })).toBeVisible();

  await age(page, 24);
  await page.goto(link(server));
  // Nobody has to come for it: opening the form deletes it.
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBe(0);
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Trả lời tiếp" })).toBeHidden();
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await expect(radio(page, "a.purpose", "ask")).not.toBeChecked();
});

test("sending ends the draft", async ({ page, server }) => {
  await begin(page, server);
  await awake(page);
  await page.getByRole("button", NEXT).click();
  await page.getByRole("button", NEXT).click();
  await expect(page.getByText("Phần 3 /")).toBeVisible();
  while ((await onward(page).count()) > 0) await pressAndLoad(page, onward(page));
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
  await radio(page, "a.respondent_type", "organisation").check();
  await page.getByRole("button", NEXT).click();
  await radio(page, "a.overall", "4").check();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByText("Part 2 /")).toBeVisible();
  await expect(radio(page, "a.overall", "4")).toBeChecked();
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(page.getByText("Part 1 /")).toBeVisible();
  await expect(radio(page, "a.purpose", "submit")).toBeChecked();
  await expect(radio(page, "a.respondent_type", "organisation")).toBeChecked();
});

test("a whole rating can be given with the keyboard alone, and what is sent is what was answered", async ({ page, server }) => {
  await page.goto(link(server));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Đến nội dung chính" })).toBeFocused();
  await page.keyboard.press("Enter");
  await press(page, "Bắt đầu");

  // One of a few: the arrows choose, and walk on from what was chosen.
  await tabTo(page, { name: "a.purpose" });
  await page.keyboard.press("ArrowDown");
  await expect(radio(page, "a.purpose", "receive_result")).toBeChecked();
  await tabTo(page, { name: "a.respondent_type" });
  await page.keyboard.press("Space");
  await expect(radio(page, "a.respondent_type", "person")).toBeChecked();
  await tabTo(page, { name: "a.field" });
  await page.keyboard.press("ArrowUp");
  await expect(radio(page, "a.field", "other")).toBeChecked();
  // It can be taken back, and chosen anew.
  await tabTo(page, { text: "Bỏ chọn" });
  await page.keyboard.press("Enter");
  await expect(radio(page, "a.field", "other")).not.toBeChecked();
  await expect(radio(page, "a.field", "other")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(radio(page, "a.field", "transport")).toBeChecked();
  await press(page, "Tiếp tục");

  // A rating, and the rows of a grid, two of which are asked only of those who came for a result.
  await expect(page.getByText("Phần 2 /")).toBeVisible();
  await tabTo(page, { name: "a.overall" });
  await page.keyboard.press("ArrowDown");
  await expect(radio(page, "a.overall", "2")).toBeChecked();
  const rows = ["access", "procedures", "officials", "result", "punctuality"];
  for (const [place, row] of rows.entries()) {
    await tabTo(page, { name: `a.aspects.${row}` });
    await page.keyboard.press("Space");
    for (let level = 0; level < place; level += 1) await page.keyboard.press("ArrowRight");
    await expect(radio(page, `a.aspects.${row}`, String(place + 1))).toBeChecked();
  }
  await press(page, "Tiếp tục");

  // Any of several.
  for (const reason of ["waiting", "papers"]) {
    await tabTo(page, { name: "a.disappointed", value: reason });
    await page.keyboard.press("Space");
    await expect(radio(page, "a.disappointed", reason)).toBeChecked();
  }
  await press(page, "Tiếp tục");

  // An answer that has a note.
  await tabTo(page, { name: "a.asked_for_money" });
  await page.keyboard.press("ArrowDown");
  await expect(radio(page, "a.asked_for_money", "yes")).toBeChecked();
  await expect(page.getByRole("note")).toBeVisible();
  await press(page, "Tiếp tục");

  // In words: Enter begins a line there, and sends nothing.
  await tabTo(page, { name: "a.helped" });
  await page.keyboard.press("Space");
  await tabTo(page, { name: "a.remark" });
  await page.keyboard.type("Chờ lâu.");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Xin thêm ghế.");
  await press(page, "Tiếp tục");

  await expect(page.getByText("Ông/Bà đã trả lời hết các câu hỏi.")).toBeVisible();
  await goTo(page, "Gửi phiếu");
  // The island sends: no page is loaded.
  const sending = page.waitForRequest((request) => request.method() === "POST");
  await page.keyboard.press("Enter");
  const sent = new URLSearchParams((await sending).postData() ?? "");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  const answers = [...sent].filter(([name]) => name.startsWith("a.")).map(([name, value]) => [name.slice(2), value.replaceAll("\r\n", "\n")]);
  expect(answers.sort()).toEqual(
    [
      ["purpose", "receive_result"],
      ["respondent_type", "person"],
      ["field", "transport"],
      ["overall", "2"],
      ...rows.map((row, place) => [`aspects.${row}`, String(place + 1)]),
      ["disappointed", "waiting"],
      ["disappointed", "papers"],
      ["asked_for_money", "yes"],
      ["helped", "alone"],
      ["remark", "Chờ lâu.\nXin thêm ghế."],
    ].sort(),
  );
});

/** Presses Tab until what has this name, value or text has the focus. */
async function tabTo(page: Page, wanted: { name?: string; value?: string; text?: string }): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    const there = await page.evaluate(({ name, value, text }) => {
      const focus = document.activeElement;
      const is = (wanted: string | undefined, found: string | null | undefined) => wanted === undefined || wanted === found;
      return is(name, focus?.getAttribute("name")) && is(value, focus?.getAttribute("value")) && is(text, focus?.textContent);
    }, wanted);
    if (there) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not get to ${JSON.stringify(wanted)}`);
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

/** A long form is looked at where room is least and where there is most; a short one everywhere. */
const LOOKED_AT = { "desk rating": SIZES, SIPAS: SIZES.filter(({ width }) => width <= 360 || width === 1280) };

for (const form of FORMS) {
  for (const language of ["vi", "en"] as const) {
    test(`no step of the ${form} in ${language} overflows at any size, nor with text twice as large`, async ({ page, server }) => {
      const path = `${language === "en" ? "/en" : ""}${linkOf(server, form)}`;
      const found: string[] = [];
      let steps = 0;
      await eachStep(page, path, async (step) => {
        steps += 1;
        // What is asked only after an answer, and what stands beside a chosen one, has to fit too.
        await answerAll(page);
        for (const size of LOOKED_AT[form]) {
          await page.setViewportSize(size);
          for (const percent of [100, 200]) {
            await scaleText(page, percent);
            found.push(...(await overflows(page)).map((line) => `${step} (${size.name}, ${percent} %): ${line}`));
          }
        }
      });
      expect(found).toEqual([]);
      expect(steps).toBe({ "desk rating": 7, SIPAS: 11 }[form]);
    });
  }
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(() => {
    test.use({ javaScriptEnabled });

    test(`SIPAS is answered from its first question to the thanks ${javaScriptEnabled ? "with" : "without"} scripting`, async ({ page, server }) => {
      const path = linkOf(server, "SIPAS");
      const point = await (await page.request.get(`/api/v1/points${path.slice("/s".length)}`)).json();
      const stored = async () => (await exported(server, point.campaign.key, "sipas/2023")).length;
      const before = await stored();
      await eachStep(page, path, () => answerAll(page));
      await expect(page.getByText("Ông/Bà đã trả lời hết các câu hỏi.")).toBeVisible();
      await page.getByRole("button", { name: WORDS.vi.send }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(WORDS.vi.thanks);
      expect(await stored()).toBe(before + 1);
    });
  });
}
