// What a person does at a desk device: tests say what is answered, seen and thanked for, whether an answer is a button or a
// radio, and whatever words stand on the screen.

import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";

/** Begins. */
export const BEGIN = ".kiosk-begin";
/** Goes back. */
export const BACK = ".kiosk-steps button:first-child";
/** Goes on, skips or sends. */
export const ON = ".kiosk-on";
/** The same on the last question. */
export const SEND = ".kiosk-on[data-send]";
/** An answer that can be chosen, of a question of one choice or of several. */
export const ANSWER = ".kiosk-answer";
/** The heading of every screen. */
export const HEADING = "#kiosk-heading";
/** How far one is. */
const PLACE = ".kiosk-progress p";
/** Ends the thanks. No other screen that only says something has a button to put it away. */
export const DONE = ".kiosk-main .kiosk-center:not(.kiosk-form, [role=alert], :has(.kiosk-begin)) .kiosk-plain";
/** The first so many questions of one choice tell the answers of {@link finish} apart. */
const TELLING = 4;

/** Goes on to the next question, and waits until it is there. */
export async function goOn(page: Page): Promise<void> {
  const place = page.locator(PLACE);
  const before = await place.textContent();
  await page.locator(ON).click();
  await expect(place).not.toHaveText(before ?? "");
}

/** Goes on until a question is answered in what the selector names. */
export async function goOnTo(page: Page, selector: string): Promise<void> {
  while ((await page.locator(selector).count()) === 0) await goOn(page);
}

/** Goes all the way back, which leads out of the questions to the first screen. */
export async function backToFirst(page: Page): Promise<void> {
  while ((await page.locator(BEGIN).count()) === 0) {
    const before = await page.locator(HEADING).textContent();
    await page.locator(BACK).click();
    await expect(page.locator(HEADING)).not.toHaveText(before ?? "");
  }
}

/** A key on the screen. */
export function key(page: Page, name: string): Locator {
  return page.locator(".kiosk-key", { hasText: new RegExp(`^${name}$`) });
}

