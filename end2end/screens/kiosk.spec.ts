// Every screen of the desk device, on the kinds of screens that it stands on and in both languages, for people to look at.

import type { Page } from "@playwright/test";

import { test } from "../support/kiosk.ts";
import { backToFirst, BEGIN, goOnTo } from "../support/person.ts";
import { contactSheet, figure } from "../support/sheet.ts";
import { everyScreen, type Look, newDevice, SCREENS, type Words, WRONG_CODE } from "../support/walk.ts";

/** What is also shown as people see it who want larger text, and then more contrast too. */
const ENLARGED = ["faces", "reasons"];

test.describe.configure({ timeout: 600_000 });
test.use({ changes: true, expected: WRONG_CODE });

for (const [name, viewport] of Object.entries(SCREENS)) {
  test(`the desk device on a ${name} screen`, async ({ desk, machine }) => {
    const page = await newDevice(machine, viewport);
    page.setDefaultTimeout(20_000);
    const figures: string[] = [];
    const shot: Look = async (label, of = page) => {
      await of.setViewportSize(viewport);
      figures.push(await figure(of, label, 380));
    };
    const sheet = await machine.newPage();
    await everyScreen(page, machine, desk, {
      languages: ["vi", "en"],
      async look(label, of) {
        await shot(label, of);
        if (ENLARGED.includes(label)) await enlarged(page, label, shot);
      },
      beside: (words) => colours(page, words, shot),
      async over(language) {
        await contactSheet(sheet, `kiosk-${name}-${language}`, `Desk device, ${name}, ${language}`, figures);
        figures.length = 0;
      },
    });
  });
}

async function enlarged(page: Page, label: string, shot: Look): Promise<void> {
  // The first two of the bar beside the languages, whatever they are called in the person's.
  const [large, contrast] = [0, 1].map((place) => page.locator(".kiosk-bar > .kiosk-small").nth(place));
  await large?.click();
  await shot(`${label}, large text`);
  await contrast?.click();
  await shot(`${label}, large text and contrast`);
  await large?.click();
  await contrast?.click();
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
  await backToFirst(page);
}
