// What a browser asks at once, and what the server asks of a page without scripting, is the same; what has to be answered is
// asked for by both.

import type { Page } from "@playwright/test";

import { CONDITIONS } from "../support/conditions.ts";
import { onward, press, step, WORDS } from "../support/form.ts";
import { type Server, startServer } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

test.use({ viewport: { width: 360, height: 800 } });

let conditions: Server;
let code = "";
/** The point that knows the field, so that nobody is asked for it. */
let knowing = "";

test.beforeAll(async () => {
  conditions = await startServer(CONDITIONS);
  [code = "", knowing = ""] = conditions.filled.split("\n");
});
test.afterAll(async () => {
  await conditions?.stop();
});

/** What somebody answers, by field: a choice, several, or what is typed. */
type Answers = Readonly<Record<string, string | readonly string[]>>;

interface Case {
  readonly name: string;
  readonly knows?: boolean;
  readonly before?: Answers;
  readonly answers: Answers;
  /** What is asked because of it, in printed order. */
  readonly asked: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "nothing", answers: {}, asked: ["if_not_one", "if_no_day"] },
  { name: "one of a few", answers: { one: "a" }, asked: ["if_one", "if_no_day"] },
  { name: "another one, with a row of its own", answers: { one: "b" }, asked: ["if_not_one", "if_no_day", "rows.if_b"] },
  { name: "one of several", answers: { several: ["x"] }, asked: ["if_not_one", "if_several", "if_no_day"] },
  { name: "several together", answers: { several: ["x", "y", "z"] }, asked: ["if_not_one", "if_high", "if_no_day"] },
  { name: "a low score", answers: { score: "2" }, asked: ["if_not_one", "if_low", "if_rated", "if_no_day"] },
  { name: "a score in the middle", answers: { score: "3" }, asked: ["if_not_one", "if_rated", "if_no_day"] },
  { name: "a high score", answers: { score: "4" }, asked: ["if_not_one", "if_high", "if_rated", "if_no_day"] },
  { name: "no opinion, which is no score and no answer", answers: { score: "no_opinion" }, asked: ["if_not_one", "if_no_day"] },
  { name: "a number", answers: { times: "0" }, asked: ["if_not_one", "if_times", "if_no_day"] },
  { name: "spaces for a number", answers: { times: "  " }, asked: ["if_not_one", "if_no_day"] },
  { name: "a date", answers: { "day.day": "5", "day.month": "3", "day.year": "2026" }, asked: ["if_not_one", "if_day"] },
  { name: "a field", answers: { field: "land" }, asked: ["if_not_one", "if_no_day", "if_field"] },
  { name: "a field that the point knows", knows: true, answers: {}, asked: ["if_not_one", "if_no_day", "if_field"] },
  { name: "a choice on the page before", before: { came: "yes" }, answers: {}, asked: ["if_not_one", "if_no_day", "if_came"] },
  {
    name: "a date on the page before",
    before: { "came_on.day": "5", "came_on.month": "3", "came_on.year": "2026" },
    answers: {},
    asked: ["if_not_one", "if_no_day", "if_came_on"],
  },
  { name: "a question that an answer asked", answers: { one: "a", if_one: "yes" }, asked: ["if_one", "if_no_day", "if_if_one"] },
  {
    name: "much at once",
    before: { came: "yes", "came_on.day": "1", "came_on.month": "1", "came_on.year": "2026" },
    answers: { field: "land", one: "b", several: ["x", "z"], score: "1", times: "7", "day.day": "2", "day.month": "2", "day.year": "2026" },
    asked: ["if_not_one", "if_several", "if_low", "if_high", "if_rated", "if_times", "if_day", "if_field", "if_came", "if_came_on", "rows.if_b"],
  },
];

/** Opens the form and answers up to the page of the conditions. */
async function open(page: Page, { knows = false, before = {} }: Partial<Case>): Promise<void> {
  await page.goto(`${conditions.origin}/s/${knows ? knowing : code}`);
  await press(page, onward(page));
  expect(await give(page, before)).toEqual([]);
  await press(page, onward(page));
  expect(await step(page)).toBe("section-1");
}

