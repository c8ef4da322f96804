// Contact sheets: every page at every size on one picture, for a person to look at. `cargo xtask screens` makes them.

import type { Page } from "@playwright/test";

import { crawl, LANGUAGES } from "../support/crawl.ts";
import { scaleText } from "../support/overflow.ts";
import { contactSheet, figure } from "../support/sheet.ts";
import { test } from "../support/test.ts";
import { EXPECTED, seeds } from "../support/world.ts";

interface View {
  label: string;
  width: number;
  height: number;
  text?: number;
  media?: Parameters<Page["emulateMedia"]>[0];
}

const VIEWS: View[] = [
  { label: "360 × 800", width: 360, height: 800 },
  { label: "360 × 800, 200 % text", width: 360, height: 800, text: 200 },
  { label: "768 × 1024", width: 768, height: 1024 },
  { label: "1080 × 1920", width: 1080, height: 1920 },
  { label: "1280 × 800", width: 1280, height: 800 },
  { label: "1280 × 800, dark", width: 1280, height: 800, media: { colorScheme: "dark" } },
  { label: "1280 × 800, forced colours", width: 1280, height: 800, media: { forcedColors: "active" } },
  { label: "1920 × 1080", width: 1920, height: 1080 },
  { label: "A4, print", width: 794, height: 1123, media: { media: "print" } },
];

// A list as the value of an option has to stand in one with its scope.
test.use({ expected: [EXPECTED, { scope: "test" }] });

for (const language of LANGUAGES) {
  test(`contact sheets in ${language}`, async ({ page, context, server }) => {
    test.setTimeout(600_000);
    const sheet = await context.newPage();
    const pages = await crawl(page, server.origin, await seeds(server), language);
    // What was chosen in a query changes a page little.
    const name = namer();
    const made = new Set<string>();
    for (const path of pages.filter((path) => !path.includes("?") || path.includes("poster"))) {
      const file = name(path);
      if (made.has(file)) continue;
      made.add(file);
      const figures: string[] = [];
      for (const view of VIEWS) {
        figures.push(await shoot(page, path, view));
      }
      await contactSheet(sheet, file, path, figures);
    }
  });
}

async function shoot(page: Page, path: string, view: View): Promise<string> {
  await page.emulateMedia({ media: null, colorScheme: null, forcedColors: null, ...view.media });
  await page.setViewportSize(view);
  await page.goto(path);
  await scaleText(page, view.text ?? 100);
  await page.evaluate(() => document.fonts.ready);
  return figure(page, view.label);
}

/** Names files by paths. The code of a desk is another one in every demo, so desks have numbers in the order of the walk. */
function namer(): (path: string) => string {
  const desks: string[] = [];
  const number = (whole: string, code: string): string => {
    if (/^2+$/.test(code)) return whole;
    if (!desks.includes(code)) desks.push(code);
    const place = desks.indexOf(code);
    return place === 0 ? "s/desk" : `s/desk-${place + 1}`;
  };
  return (path) => {
    if (path === "/") return "home";
    return path.slice(1).replace(/\bs\/([2-9A-Z]{8})/, number).replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 60);
  };
}
