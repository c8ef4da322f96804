// What people need at a desk device who see little, who cannot point, and whom colours or movement disturb: on every screen.

import type { Page } from "@playwright/test";

import { contrasts, violations } from "../support/axe.ts";
import { covered, hiddenFocus } from "../support/focus.ts";
import { type Desk, enrol, expect, type Machine, PIN, putIntoService, test } from "../support/kiosk.ts";
import { moving } from "../support/motion.ts";
import { overflows } from "../support/overflow.ts";
import { ANSWER, answer, BACK, BEGIN, chosen, done, goOnTo, HEADING, key, ON, SEND, thanked } from "../support/person.ts";
import { everyScreen, type Language, newDevice, SCREENS, tomorrow, WRONG_CODE } from "../support/walk.ts";

/** 1280 × 1024 at 400 %. */
const ENLARGED = { width: 320, height: 256 };
/** The smallest side of what a finger has to hit. */
const TARGET_PX = 64;

// What is asked here is how a screen looks and is worked; answers are counted in kiosk.spec and kiosk-faults, which never try again.
test.describe.configure({ timeout: 1_800_000 });
test.use({ changes: true, expected: WRONG_CODE });

/** Somebody is there: nobody is warned while a test looks. */
function touch(page: Page): Promise<boolean> {
  return page.evaluate(() => document.dispatchEvent(new Event("pointerdown")));
}

/** Looks at every screen in a language, one after the other. */
async function lookAtAll(desk: Desk, machine: Machine, language: Language, look: (label: string, page: Page) => Promise<void>): Promise<void> {
  const page = await newDevice(machine);
  const seen: string[] = [];
  await everyScreen(page, machine, desk, {
    languages: [language],
    async look(label, of = page) {
      seen.push(label);
      await of.emulateMedia({ reducedMotion: "reduce" });
      await touch(of);
      await look(label, of);
      await touch(of);
    },
  });
  expect(seen.length).toBeGreaterThan(20);
}

/** What a person can choose with the bar, as the page marks it. */
async function choose(page: Page, large: boolean, contrast: boolean): Promise<void> {
  await page.evaluate(
    ([large, contrast]) => {
      document.documentElement.toggleAttribute("data-large", large);
      document.documentElement.toggleAttribute("data-contrast", contrast);
    },
    [large, contrast] as const,
  );
}

for (const language of ["vi", "en"] as const) {
  test(`no screen in ${language} breaks a rule: in light, dark, high contrast, larger text and forced colours`, async ({ desk, machine }) => {
    const found: string[] = [];
    await lookAtAll(desk, machine, language, async (label, page) => {
      const note = (how: string, lines: string[]) => found.push(...lines.map((line) => `${label}, ${how}: ${line}`));
      note("light", await violations(page));
      await choose(page, true, false);
      note("larger text", await violations(page));
      await touch(page);
      await choose(page, false, true);
      note("high contrast", await contrasts(page));
      await page.emulateMedia({ colorScheme: "dark" });
      note("high contrast, dark", await contrasts(page));
      await choose(page, false, false);
      note("dark", await contrasts(page));
      await page.emulateMedia({ colorScheme: null, forcedColors: "active" });
      note("forced colours", await contrasts(page));
      await page.emulateMedia({ forcedColors: null });
    });
    expect(found).toEqual([]);
  });

  test(`everything in ${language} fits on every kind of screen and at 400 %, is large enough for a finger, and nothing moves`, async ({ desk, machine }) => {
    const found: string[] = [];
    await lookAtAll(desk, machine, language, async (label, page) => {
      for (const [name, size] of Object.entries({ ...SCREENS, "400 %": ENLARGED })) {
        await page.setViewportSize(size);
        for (const large of [false, true]) {
          await choose(page, large, false);
          const note = (lines: string[]) => found.push(...lines.map((line) => `${label}, ${name}${large ? ", larger text" : ""}: ${line}`));
          note(await overflows(page));
          if (size !== ENLARGED) note(await smallTargets(page));
          else if (!large) note((await hiddenFocus(page)).map((what) => `nothing is seen of what has the focus: ${what}`));
          await touch(page);
        }
        await choose(page, false, false);
      }
      await page.setViewportSize(SCREENS.portrait);
      found.push(...(await moving(page)).map((line) => `${label} moves: ${line}`));
    });
    expect(found).toEqual([]);
  });
}

/** What can be pressed and is smaller than a finger needs. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = [];
    for (const target of document.querySelectorAll<HTMLElement>("button, a[href], input, textarea, select, [role=radio]")) {
      // Where a radio lies in its card, the card is what a finger hits.
      const { width, height } = (target.closest("label.kiosk-answer") ?? target).getBoundingClientRect();
      const seen = target.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (seen && (width < least - 0.5 || height < least - 0.5)) {
        found.push(`${target.tagName} “${target.innerText.trim()}” is ${Math.round(width)} × ${Math.round(height)} px`);
      }
    }
    return found;
  }, TARGET_PX);
}

/** A device in service that asks every kind of question. */
async function ready(desk: Desk, machine: Machine, hasTouch = false): Promise<Page> {
  const page = await machine.start(SCREENS.tablet, { hasTouch });
  await tomorrow(page);
  await enrol(page, desk);
  await putIntoService(page, desk);
  return page;
}

