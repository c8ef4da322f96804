// Reading aloud with the voice of the device: offered where there is one for the language, and nowhere else. A browser without
// voices is given one that notes what it is to say.

import type { Page } from "@playwright/test";

import { enrol, expect, test } from "../support/kiosk.ts";
import { BEGIN, HEADING } from "../support/person.ts";

declare global {
  interface Window {
    /** What the voice was told to say, in order, with the language. */
    said: string[];
    /** The voice has said what it was told last. */
    sayOn: () => void;
  }
}

/** Runs in the page before its own scripts: voices for these languages, which say something until they are told to go on. */
function speak(languages: string[]): void {
  const voices = languages.map((lang) => Object.create(SpeechSynthesisVoice.prototype, { lang: { value: lang }, name: { value: lang } }));
  class Utterance {
    lang = "";
    voice: unknown;
    onend: (() => void) | null = null;
    onerror: (() => void) | null = null;
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
  }
  let saying: Utterance | undefined;
  window.said = [];
  window.sayOn = () => {
    const said = saying;
    saying = undefined;
    said?.onend?.();
  };
  const synthesis = {
    getVoices: () => voices,
    addEventListener: () => undefined,
    speak(utterance: Utterance) {
      saying = utterance;
      window.said.push(`${utterance.lang}: ${utterance.text}`);
    },
    cancel() {
      const said = saying;
      saying = undefined;
      said?.onerror?.();
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
}

const aloud = (page: Page) => page.getByRole("button", { name: "Đọc to" });
const said = (page: Page) => page.evaluate(() => window.said);

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
    expect(answers).toContain((await said(page)).at(-1));
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
  while ((await page.locator(BEGIN).count()) === 0) await page.getByRole("button", { name: "Quay lại" }).click();
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
