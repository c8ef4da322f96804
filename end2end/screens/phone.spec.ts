// Every screen of the form, in both languages, on a phone and on a large screen: contact sheets for people to look at.

import { type Page, test } from "@playwright/test";

import { WORDS } from "../support/form.ts";
import { closeCampaign, type Desk, online, startDesk } from "../support/kiosk.ts";
import { contactSheet, figure } from "../support/sheet.ts";
import { serverKnowsSlips } from "../support/slips.ts";

const SIZES = [
  { width: 360, height: 800 },
  { width: 1440, height: 900 },
] as const;

test.describe.configure({ timeout: 600_000 });

for (const [language, words] of Object.entries(WORDS)) {
  test(`the form in ${language}`, async ({ page, context }) => {
    const desk: Desk = await startDesk();
    try {
      const figures: string[] = [];
      const shot = shooter(page, figures);
      const path = `${language === "en" ? "/en" : ""}/s/${desk.point}`;
      const issued = await desk.server.run("slip", "issue", desk.point, await dossiers());
      const slips = issued.split("\n").slice(1).map((line) => line.split(",")[1] ?? "");
      await page.goto(desk.proxy.origin + path);
      await serverKnowsSlips(page, desk);
      await page.reload();
      await shot("start");
      await page.locator("summary").last().click();
      await page.locator("input[name=_code]").fill("2222 2222 2222 2223");
      await page.getByRole("button", { name: words.start, exact: true }).click();
      await shot("start, wrong code");
      await page.goto(`${desk.proxy.origin}${path}?slip=${slips[0]}`);
      await shot("start, with a slip");
      await page.getByRole("button", { name: words.start, exact: true }).click();
      await shot("section, field known");
      await page.goto(desk.proxy.origin + path);
      await page.getByRole("button", { name: words.start, exact: true }).click();
      await page.locator("label.choice").first().click();
      await shot("section, options");
      await page.getByRole("button", { name: words.next, exact: true }).click();
      await page.locator('label:has(input[name="a.overall"][value="2"])').click();
      await page.locator('label:has(input[name="a.aspects.access"][value="5"])').click();
      await shot("section, faces");
      await page.getByRole("button", { name: words.next, exact: true }).click();
      await shot("section, reasons");
      await page.getByRole("button", { name: words.next, exact: true }).click();
      await page.locator('label:has(input[value="yes"])').click();
      await shot("section, note");
      await page.getByRole("button", { name: words.next, exact: true }).click();
      await shot("section, remark");
      await page.getByRole("button", { name: words.next, exact: true }).click();
      await shot("review");
      desk.proxy.set("cut");
      await page.getByRole("button", { name: words.send, exact: true }).click();
      await page.locator("[data-do=retry]:visible").waitFor();
      await shot("queued");
      desk.proxy.set("open");
      await online(page);
      await page.locator('[data-card="arrived"]:visible').waitFor();
      await shot("arrived");
      await used(desk, path, slips[1] ?? "");
      await page.goto(`${desk.proxy.origin}${path}?slip=${slips[1]}`);
      await shot("slip used");
      await closeCampaign(desk);
      await page.goto(desk.proxy.origin + path);
      await shot("closed");
      await contactSheet(await context.newPage(), `phone-${language}`, `The form, ${language}`, figures);
    } finally {
      await desk.close();
    }
  });
}

/** A file with two dossiers. */
async function dossiers(): Promise<string> {
  const { writeFile } = await import("node:fs/promises");
  const file = test.info().outputPath("dossiers.csv");
  await writeFile(file, "dossier,handled_by,field\nH20.18-1,82,land\nH20.18-2,,\n");
  return file;
}

/** Uses a slip. */
async function used(desk: Desk, path: string, slip: string): Promise<void> {
  const form = await (await fetch(`${desk.server.origin}${path}?slip=${slip}`)).text();
  const fields = new URLSearchParams({ _go: "send", _at: "review" });
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    if (name !== "_at") fields.set(name ?? "", value ?? "");
  }
  await fetch(desk.server.origin + path, { method: "POST", body: fields, redirect: "manual" });
}

/** Takes pictures of what stands in the window, with the name of the screen. */
function shooter(page: Page, figures: string[]) {
  return async (what: string) => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.evaluate(() => document.fonts.ready);
      figures.push(await figure(page, `${what}, ${size.width} × ${size.height}`));
    }
  };
}