/** Whether the focus is in what the selector names. */
function isIn(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((selector) => !!document.activeElement?.closest(selector), selector);
}

/** What has the focus, as a person is told. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    return (element?.closest<HTMLElement>(".kiosk-answer") ?? element)?.innerText.trim() ?? "";
  });
}

/** Presses Tab until the focus is in what the selector names; where it is on the way can be seen. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    if (await isIn(page, selector)) return;
    await page.keyboard.press("Tab");
    expect(await isSeen(page), `what has the focus is not marked: ${await focused(page)}`).toBe(true);
  }
  throw new Error(`the keyboard does not get to ${selector}`);
}

/** Whether what has the focus is in the window and marked. */
function isSeen(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return true;
    const card = element.closest(".kiosk-answer") ?? element;
    const { top, bottom } = card.getBoundingClientRect();
    const marked = [element, card].some((one) => getComputedStyle(one).outlineStyle !== "none" || getComputedStyle(one).boxShadow !== "none");
    // The parts of the browser's own field for a day are marked in its inside.
    return (marked || element.matches("input[type=date]")) && bottom > 0 && top < innerHeight;
  });
}

/** The question on the screen, in one line. */
async function question(page: Page): Promise<string> {
  return (await page.locator(HEADING).innerText()).replaceAll(/\s+/g, " ").trim();
}

/** Waits until another question is asked. */
async function answered(page: Page, before: string): Promise<void> {
  await expect(page.locator(HEADING)).not.toHaveText(before);
}

/** How somebody works the device. */
interface Hands {
  /** Presses what the selector names. */
  press(selector: string): Promise<void>;
  /** Chooses the answer with these words. */
  pick(words: string): Promise<void>;
  /** Types into the field of this place. */
  type(field: number, characters: string): Promise<void>;
}

/** A field in which somebody types. */
const FIELD = ".kiosk-typed :is(input, textarea)";

/** Whoever has a keyboard or switches, and chooses an answer in their own way. */
function byKeys(page: Page, pick: Hands["pick"]): Hands {
  return {
    pick,
    async press(selector) {
      await tabTo(page, selector);
      await page.keyboard.press("Enter");
    },
    async type(_, characters) {
      await tabTo(page, FIELD);
      await page.keyboard.type(characters);
      await page.keyboard.press("Tab");
    },
  };
}

/** Whoever touches the screen, on a device that has no keyboard. */
function byTouch(page: Page): Hands {
  return {
    pick: (words) => answer(page, words).tap(),
    press: (selector) => page.locator(selector).first().tap(),
    async type(field, characters) {
      // Words need a keyboard; whoever has none skips them.
      if ((await page.locator(".kiosk-pad").count()) === 0) return;
      await page.locator(FIELD).nth(field).tap();
      await tapKeys(page, characters);
    },
  };
}

/** Taps the keys on the screen. */
async function tapKeys(page: Page, characters: string): Promise<void> {
  for (const character of characters) await key(page, character).tap();
}

/** What a screen reader says of the question: how far one is, and that its answers belong to it. */
async function toldTogether(page: Page, asked: string): Promise<void> {
  await expect(page.locator(HEADING)).toHaveAccessibleDescription(/^Câu \d+ \/ \d+/);
  for (const group of await page.locator(".kiosk-levels, .kiosk-options, .kiosk-date").all()) await expect(group).toHaveAccessibleName(asked);
  for (const radio of await page.getByRole("radio").all()) await expect(radio).toHaveAccessibleName(/\S/);
}

/** Goes back from the question after, and finds that what was chosen is said to be, and nothing else. */
async function toldAsChosen(page: Page, hands: Hands, asked: string, words: string): Promise<void> {
  const after = await question(page);
  await hands.press(BACK);
  await answered(page, after);
  expect(await question(page)).toBe(asked);
  await expect(page.getByRole("radio", { checked: true })).toHaveAccessibleName(words);
  await hands.press(ON);
  await answered(page, asked);
}

/** Answers every question from the first screen to the thanks. */
async function journey(page: Page, hands: Hands): Promise<void> {
  await hands.press(BEGIN);
  for (let first = true; ; first = false) {
    const before = await question(page);
    // A new question is read from its heading.
    await expect(page.locator(HEADING)).toBeFocused();
    await toldTogether(page, before);
    const answers = page.locator(ANSWER);
    const last = (await page.locator(SEND).count()) > 0;
    if ((await page.locator(".kiosk-check").count()) > 0) {
      await hands.press(".kiosk-check");
      await expect(chosen(page)).toHaveCount(1);
    } else if ((await answers.count()) > 0) {
      // The second of them; for a rating that asks for reasons it is a low one.
      const words = (await answers.nth(1).innerText()).trim();
      await hands.pick(words);
      if (!last) {
        await answered(page, before);
        if (first) await toldAsChosen(page, hands, before, words);
        continue;
      }
    } else {
      const fields = await page.locator(FIELD).count();
      // A number, or the parts of a day.
      for (let field = 0; field < fields; field += 1) await hands.type(field, ["5", "11", "2026"][field] ?? "");
    }
    await hands.press(ON);
    if (last) break;
    await answered(page, before);
  }
  await thanked(page);
}

