// What must hold on every page, whichever it is.

import type { Page } from "@playwright/test";

import { contrasts, violations } from "../support/axe.ts";
import { crawl, type Language, LANGUAGES } from "../support/crawl.ts";
import { linkOf } from "../support/form.ts";
import { closeCampaign, startDesk } from "../support/kiosk.ts";
import { moving, unseen } from "../support/motion.ts";
import { overflows, scaleText, SIZES } from "../support/overflow.ts";
import type { Server } from "../support/server.ts";
import { expect, test as base } from "../support/test.ts";
import { EXPECTED, seeds } from "../support/world.ts";

/** Beside the demo, a desk whose campaign is over. */
const test = base.extend<object, { closed: { origin: string; path: string } }>({
  closed: [
    async ({}, use) => {
      const desk = await startDesk();
      const place = { origin: desk.server.origin, path: `/s/${desk.point}` };
      await closeCampaign(desk);
      await use(place);
      await desk.close();
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

// Every test walks the whole site.
test.describe.configure({ timeout: 1_800_000 });
// A list as the value of an option has to stand in one with its scope.
test.use({ expected: [EXPECTED, { scope: "test" }] });

/** The addresses of all kinds of pages in a language. */
async function everyPage(page: Page, server: Server, closed: { origin: string; path: string }, language: Language): Promise<string[]> {
  const pages = await crawl(page, server.origin, await seeds(server), language);
  return [...pages, `${closed.origin}${language === "en" ? "/en" : ""}${closed.path}`];
}

for (const language of LANGUAGES) {
  test(`no page in ${language} breaks an accessibility rule, in light and in dark`, async ({ page, server, closed }) => {
    const found: string[] = [];
    for (const path of await everyPage(page, server, closed, language)) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(path);
      found.push(...(await violations(page)).map((violation) => `${path}: ${violation}`));
      await page.emulateMedia({ colorScheme: "dark" });
      found.push(...(await contrasts(page)).map((violation) => `${path} (dark): ${violation}`));
    }
    expect(found).toEqual([]);
  });

  test(`nothing in ${language} overflows or is cut off, at six sizes and with text twice as large`, async ({ page, server, closed }) => {
    const found: string[] = [];
    for (const path of await everyPage(page, server, closed, language)) {
      await page.goto(path);
      for (const size of SIZES) {
        await page.setViewportSize(size);
        for (const percent of [100, 200]) {
          await scaleText(page, percent);
          found.push(...(await overflows(page)).map((line) => `${path} (${size.name}, ${percent} %): ${line}`));
        }
      }
    }
    expect(found).toEqual([]);
  });

  test(`no page in ${language} loses anything in forced colours, or moves for those who asked for rest`, async ({ page, server, closed }) => {
    const found: string[] = [];
    for (const path of await everyPage(page, server, closed, language)) {
      await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
      await page.goto(path);
      found.push(...(await contrasts(page)).map((violation) => `${path}: ${violation}`));
      found.push(...(await unseen(page)).map((lost) => `${path} has lost: ${lost}`));
      found.push(...(await moving(page)).map((moved) => `${path} moves: ${moved}`));
    }
    expect(found).toEqual([]);
  });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(() => {
      test.use({ javaScriptEnabled });

      const how = javaScriptEnabled ? "with" : "without";
      test(`every page in ${language} names its language, its title and one heading, ${how} scripting`, async ({ page, server, closed }) => {
        const pages = await everyPage(page, server, closed, language);
        expect(pages.length).toBeGreaterThan(30);
        for (const path of pages) {
          await page.goto(path);
          await expect(page.locator("html"), path).toHaveAttribute("lang", language);
          await expect(page, path).toHaveTitle(/Nghe Dân/);
          await expect(page.locator("h1"), path).toHaveCount(1);
          await expect(page.locator("h1"), path).toBeVisible();
        }
      });
    });
  }
}

test.describe("a page that does not exist", () => {
  test.use({ expected: [/status of 404 /] });

  test("says so in words and leads home", async ({ page }) => {
    const answer = await page.goto("/khong-co-trang-nay");
    expect(answer?.status()).toBe(404);
    expect(await violations(page)).toEqual([]);
    await page.locator('a[href="/"]').first().click();
    await expect(page).toHaveURL(/\/$/);
  });
});

test("the code of a desk is there as a drawing and as a picture, and that of no desk is not", async ({ request, server }) => {
  const link = linkOf(server, "desk rating");
  for (const [kind, type, begins] of [
    ["svg", "image/svg+xml", Buffer.from("<svg ")],
    ["png", "image/png", Buffer.from("\x89PNG\r\n\x1a\n", "latin1")],
  ] as const) {
    const answer = await request.get(`${link}/qr.${kind}`);
    expect(answer.status(), kind).toBe(200);
    expect(answer.headers()["content-type"], kind).toBe(type);
    expect(answer.headers()["content-disposition"], kind).toBe(`inline; filename="qr-${link.slice("/s/".length)}.${kind}"`);
    expect((await answer.body()).subarray(0, begins.length), kind).toEqual(begins);
    expect((await request.get(`/s/22222222/qr.${kind}`)).status(), kind).toBe(404);
  }
});

for (const start of ["", "/en"]) {
  test(`a code that was typed at ${start}/s leads to its desk, however it was typed`, async ({ request, server }) => {
    const link = linkOf(server, "desk rating");
    const code = link.slice("/s/".length);
    for (const typed of [code, code.toLowerCase(), ` ${code.slice(0, 4)} ${code.slice(4)} `, `${code.slice(0, 4)}-${code.slice(4)}`]) {
      const answer = await request.get(`${start}/s?${new URLSearchParams({ code: typed })}`, { maxRedirects: 0 });
      expect(answer.status(), typed).toBe(303);
      expect(answer.headers().location, typed).toBe(start + link);
    }
    // An address may be typed by hand too.
    const typed = await request.get(`${start}/s/${code.slice(0, 4)}-${code.slice(4)}`, { maxRedirects: 0 });
    expect(typed.status()).toBe(308);
    expect(typed.headers().location).toBe(start + link);
    const wrong = await request.get(`${start}/s?code=2222`, { maxRedirects: 0 });
    expect(wrong.status()).toBe(422);
    expect(await wrong.text()).toContain('value="2222"');
  });
}