/** The answer with these words. */
export function answer(page: Page, words: string): Locator {
  const whole = new RegExp(`^\\s*${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
  return page.locator(ANSWER, { hasText: whole });
}

/** Whether an answer is said to be chosen: pressed, or checked. */
const CHOSEN = "[aria-pressed=true], [aria-checked=true], :checked";

/** The answers on the screen that are chosen. */
export function chosen(page: Page): Locator {
  return page.locator(`${ANSWER}:is(${CHOSEN}), ${ANSWER}:has(${CHOSEN})`);
}

/** Waits until the thanks are there. They end by themselves. */
export async function thanked(page: Page, within?: { timeout: number }): Promise<void> {
  await page.locator(DONE).waitFor(within);
}

/** Puts the thanks away, and waits for the first screen. */
export async function done(page: Page): Promise<void> {
  await page.waitForFunction((done) => {
    document.querySelector<HTMLElement>(done)?.click();
    return document.querySelector(".kiosk-begin") !== null;
  }, DONE);
}

/** Sends from the last question, and waits until the thanks are there. */
export async function send(page: Page): Promise<void> {
  await page.locator(SEND).click();
  await thanked(page);
}

/** Lets the clock of the page run until somebody is warned, and tells how long that took in seconds. */
export async function untilWarned(page: Page): Promise<number> {
  return runUntil(page, '[role="alertdialog"]');
}

/** Lets the clock of the page run until the first screen stands there, and tells how long that took in seconds. */
export async function untilWiped(page: Page): Promise<number> {
  return runUntil(page, BEGIN);
}

async function runUntil(page: Page, selector: string): Promise<number> {
  const there = () => page.locator(selector).count();
  for (let seconds = 0; seconds <= 600; seconds += 1) {
    if ((await there()) > 0) return seconds;
    await page.clock.runFor(1_000);
  }
  throw new Error(`${selector} did not come within ten minutes`);
}

/** What became of a finished answer on the device: its writing begins, or it is on disk. */
export type Written = "begun" | "kept";

declare global {
  interface Window {
    /** Told which answer somebody was thanked for, before the next person begins. */
    thankedFor?: (number: number) => Promise<void>;
    /** Told what becomes of each finished answer. */
    written?: (what: Written) => Promise<void>;
  }
}

/**
 * The answers of {@link finish} that somebody was thanked for, also those of a browser that is killed before it can give them.
 * Each is told, with how many there were.
 */
export async function countThanks(context: BrowserContext, each: (times: number) => void): Promise<number[]> {
  const thanks: number[] = [];
  await context.exposeFunction("thankedFor", (number: number) => each(thanks.push(number)));
  return thanks;
}

/** Tells what becomes of finished answers from now on, and how often it has. */
export async function watchWrites(page: Page, tell: (what: Written, times: number) => void): Promise<void> {
  const times = { begun: 0, kept: 0 };
  await page.exposeFunction("written", (what: Written) => tell(what, (times[what] += 1)));
  await page.evaluate(() => {
    const open = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
      const transaction = open.call(this, stores, mode, options);
      // Steps of sending write down what the device knows of the server too; a new answer and its sealed content do not.
      const names = typeof stores === "string" ? [stores] : [...stores];
      if (mode === "readwrite" && names.includes("sealed") && !names.includes("meta")) {
        void window.written?.("begun");
        transaction.addEventListener("complete", () => void window.written?.("kept"));
      }
      return transaction;
    };
  });
}

/**
 * Finishes `count` responses, as fast as the page takes them, and gives the numbers of those that were thanked for. Each has a
 * number, beginning with `from`, and other answers than the rest: {@link numberOf} reads it back.
 */
export function finish(page: Page, count: number, from = 0): Promise<number[]> {
  return fill(page, count, from, true);
}

/** Answers like {@link finish}, up to the last question, where it could be sent. */
export async function upToSending(page: Page, number: number): Promise<void> {
  await fill(page, 1, number, false);
}

function fill(page: Page, count: number, from: number, sends: boolean): Promise<number[]> {
  const selectors = { begin: BEGIN, on: ON, place: PLACE, done: DONE, answer: ANSWER };
  return page.evaluate(
    async ({ count, from, sends, telling, selectors }) => {
      /** Waits until something is found, and looks whenever the page changes. */
      const until = <T>(found: () => T | null | undefined | false) =>
        new Promise<T>((done) => {
          const look = () => {
            const got = found();
            if (!got) return;
            observer.disconnect();
            done(got);
          };
          const observer = new MutationObserver(look);
          observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          look();
        });
      const query = (selector: string) => document.querySelector<HTMLElement>(selector);
      const thanks: number[] = [];
      for (let number = from; number < from + count; number += 1) {
        (await until(() => query(selectors.begin))).click();
        let rest = number;
        for (let told = 0; ; ) {
          const on = await until(() => query(selectors.on));
          const last = on.dataset.send !== undefined;
          const place = query(selectors.place)?.textContent;
          const options = [...document.querySelectorAll<HTMLElement>(`.kiosk-options ${selectors.answer}:not(.kiosk-check)`)];
          if (told < telling && options.length > 0) {
            options[rest % options.length]?.click();
            rest = Math.floor(rest / options.length);
            told += 1;
          }
          if (last && !sends) return thanks;
          on.click();
          if (last) break;
          await until(() => query(selectors.place)?.textContent !== place);
        }
        // The thanks: what was finished is on disk now.
        const done = await until(() => query(selectors.done));
        thanks.push(number);
        await window.thankedFor?.(number);
        done.click();
      }
      return thanks;
    },
    { count, from, sends, telling: TELLING, selectors },
  );
}

/** The options of a question of one choice, in printed order. */
interface Asked {
  readonly id: string;
  readonly answer: { readonly kind: string; readonly options?: readonly { readonly id: string }[] };
}

/** The number that {@link finish} gave to a stored response; `questions` are those of the version, in printed order. */
export function numberOf(given: Readonly<Record<string, unknown>>, questions: readonly Asked[]): number {
  let number = 0;
  let base = 1;
  for (const { id, answer } of questions.filter((question) => question.answer.kind === "single").slice(0, TELLING)) {
    const options = answer.options ?? [];
    const place = options.findIndex((option) => option.id === given[id]);
    if (place < 0) throw new Error(`${id} was answered with ${String(given[id])}`);
    number += place * base;
    base *= options.length;
  }
  return number;
}
