// What a person does at the form of a phone, with scripting or without.

import { expect, type Locator, type Page } from "@playwright/test";

import type { Server } from "./server.ts";
import { links } from "./world.ts";

/** What is pressed and read on the way, by language. */
export const WORDS = {
  vi: { start: "Bắt đầu", next: "Tiếp tục", back: "Quay lại", send: "Gửi phiếu", thanks: "Đã gửi. Cảm ơn Ông/Bà." },
  en: { start: "Start", next: "Continue", back: "Back", send: "Send", thanks: "Sent. Thank you." },
} as const;
export type Words = (typeof WORDS)[keyof typeof WORDS];

/** The forms that the demo asks, each at the link that it printed: a minute at a desk, and SIPAS with its many steps. */
export const FORMS = ["desk rating", "SIPAS"] as const;
type FormName = (typeof FORMS)[number];

/** The link of a form of the demo. */
export function linkOf(server: Server, form: FormName): string {
  const path = links(server)[FORMS.indexOf(form)] ?? "";
  expect(path, `the link of the ${form}`).toMatch(/^\/s\/[2-9A-Z]{8}$/);
  return path;
}

/** The step on the screen: `start`, `section-0` and so on, `review`. */
export function step(page: Page): Promise<string> {
  return page.locator("#survey input[name=_at]").inputValue();
}

/** Presses what loads the next page, and waits until it is there. */
export async function press(page: Page, button: Locator): Promise<void> {
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

/** The button that goes on, whatever the language; there is none on the page before sending. */
export function onward(page: Page): Locator {
  return page.locator("#survey .survey-actions button[value=next]");
}

/** Every step of the form from its first page to the last one before sending, as long as it lets one go on. */
export async function eachStep(page: Page, path: string, look: (step: string) => Promise<void>): Promise<void> {
  await page.goto(path);
  for (;;) {
    const here = await step(page);
    await look(here);
    if ((await onward(page).count()) === 0) return;
    await press(page, onward(page));
    expect(await step(page), "the form goes on").not.toBe(here);
  }
}

/**
 * Answers everything that the page asks, also what is asked only because of these answers: the first choice of every question,
 * which on a scale of satisfaction is the lowest, and a few words.
 */
export function answerAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    type Control = HTMLInputElement | HTMLTextAreaElement;
    /** The first that has no answer yet: every answer may ask another question. */
    const open = (): Control | undefined => {
      const asked = [...document.querySelectorAll<Control>("#survey :is(input[type=radio], input[type=checkbox], textarea):enabled")];
      const given = (control: Control) => (control instanceof HTMLInputElement ? control.checked : control.value !== "");
      const answered = new Set(asked.filter(given).map(({ name }) => name));
      return asked.find(({ name }) => !answered.has(name));
    };
    for (let control = open(); control; control = open()) {
      if (control instanceof HTMLInputElement) {
        control.click();
      } else {
        control.value = "Cảm ơn";
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });
}
