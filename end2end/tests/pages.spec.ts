// What must hold on every page, whichever it is.

import { contrasts, violations } from "../support/axe.ts";
import { crawl, LANGUAGES } from "../support/crawl.ts";
import { overflows, scaleText, SIZES } from "../support/overflow.ts";
import { expect, test } from "../support/test.ts";
import { seeds } from "../support/world.ts";

// Every test walks the whole site.
test.describe.configure({ timeout: 1_800_000 });

for (const language of LANGUAGES) {
  test(`no page in ${language} breaks an accessibility rule, in light and in dark`, async ({ page, server }) => {
    const found: string[] = [];
    for (const path of await crawl(page, server.origin, seeds(server), language)) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(path);
      found.push(...(await violations(page)).map((violation) => `${path}: ${violation}`));
      await page.emulateMedia({ colorScheme: "dark" });
      found.push(...(await contrasts(page)).map((violation) => `${path} (dark): ${violation}`));
    }
    expect(found).toEqual([]);
  });

  test(`nothing in ${language} overflows or is cut off, at six sizes and with text twice as large`, async ({ page, server }) => {
    const found: string[] = [];
    for (const path of await crawl(page, server.origin, seeds(server), language)) {
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

  test(`every page in ${language} names its language, its title and one heading`, async ({ page, server }) => {
    const pages = await crawl(page, server.origin, seeds(server), language);
    expect(pages.length).toBeGreaterThan(10);
    for (const path of pages) {
      await page.goto(path);
      await expect(page.locator("html"), path).toHaveAttribute("lang", language);
      await expect(page, path).toHaveTitle(/Nghe Dân/);
      await expect(page.locator("h1"), path).toHaveCount(1);
    }
  });
}

test.describe("a page that does not exist", () => {
  test.use({ expected: [/404/] });

  test("says so in words and leads home", async ({ page }) => {
    const answer = await page.goto("/khong-co-trang-nay");
    expect(answer?.status()).toBe(404);
    expect(await violations(page)).toEqual([]);
    await page.locator('a[href="/"]').first().click();
    await expect(page).toHaveURL(/\/$/);
  });
});
