// A form in a page of another site: sized, in its language, with the keyboard, without third-party storage; and only where
// the server allows it.

import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, type Page, test as base } from "@playwright/test";

import { type Certificate, makeCertificate } from "../support/certificate.ts";
import { type Words, WORDS } from "../support/form.ts";
import { type Desk, startDesk } from "../support/kiosk.ts";
import { Machine } from "../support/machine.ts";

interface Portal {
  readonly origin: string;
  /** The address of a page with this body. */
  page(body: string, language?: string): string;
  close(): void;
}

/** Another site. `localhost` and `127.0.0.1` are two sites to a browser, as two domains are. */
async function startPortal({ cert, key }: Certificate): Promise<Portal> {
  const bodies: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const [, number = "", language = "vi"] = (request.url ?? "").split("/");
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="${language}"><title>Cổng</title><h1>Đã trả kết quả</h1>
      ${bodies[Number(number)] ?? ""}<p><a href="#end" id="end">Cuối trang</a></p></html>`);
  });
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    page: (body, language = "vi") => `${origin}/${bodies.push(body) - 1}/${language}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A portal, and a phone with a profile on disk that trusts it and the server, all over https. */
const test = base.extend<{ certificate: Certificate; browserFlags: readonly string[]; machine: Machine; page: Page }>({
  browserFlags: [[], { option: true }],
  certificate: async ({}, use) => {
    const certificate = await makeCertificate();
    await use(certificate);
    await certificate.discard();
  },
  machine: async ({ certificate, browserFlags }, use) => {
    const machine = await Machine.make(certificate, browserFlags);
    await use(machine);
    await machine.discard();
    const problems = machine.problems.filter((problem) => ![FRAMED, ...excuses].some((pattern) => pattern.test(problem)));
    expect(problems, "the browser complained").toEqual([]);
  },
  page: async ({ machine }, use) => use(await machine.start(PHONE)),
});

const PHONE = { width: 390, height: 844 };
/** What the browser says where a page must not be framed. */
const FRAMED = /frame-ancestors|net::ERR_BLOCKED_BY_RESPONSE$/;

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });

let portal: Portal;
let desk: Desk;
/** The desk of this test, once there is one. */
let opened: Desk | undefined;
/** What the browser may complain about because of what the line did. */
let excuses: readonly RegExp[] = [];
let https: Certificate;

test.beforeEach(async ({ certificate }) => {
  https = certificate;
  portal = await startPortal(certificate);
});
test.afterEach(async ({ machine }) => {
  // Before the servers, which would be asked in vain.
  await machine.stop();
  portal?.close();
  excuses = opened?.proxy.excuses() ?? [];
  await opened?.close();
  opened = undefined;
});

/** A server whose forms these sites may frame. */
async function frameable(...origins: string[]): Promise<void> {
  opened = desk = await startDesk({ https, flags: origins.flatMap((origin) => ["--embed-origin", origin]) });
}

function snippet(kind: string): string {
  return `<div data-nghe-dan="${kind}"><a href="${desk.proxy.origin}/s/${desk.point}">Mời Ông/Bà đánh giá</a></div>
    <script src="${desk.proxy.origin}/embed.js" async></script>`;
}

const { vi: VI, en: EN } = WORDS;

/** Answers in the frame up to sending. */
async function reach(page: Page, words: Words): Promise<void> {
  const form = page.frameLocator("iframe");
  const at = form.locator("input[name=_at]");
  /** Presses a button, and waits for the page that comes. */
  const press = async (name: string) => {
    const before = await at.getAttribute("value");
    await form.getByRole("button", { name }).click();
    await expect(at).not.toHaveAttribute("value", before ?? "");
  };
  await press(words.start);
  await press(words.next);
  await form.locator('input[name="a.overall"][value="4"]').check();
  while ((await at.getAttribute("value")) !== "review") await press(words.next);
}

/** Answers in the frame to its end. */
async function answer(page: Page, words: Words): Promise<void> {
  await reach(page, words);
  await page.frameLocator("iframe").getByRole("button", { name: words.send }).click();
}

/** The form in the frame says that it arrived. */
async function thanks(page: Page, words: Words): Promise<void> {
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toHaveText(words.thanks);
}

/** Whether the frame is as tall as what is in it: nothing scrolls inside. */
function fits(page: Page): Promise<boolean> {
  const frame = page.frames().find((frame) => frame.parentFrame());
  return frame!.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight + 1);
}

test("an allowed site frames the form, as tall as it is, and somebody answers in it", async ({ page }) => {
  await frameable(portal.origin);
  await page.goto(portal.page(snippet("frame")));
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(() => fits(page)).toBe(true);
  await expect(page.locator("iframe")).toHaveAttribute("title", "Mời Ông/Bà đánh giá");
  await answer(page, VI);
  await thanks(page, VI);
  await expect.poll(() => fits(page)).toBe(true);
  expect(await desk.stored()).toBe(1);
  // What cannot be framed opens on its own.
  const results = page.frameLocator("iframe").getByRole("link", { name: "Xem kết quả đã công bố" });
  await expect(results).toHaveAttribute("target", "_blank");
});

test("a site that is not on the list keeps its link", async ({ page }) => {
  await frameable("https://portal.example.vn");
  await page.goto(portal.page(snippet("frame")));
  const link = page.getByRole("link", { name: "Mời Ông/Bà đánh giá" });
  await expect(link).toBeVisible({ timeout: 15_000 });
  await expect(page.locator("iframe")).toHaveCount(0);
  await link.click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
});

