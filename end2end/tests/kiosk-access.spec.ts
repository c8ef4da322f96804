// What people need at a desk device who see little, who cannot point, and whom colours or movement disturb: on every screen.

import type { Page } from "@playwright/test";

import { contrasts, violations } from "../support/axe.ts";
import { type Desk, enrol, expect, type Machine, putIntoService, test } from "../support/kiosk.ts";
import { overflows } from "../support/overflow.ts";
import { ANSWER, answer, BEGIN, chosen, goOnTo, HEADING, ON, SEND, thanked } from "../support/person.ts";
import {
  elsewhere,
  ended,
  enrolment,
  type Look,
  nobodyThere,
  questions,
  SCREENS,
  staff,
  tomorrow,
  WORDS,
} from "../support/walk.ts";

/** 1280 × 1024 at 400 %. */
const ENLARGED = { width: 320, height: 256 };
/** The smallest side of what a finger has to hit. */
const TARGET_PX = 64;

// What is asked here is how a screen looks and is worked; answers are counted in kiosk.spec and kiosk-faults, which never try again.
test.describe.configure({ timeout: 1_800_000 });
test.use({ changes: true });

/** Somebody is there: nobody is warned while a test looks. */
function touch(page: Page): Promise<boolean> {
  return page.evaluate(() => document.dispatchEvent(new Event("pointerdown")));
}

/** Shows every screen in a language, one after the other. */
async function everyScreen(desk: Desk, machine: Machine, language: keyof typeof WORDS, look: Look): Promise<void> {
  const page = await machine.start();
  await tomorrow(page);
  const seen: string[] = [];
  const noted: Look = async (label, of = page) => {
    seen.push(label);
    await of.emulateMedia({ reducedMotion: "reduce" });
    await touch(of);
    await look(label, of);
    await touch(of);
  };
  const words = WORDS[language];
  await enrolment(page, desk, noted);
  await questions(page, words, noted);
  await nobodyThere(page, words, noted);
  await staff(page, noted);
  await elsewhere(machine, desk, noted);
  await ended(page, desk, words, noted);
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
    await everyScreen(desk, machine, language, async (label, page) => {
      const note = (how: string, lines: string[]) => found.push(...lines.map((line) => `${label}, ${how}: ${line}`));
      if (!page) return;
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
    await everyScreen(desk, machine, language, async (label, page) => {
      if (!page) return;
      for (const [name, size] of Object.entries({ ...SCREENS, "400 %": ENLARGED })) {
        await page.setViewportSize(size);
        for (const large of [false, true]) {
          await choose(page, large, false);
          const note = (lines: string[]) => found.push(...lines.map((line) => `${label}, ${name}${large ? ", larger text" : ""}: ${line}`));
          note(await overflows(page));
          if (size !== ENLARGED) note(await smallTargets(page));
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

/** What would move although the person asked for nothing to. */
function moving(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const lasts = (text: string) => text.split(",").some((time) => Number.parseFloat(time) > 0);
    const moves = (element: Element) => {
      const style = getComputedStyle(element);
      return (lasts(style.transitionDuration) && style.transitionProperty !== "none") || style.animationName !== "none";
    };
    return [...document.querySelectorAll("*")].filter(moves).map((element) => element.outerHTML.slice(0, 80));
  });
}

/** A device in service that asks every kind of question. */
async function ready(desk: Desk, machine: Machine): Promise<Page> {
  const page = await machine.start(SCREENS.tablet);
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

/** The question on the screen. */
function question(page: Page): Promise<string> {
  return page.locator(HEADING).innerText();
}

/** Waits until another question is asked. */
async function answered(page: Page, before: string): Promise<void> {
  await expect(page.locator(HEADING)).not.toHaveText(before.replaceAll(/\s+/g, " ").trim());
}

/** Answers every question from the first screen to the thanks, with whatever chooses an answer that has words. */
async function journey(page: Page, pick: (words: string) => Promise<void>): Promise<void> {
  await tabTo(page, BEGIN);
  await page.keyboard.press("Enter");
  for (;;) {
    const before = await question(page);
    // A new question is read from its heading.
    await expect(page.locator(HEADING)).toBeFocused();
    const answers = page.locator(ANSWER);
    const last = (await page.locator(SEND).count()) > 0;
    if ((await page.locator(".kiosk-check").count()) > 0) {
      await tabTo(page, ".kiosk-check");
      await page.keyboard.press("Enter");
      await expect(chosen(page)).toHaveCount(1);
    } else if ((await answers.count()) > 0) {
      // The second of them; for a rating that asks for reasons it is a low one.
      await pick((await answers.nth(1).innerText()).trim());
      if (!last) {
        await answered(page, before);
        continue;
      }
    } else {
      const fields = await page.locator(".kiosk-typed :is(input, textarea)").count();
      for (let field = 0; field < fields; field += 1) {
        await tabTo(page, ".kiosk-typed :is(input, textarea)");
        // A number, or the parts of a day.
        await page.keyboard.type(["5", "11", "2026"][field] ?? "");
        await page.keyboard.press("Tab");
      }
    }
    await tabTo(page, ON);
    await page.keyboard.press("Enter");
    if (last) break;
    await answered(page, before);
  }
  await thanked(page);
}

test("all of it can be answered with the keyboard: Tab, arrows, space and Enter", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  await journey(page, async (words) => {
    await tabTo(page, ANSWER);
    for (let step = 0; step < 20 && (await focused(page)) !== words; step += 1) {
      const before = await focused(page);
      await page.keyboard.press("ArrowDown");
      if ((await focused(page)) === before) await page.keyboard.press("Tab");
    }
    expect(await focused(page)).toBe(words);
    await page.keyboard.press("Space");
  });
  await expect.poll(() => desk.stored()).toBe(1);
  await rated(desk);
});

test("all of it can be answered with two switches: one goes on, one chooses", async ({ desk, machine }) => {
  const page = await ready(desk, machine);
  await journey(page, async (words) => {
    for (let step = 0; step < 40 && (await focused(page)) !== words; step += 1) await page.keyboard.press("Tab");
    expect(await focused(page), "a switch gets to every answer").toBe(words);
    await page.keyboard.press("Enter");
  });
  await expect.poll(() => desk.stored()).toBe(1);
  await rated(desk);
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
      const { borderTopStyle } = getComputedStyle(element);
      return { borderTopStyle, all: parts.map((style) => [style.outlineStyle, style.borderTopColor, style.borderTopWidth, style.backgroundColor, style.color].join()).join(";") };
    });
  await page.locator(BEGIN).click();
  await goOnTo(page, ".kiosk-face");
  const before = await look("Không hài lòng");
  expect(before.borderTopStyle).not.toBe("none");
  const question = await page.locator(HEADING).innerText();
  await answer(page, "Không hài lòng").click();
  await answered(page, question);
  await page.locator(".kiosk-steps button").first().click();
  await chosen(page).first().waitFor();
  // What has the focus looks different too.
  await expect(page.locator(HEADING)).toBeFocused();
  expect((await look("Không hài lòng")).all).not.toBe(before.all);
});
