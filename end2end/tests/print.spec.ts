// What comes out of a printer: every sheet of results says what it is about, and a poster is one sheet.

import type { Page } from "@playwright/test";

import { LANGUAGES } from "../support/crawl.ts";
import { linkOf } from "../support/form.ts";
import { letters, type Sheet, sheetsOf } from "../support/pdf.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

/** Prints what the window shows. */
async function printed(page: Page): Promise<Sheet[]> {
  await page.evaluate(() => document.fonts.ready);
  return sheetsOf(await page.pdf({ preferCSSPageSize: true }));
}

/** The address of the results of the province of the demo's desk. */
async function province(server: Server): Promise<string> {
  const point = await fetch(`${server.origin}/api/v1/points${linkOf(server, "desk rating").slice("/s".length)}`);
  const { units } = (await point.json()) as { units: { level: string; address: string }[] };
  return `/results/${units.find(({ level }) => level === "province")?.address}`;
}

/** A date as each language writes it, at the place where the data of a release are named. */
const DATE = { vi: /\d{1,2}\/\d{1,2}\/\d{4}/, en: /\d{1,2} [A-Z][a-z]+ \d{4}/ };

for (const language of LANGUAGES) {
  const start = language === "en" ? "/en" : "";

  test(`every sheet of results in ${language} names title, unit, period, method and date`, async ({ page, server }) => {
    await page.goto(start + (await province(server)));
    const unit = await page.getByRole("heading", { level: 1 }).innerText();
    const scope = await page.locator(".scope").innerText();
    const release = await page.locator("#data + p").innerText();
    const head = await page.locator(".print-head p").allTextContents();
    expect(head).toHaveLength(2);
    expect(head[0]).toBe(`Nghe Dân – ${unit}`);
    expect(head[1]).toContain(scope);
    expect(head[1]).toContain(release);
    expect(release).toMatch(DATE[language]);
    const [method = ""] = head[1]?.replace(scope, "").replace(release, "").split("·").map((part) => part.trim()).filter((part) => part !== "") ?? [];
    expect(method, "the method has a name").toMatch(/\p{L}{3}/u);

    const sheets = await printed(page);
    expect(sheets.length).toBeGreaterThanOrEqual(2);
    for (const [place, sheet] of sheets.entries()) {
      expect([Math.round(sheet.width), Math.round(sheet.height)], "A4").toEqual([210, 297]);
      for (const line of head) expect(sheet.text, `sheet ${place + 1}`).toContain(letters(line));
    }
    // It is on the sheets only: the page has its own heading.
    await expect(page.locator(".print-head")).toBeHidden();
  });

  for (const [paper, size] of [
    ["a4", [210, 297]],
    ["a5", [148, 210]],
  ] as const) {
    test(`a poster in ${language} on ${paper} is one sheet, with everything on it`, async ({ page, server }) => {
      const link = linkOf(server, "desk rating");
      await page.goto(`${start}${link}/poster?paper=${paper}`);
      const sheets = await printed(page);
      expect(sheets.map(({ width, height }) => [Math.round(width), Math.round(height)])).toEqual([size]);
      const [sheet] = sheets;
      const code = link.slice("/s/".length);
      for (const line of [await page.getByRole("heading", { level: 1 }).innerText(), `${code.slice(0, 4)} ${code.slice(4)}`]) {
        expect(sheet?.text).toContain(letters(line));
      }
      const lines = await page.locator(".poster-sheet :is(p, dd, dt, li)").allInnerTexts();
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines) expect(sheet?.text).toContain(letters(line));
      // What helps on the screen is not on the paper.
      expect(sheet?.text).not.toContain(letters(await page.locator(".poster-tools p").innerText()));
    });
  }
}
