// Every screen of the desk device, on the kinds of screens that it stands on and in both languages, for people to look at.

import type { Page } from "@playwright/test";

import { test } from "../support/kiosk.ts";
import { BEGIN, goOnTo } from "../support/person.ts";
import { contactSheet, figure } from "../support/sheet.ts";
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
  type Words,
} from "../support/walk.ts";

/** What is also shown as people see it who want larger text, and then more contrast too. */
const ENLARGED = ["faces", "reasons"];

test.describe.configure({ timeout: 600_000 });
test.use({ changes: true });

for (const [name, viewport] of Object.entries(SCREENS)) {
  test(`the desk device on a ${name} screen`, async ({ desk, machine }) => {
    const page = await machine.start(viewport);
    page.setDefaultTimeout(20_000);
    // A picture of a colour that is still changing shows neither.
    await page.emulateMedia({ reducedMotion: "reduce" });
    await tomorrow(page);
    const figures: string[] = [];
    const shot = async (label: string, of = page) => {
      await of.setViewportSize(viewport);
      figures.push(await figure(of, label, 380));
    };
    await enrolment(page, desk, shot);

    const sheet = await machine.newPage();
    for (const [language, words] of Object.entries(WORDS)) {
      if (language !== "vi") figures.length = 0;
      await questions(page, words, async (label) => {
        await shot(label);
        if (ENLARGED.includes(label)) await enlarged(page, label, words, shot);
      });
      await colours(page, words, shot);
      await nobodyThere(page, words, shot);
      if (language === "vi") {
        await staff(page, shot);
        await elsewhere(machine, desk, shot);
      } else {
        await ended(page, desk, words, shot);
      }
      await contactSheet(sheet, `kiosk-${name}-${language}`, `Desk device, ${name}, ${language}`, figures);
    }
  });
}

async function enlarged(page: Page, label: string, words: Words, shot: Look): Promise<void> {
  const toggle = (name: string) => page.getByRole("button", { name, exact: true }).click();
  await toggle(words.large);
  await shot(`${label}, large text`);
  await toggle(words.contrast);
  await shot(`${label}, large text and contrast`);
  await toggle(words.large);
  await toggle(words.contrast);
}

/** Other colours. */
async function colours(page: Page, words: Words, shot: Look): Promise<void> {
  await page.getByRole("button", { name: words.language, exact: true }).click();
  await page.emulateMedia({ forcedColors: "active" });
  await shot("attract, forced colours");
  await page.locator(BEGIN).click();
  await goOnTo(page, ".kiosk-face");
  await shot("faces, forced colours");
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await shot("faces, forced colours, dark");
  await page.emulateMedia({ forcedColors: null, colorScheme: "dark" });
  await shot("faces, dark");
  await page.getByRole("button", { name: words.contrast }).click();
  await shot("faces, dark, contrast");
  await page.emulateMedia({ forcedColors: null, colorScheme: null });
  // The first question leads back to the first screen, where nothing of this person is left.
  while ((await page.locator(BEGIN).count()) === 0) await page.locator(".kiosk-steps button").first().click();
}