test("no other page can be framed", async ({ page }) => {
  await frameable(portal.origin);
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("frame-ancestors")) refused.push(message.text());
  });
  for (const path of ["/results", `/s/${desk.point}/poster`, "/kiosk/"]) {
    refused.length = 0;
    await page.goto(portal.page(`<iframe src="${desk.proxy.origin}${path}"></iframe>`));
    await expect.poll(() => refused.length, { message: path }).toBeGreaterThan(0);
  }
});

test("the button opens the form with the keyboard, in the language of the page, and the focus is in it", async ({ page }) => {
  await frameable(portal.origin);
  await page.goto(portal.page(snippet("button"), "en"));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Mời Ông/Bà đánh giá" })).toBeFocused();
  await page.keyboard.press("Enter");
  const form = page.frameLocator("iframe");
  await expect(form.getByRole("button", { name: "Start" })).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("IFRAME");
  // Into the form and out of it again.
  for (let step = 0; step < 10 && !(await page.locator("#end").evaluate((end) => end === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(page.locator("#end")).toBeFocused();
  await answer(page, EN);
  await thanks(page, EN);
  expect(await desk.stored()).toBe(1);
});

/** Whether the browser gives the frame storage. */
function stores(page: Page): Promise<boolean> {
  const frame = page.frames().find((frame) => frame.parentFrame());
  return frame!.evaluate(() => {
    try {
      return window.localStorage !== undefined;
    } catch {
      return false;
    }
  });
}

test("it works without cookies and storage of third parties", async ({ machine }) => {
  await frameable(portal.origin);
  await mkdir(join(machine.folder, "Default"), { recursive: true });
  // What people choose as "block third-party cookies". Here, as below, it takes the frame's storage too.
  const preferences = { profile: { block_third_party_cookies: true, cookie_controls_mode: 1 } };
  await writeFile(join(machine.folder, "Default/Preferences"), JSON.stringify(preferences));
  const page = await machine.start(PHONE);
  await page.goto(portal.page(snippet("frame")));
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toBeVisible();
  expect(await stores(page), "the browser gives the frame no storage").toBe(false);
  await answer(page, VI);
  await thanks(page, VI);
  expect(await desk.stored()).toBe(1);
  expect(await machine.context.cookies()).toEqual([]);
});

/** The form in the frame says that it waits, and whether the page may be closed meanwhile. */
async function waits(page: Page, kept: boolean): Promise<void> {
  const form = page.frameLocator("iframe");
  const [said, other] = kept ? ["kept", "unkept"] : ["unkept", "kept"];
  await expect(form.getByRole("heading", { level: 1 })).toHaveText("Chưa gửi được phiếu");
  const card = form.locator("#outgoing [data-id]");
  await expect(card.locator(`[data-${said}]`)).toBeVisible();
  await expect(card.locator(`[data-${other}]`)).toBeHidden();
  // One sentence does not say that the form is kept where another one says that it is not, neither to eyes nor to ears.
  for (const words of [card, form.getByRole("status").filter({ hasText: "chưa gửi được" })]) {
    const text = (await words.innerText()).replaceAll(/\s+/g, " ");
    expect(text).toMatch(kept ? /đang được giữ trên máy này/ : /xin giữ trang này mở/);
    expect(text).not.toMatch(kept ? /không cho lưu lại/ : /giữ trên máy này/);
  }
}

const FAULTS = [
  ["the line is cut", "cut"],
  ["the answer of the server is lost", "swallow"],
] as const;

// Playwright takes from Chromium that it keeps a frame's storage apart for each site around it. Without that Debian's Chromium
// gives the frame none.
test.describe("without storage", () => {
  for (const [fault, line] of FAULTS) {
    test(`when ${fault} the frame asks to stay open, and hands the form in while it does`, async ({ page }) => {
      await frameable(portal.origin);
      await page.goto(portal.page(snippet("frame")));
      await reach(page, VI);
      expect(await stores(page), "the browser gives the frame no storage").toBe(false);
      desk.proxy.set(line);
      await page.frameLocator("iframe").getByRole("button", { name: VI.send }).click();
      await waits(page, false);
      desk.proxy.set("open");
      const frame = page.frames().find((frame) => frame.parentFrame());
      await frame?.evaluate(() => window.dispatchEvent(new Event("online")));
      await thanks(page, VI);
      expect(await desk.stored()).toBe(1);
    });
  }
});

test.describe("with storage of the portal's page, as Chromium gives a frame by itself", () => {
  // The last list of features that are off counts: this one takes the place of Playwright's.
  test.use({ browserFlags: [["--disable-features=Translate"], { scope: "test" }] });

  for (const [fault, line] of FAULTS) {
    test(`when ${fault} the frame keeps the form over the end of the browser, and hands it in on the next visit`, async ({ machine }) => {
      await frameable(portal.origin);
      const page = await machine.start(PHONE);
      const place = portal.page(snippet("frame"));
      await page.goto(place);
      await reach(page, VI);
      expect(await stores(page), "the browser gives the frame storage").toBe(true);
      desk.proxy.set(line);
      await page.frameLocator("iframe").getByRole("button", { name: VI.send }).click();
      await waits(page, true);
      await expect.poll(() => desk.stored()).toBe(line === "swallow" ? 1 : 0);
      await machine.stop();

      desk.proxy.set("open");
      const again = await machine.start(PHONE);
      // At its own address the form has another storage, in which nothing waits.
      await again.goto(`${desk.proxy.origin}/s/${desk.point}`);
      await expect(again.getByRole("button", { name: VI.start })).toBeVisible();
      expect(await again.evaluate(() => localStorage.length)).toBe(0);
      await again.goto(place);
      await expect(again.frameLocator("iframe").getByRole("heading", { name: "Phiếu đã đến nơi" })).toBeVisible();
      expect(await desk.stored()).toBe(1);
    });
  }
});
