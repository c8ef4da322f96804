// A form in a page of another site: sized, in its language, with the keyboard, without third-party storage; and only where
// the server allows it.

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { type BrowserContext, chromium, expect, type Page, test } from "@playwright/test";

import { type Desk, startDesk } from "../support/kiosk.ts";

interface Portal {
  readonly origin: string;
  /** The address of a page with this body. */
  page(body: string, language?: string): string;
  close(): void;
}

/** Another site. `localhost` and `127.0.0.1` are two sites to a browser, as two domains are. */
async function startPortal(): Promise<Portal> {
  const bodies: string[] = [];
  const server: HttpServer = createServer((request, response) => {
    const [, number = "", language = "vi"] = (request.url ?? "").split("/");
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="${language}"><title>Cổng</title><h1>Đã trả kết quả</h1>
      ${bodies[Number(number)] ?? ""}<p><a href="#end" id="end">Cuối trang</a></p></html>`);
  });
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    page: (body, language = "vi") => `${origin}/${bodies.push(body) - 1}/${language}`,
    close: () => server.close(),
  };
}

let portal: Portal;
let desk: Desk;

test.beforeEach(async () => {
  portal = await startPortal();
});
test.afterEach(async () => {
  portal.close();
  await desk.close();
});

function snippet(kind: string): string {
  return `<div data-nghe-dan="${kind}"><a href="${desk.server.origin}/s/${desk.point}">Mời Ông/Bà đánh giá</a></div>
    <script src="${desk.server.origin}/embed.js" async></script>`;
}

/** Answers in the frame to its end. */
async function answer(page: Page, words: { start: string; next: string; send: string; thanks: string }): Promise<void> {
  const form = page.frameLocator("iframe");
  await form.getByRole("button", { name: words.start }).click();
  await form.getByRole("button", { name: words.next }).click();
  await form.locator('input[name="a.overall"][value="4"]').check();
  while (!(await form.getByRole("button", { name: words.send }).isVisible())) {
    await form.getByRole("button", { name: words.next }).click();
    await expect(form.getByRole("button", { name: words.next }).or(form.getByRole("button", { name: words.send }))).toBeVisible();
  }
  await form.getByRole("button", { name: words.send }).click();
  await expect(form.getByRole("heading", { level: 1 })).toHaveText(words.thanks);
}

const VI = { start: "Bắt đầu", next: "Tiếp tục", send: "Gửi phiếu", thanks: "Đã gửi. Cảm ơn Ông/Bà." };
const EN = { start: "Start", next: "Continue", send: "Send", thanks: "Sent. Thank you." };

/** Whether the frame is as tall as what is in it: nothing scrolls inside. */
function fits(page: Page): Promise<boolean> {
  const frame = page.frames().find((frame) => frame.parentFrame());
  return frame!.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight + 1);
}

test("an allowed site frames the form, as tall as it is, and somebody answers in it", async ({ page }) => {
  desk = await startDesk({ flags: ["--embed-origin", portal.origin] });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(portal.page(snippet("frame")));
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(() => fits(page)).toBe(true);
  await expect(page.locator("iframe")).toHaveAttribute("title", "Mời Ông/Bà đánh giá");
  await answer(page, VI);
  await expect.poll(() => fits(page)).toBe(true);
  expect(await desk.stored()).toBe(1);
  // What cannot be framed opens on its own.
  const results = page.frameLocator("iframe").getByRole("link", { name: "Xem kết quả đã công bố" });
  await expect(results).toHaveAttribute("target", "_blank");
});

test("a site that is not on the list keeps its link", async ({ page }) => {
  desk = await startDesk({ flags: ["--embed-origin", "https://portal.example.vn"] });
  await page.goto(portal.page(snippet("frame")));
  const link = page.getByRole("link", { name: "Mời Ông/Bà đánh giá" });
  await expect(link).toBeVisible({ timeout: 15_000 });
  await expect(page.locator("iframe")).toHaveCount(0);
  await link.click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
});

test("no other page can be framed", async ({ page }) => {
  desk = await startDesk({ flags: ["--embed-origin", portal.origin] });
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("frame-ancestors")) refused.push(message.text());
  });
  for (const path of ["/results", `/s/${desk.point}/poster`, "/kiosk/"]) {
    refused.length = 0;
    await page.goto(portal.page(`<iframe src="${desk.server.origin}${path}"></iframe>`));
    await expect.poll(() => refused.length, { message: path }).toBeGreaterThan(0);
  }
});

test("the button opens the form with the keyboard, in the language of the page, and the focus is in it", async ({ page }) => {
  desk = await startDesk({ flags: ["--embed-origin", portal.origin] });
  await page.goto(portal.page(snippet("button"), "en"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Mời Ông/Bà đánh giá" })).toBeFocused();
  await page.keyboard.press("Enter");
  const form = page.frameLocator("iframe");
  await expect(form.getByRole("button", { name: "Start" })).toBeVisible();
  await expect(page.locator("iframe")).toBeFocused();
  // Into the form and out of it again.
  for (let step = 0; step < 10 && !(await page.locator("#end").evaluate((end) => end === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(page.locator("#end")).toBeFocused();
  await answer(page, EN);
  expect(await desk.stored()).toBe(1);
});

test("it works without cookies and storage of third parties", async () => {
  desk = await startDesk({ flags: ["--embed-origin", portal.origin] });
  const profile = test.info().outputPath("profile");
  mkdirSync(join(profile, "Default"), { recursive: true });
  // What people choose as "block third-party cookies", which takes the frame's storage too.
  const preferences = { profile: { block_third_party_cookies: true, cookie_controls_mode: 1 } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(preferences));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.NGHE_DAN_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const page = await context.newPage();
  await page.goto(portal.page(snippet("frame")));
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toBeVisible();
  const frame = page.frames().find((frame) => frame.parentFrame());
  const blocked = await frame!.evaluate(() => {
    try {
      return window.localStorage === undefined;
    } catch {
      return true;
    }
  });
  expect(blocked, "the browser gives the frame no storage").toBe(true);
  await answer(page, VI);
  expect(await desk.stored()).toBe(1);
  expect(await context.cookies()).toEqual([]);
  await context.close();
});
