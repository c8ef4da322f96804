// The pictures of the README.

import { expect, test } from "../support/test.ts";
import { links } from "../support/world.ts";

for (const [name, path, width, height] of [
  ["survey-start", "desk", 360, 800],
  ["results", "/results", 920, 800],
] as const) {
  test(`the picture ${name}`, async ({ browser, server }) => {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2, locale: "vi-VN" });
    await page.goto(server.origin + (path === "desk" ? (links(server)[0] ?? "") : path));
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `../docs/screens/${name}.png` });
    await page.close();
  });
}
