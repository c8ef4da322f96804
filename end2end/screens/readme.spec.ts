// The pictures of the README.

import { join } from "node:path";

import { linkOf } from "../support/form.ts";
import { PICTURES } from "../support/sheet.ts";
import { expect, test } from "../support/test.ts";

for (const [name, path, width, height] of [
  ["survey-start", "desk", 360, 800],
  ["results", "/results", 920, 800],
] as const) {
  test(`the picture ${name}`, async ({ browser, server }) => {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2, locale: "vi-VN" });
    await page.goto(server.origin + (path === "desk" ? linkOf(server, "desk rating") : path));
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    await page.close();
  });
}