/** Gives the answers whose questions are on the screen, and returns the names of the others. */
async function give(page: Page, answers: Answers): Promise<string[]> {
  const later: string[] = [];
  for (const [name, given] of Object.entries(answers)) {
    const field = page.locator(`#survey [name="a.${name}"]`);
    if (!(await field.first().isEnabled())) {
      later.push(name);
    } else if ((await field.first().getAttribute("type")) === "text") {
      await field.fill(String(given));
    } else {
      for (const value of [given].flat()) await page.locator(`#survey [name="a.${name}"][value="${value}"]`).check();
    }
  }
  return later;
}

/** The questions and rows with conditions that can be seen. */
function asked(page: Page): Promise<string[]> {
  return page.locator("#survey fieldset[data-field]:visible").evaluateAll((sets) => sets.map((set) => (set.getAttribute("data-field") ?? "").slice("a.".length)));
}

test.describe("with scripting", () => {
  for (const { name, asked: expected, ...answered } of CASES) {
    test(`${name}: asked at once, and the server goes on`, async ({ page }) => {
      await open(page, answered);
      // A question may be there only after the browser has asked it.
      await expect(async () => expect(await give(page, answered.answers)).toEqual([])).toPass();
      await expect.poll(() => asked(page)).toEqual(expected);
      // Had the server asked another question, the page would come back with it.
      await press(page, onward(page));
      expect(await step(page)).toBe("section-2");
    });
  }

  test("a choice that is taken back takes back what it asked", async ({ page }) => {
    await open(page, {});
    await page.locator('[name="a.one"][value="a"]').check();
    await page.locator('[name="a.if_one"][value="yes"]').check();
    await expect.poll(() => asked(page)).toEqual(["if_one", "if_no_day", "if_if_one"]);
    await page.locator('[name="a.one"][value="b"]').check();
    await expect.poll(() => asked(page)).toEqual(["if_not_one", "if_no_day", "rows.if_b"]);
    await press(page, onward(page));
    expect(await step(page)).toBe("section-2");
  });
});

test.describe("without scripting", () => {
  test.use({ javaScriptEnabled: false });

  for (const { name, asked: expected, ...answered } of CASES) {
    test(`${name}: the server asks it on the same page`, async ({ page }) => {
      await open(page, answered);
      // It comes back as long as it asks what was not on the screen.
      for (let later = await give(page, answered.answers); ; later = await give(page, pick(answered.answers, later))) {
        await press(page, onward(page));
        if ((await step(page)) === "section-2") break;
        await expect(page.locator(".added").first()).toBeVisible();
      }
      await press(page, page.getByRole("button", { name: WORDS.vi.back }));
      expect(await step(page)).toBe("section-1");
      expect(await asked(page)).toEqual(expected);
    });
  }
});

function pick(answers: Answers, names: readonly string[]): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => names.includes(name)));
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(() => {
    test.use({ javaScriptEnabled, expected: [/status of 422 /] });

    test(`${javaScriptEnabled ? "with" : "without"} scripting, what has to be answered is asked for at its place, and nothing is lost`, async ({ page }) => {
      await open(page, {});
      await give(page, { one: "c", several: ["y"], times: "4" });
      await press(page, onward(page));
      // Without scripting it is asked now, and told to be missing at once.
      expect(await step(page)).toBe("section-1");
      await expect(page).toHaveTitle(/^Lỗi: /);
      const summary = page.getByRole("alert");
      await expect(summary).toHaveAccessibleName("1 chỗ cần xem lại");
      await summary.getByRole("link").click();
      const question = page.getByRole("group", { name: "must" });
      await expect(question).toBeInViewport({ ratio: 1 });
      await expect(question).toHaveAccessibleDescription(/Xin chọn hoặc điền câu trả lời/);
      await expect(page.locator('[name="a.several"][value="y"]')).toBeChecked();
      await expect(page.locator('[name="a.times"]')).toHaveValue("4");
      await give(page, { must: "no" });
      await press(page, onward(page));
      expect(await step(page)).toBe("section-2");
    });
  });
}