test("all of it can be answered with the keyboard: Tab, arrows, space and Enter", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  await journey(page, byKeys(page, async (words) => {
    await tabTo(page, ANSWER);
    for (let step = 0; step < 20 && (await focused(page)) !== words; step += 1) {
      const before = await focused(page);
      await page.keyboard.press("ArrowDown");
      if ((await focused(page)) === before) await page.keyboard.press("Tab");
    }
    expect(await focused(page)).toBe(words);
    await page.keyboard.press("Space");
  }));
  await expect.poll(() => desk.stored()).toBe(1);
  await rated(desk);
});

test("all of it can be answered with two switches: one goes on, one chooses", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  await journey(page, byKeys(page, async (words) => {
    for (let step = 0; step < 40 && (await focused(page)) !== words; step += 1) await page.keyboard.press("Tab");
    expect(await focused(page), "a switch gets to every answer").toBe(words);
    await page.keyboard.press("Enter");
  }));
  await expect.poll(() => desk.stored()).toBe(1);
  await rated(desk);
});

test("all of it can be answered with a finger, and staff get in with five touches of the corner", async ({ desk, machine }) => {
  const page = await ready(desk, machine, true);
  await journey(page, byTouch(page));
  await expect.poll(() => desk.stored()).toBe(1);
  await rated(desk);
  await done(page);

  await expect(async () => {
    // Quickly, or they are no sign of staff.
    for (let touches = 0; touches < 5; touches += 1) await page.locator(".kiosk-corner").tap();
    await expect(page.getByLabel("Mã PIN của máy")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await tapKeys(page, PIN);
  await page.getByRole("button", { name: "Mở" }).tap();
  await expect(page.getByRole("heading", { name: "Tình trạng máy" })).toBeVisible();
  await page.getByRole("button", { name: "Về màn hình lấy ý kiến" }).tap();
  await expect(page.locator(BEGIN)).toBeVisible();
});

test.describe(() => {
  test.use({ changes: "long" });

  test("however long a question is, every answer and the way back and on are seen whole", async ({ desk, machine }) => {
    const page = await machine.start();
    await enrol(page, desk);
    await page.locator(BEGIN).click();
    await goOnTo(page, ".kiosk-face");
    const found: string[] = [];
    // A question of its own, and one row of several, which has another answer beside the faces.
    for (const label of ["question", "row"]) {
      await expect(page.locator(".kiosk-faces .kiosk-answer")).toHaveCount(5);
      for (const [name, size] of Object.entries(SCREENS)) {
        await page.setViewportSize(size);
        for (const large of [false, true]) {
          await choose(page, large, false);
          await touch(page);
          const unseen = await covered(page, ".kiosk-levels .kiosk-answer, .kiosk-steps button");
          found.push(...unseen.map((line) => `${label}, ${name}${large ? ", larger text" : ""}: ${line}`));
        }
        await choose(page, false, false);
      }
      if (label === "question") {
        const before = await question(page);
        await page.locator(ON).click();
        await answered(page, before);
      }
    }
    expect(found).toEqual([]);
    // What does not fit of the question can be read with the keyboard, too: it scrolls under the heading that has the focus.
    await expect(page.locator(HEADING)).toBeFocused();
    await page.keyboard.press("End");
    const rest = () => page.locator(".kiosk-ask").evaluate((ask) => ask.scrollHeight - ask.clientHeight - ask.scrollTop);
    await expect.poll(rest).toBeLessThan(2);
  });
});

/** The second answer of each question arrived. */
async function rated(desk: Desk): Promise<void> {
  const [row] = await desk.responses("2");
  expect({ ...row?.respondent, ...row?.answers }).toMatchObject({ purpose: "receive_result", overall: 2, disappointed: ["waiting"] });
}

test("in forced colours every answer has a border, and a chosen one looks different", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  await page.emulateMedia({ forcedColors: "active" });
  const look = (words: string) =>
    answer(page, words).evaluate((element) => {
      const parts = [element, ...element.querySelectorAll("*")].map((part) => getComputedStyle(part));
      return parts.map((style) => [style.outlineStyle, style.borderTopColor, style.borderTopWidth, style.backgroundColor, style.color].join()).join(";");
    });
  await page.locator(BEGIN).click();
  await goOnTo(page, ".kiosk-face");
  const before = await look("Không hài lòng");
  const borders = await page.locator(ANSWER).evaluateAll((all) => all.map((one) => getComputedStyle(one).borderTopStyle));
  expect(borders.length).toBeGreaterThan(4);
  expect(borders).not.toContain("none");
  const asked = await question(page);
  await answer(page, "Không hài lòng").click();
  await answered(page, asked);
  await page.locator(BACK).click();
  await chosen(page).first().waitFor();
  // What has the focus looks different too.
  await expect(page.locator(HEADING)).toBeFocused();
  expect(await look("Không hài lòng")).not.toBe(before);
});
