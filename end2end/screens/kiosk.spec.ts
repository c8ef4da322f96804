// Every screen of the desk device, on the kinds of screens that it stands on and in both languages, for people to look at.

import type { Page } from "@playwright/test";

import { enrol, goOn, goOnTo, PIN, test } from "../support/kiosk.ts";
import { contactSheet, figure } from "../support/sheet.ts";
import { HAVE, issueSlips, knowsSlips } from "../support/slips.ts";

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
  "tablet-upright": { width: 800, height: 1280 },
} as const;

/** What is pressed on the way, by language. */
const WORDS = {
  vi: { language: "Tiếng Việt", large: "Chữ to", contrast: "Tương phản cao", low: "Không hài lòng", reason: "Phải chờ lâu", done: "Xong", slip: HAVE },
  en: { language: "English", large: "Larger text", contrast: "High contrast", low: "Dissatisfied", reason: "I had to wait a long time", done: "Done", slip: "I have the code of my appointment slip" },
} as const;
type Words = (typeof WORDS)[keyof typeof WORDS];

test.describe.configure({ timeout: 600_000 });
// Tomorrow's version asks every kind of question, and the clock of the page shows tomorrow.
test.use({ changes: true });

for (const [name, viewport] of Object.entries(SCREENS)) {
  test(`the desk device on a ${name} screen`, async ({ desk, machine }) => {
    const page = await machine.start(viewport);
    page.setDefaultTimeout(20_000);
    // A picture of a colour that is still changing shows neither.
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.clock.install({ time: Date.now() + 86_400_000 });
    const figures: string[] = [];
    const shot = async (label: string, of = page) => figures.push(await figure(of, label, 380));
    const once: [string, (() => Promise<unknown>)][] = [
      ["enrolment", () => page.getByLabel("Mã đăng ký").waitFor()],
      ["enrolment, wrong code", () => wrongCode(page)],
    ];
    await page.goto(`${desk.proxy.origin}/kiosk/`);
    for (const [label, reach] of once) {
      await reach();
      await shot(label);
    }
    await enrol(page, desk);
    await shot("attract, in trial");
    await desk.server.run("device", "service", await desk.device());
    await page.reload();
    await page.locator(".kiosk-trial").waitFor({ state: "detached" });
    await shot("attract");
    await issueSlips(desk, ["H20.18-261122-0001"]);
    await knowsSlips(page, desk);

    const sheet = await machine.newPage();
    for (const [language, words] of Object.entries(WORDS)) {
      if (language !== "vi") figures.length = 0;
      await questions(page, words, shot);
      await ways(page, words, shot);
      if (language === "vi") {
        await staff(page, shot);
        const second = await machine.newPage();
        await second.goto(`${desk.proxy.origin}/kiosk/`);
        await second.setViewportSize(viewport);
        await second.locator("#kiosk-heading", { hasText: "cửa sổ khác" }).waitFor();
        await shot("another window", second);
        await second.close();
        await page.getByRole("button", { name: "Về màn hình lấy ý kiến" }).click();
      } else {
        await desk.server.run("device", "revoke", await desk.device());
        await page.evaluate(() => window.dispatchEvent(new Event("online")));
        await page.locator(".kiosk-begin").waitFor({ state: "detached" });
        await page.getByRole("button", { name: words.language }).click();
        await shot("closed");
        await page.addInitScript(() => (IDBFactory.prototype.open = () => { throw new Error("no storage"); }));
        await page.reload();
        await page.locator("#kiosk-heading", { hasText: "Trình duyệt này" }).waitFor();
        await shot("the browser keeps nothing");
      }
      await contactSheet(sheet, `kiosk-${name}-${language}`, `Desk device, ${name}, ${language}`, figures);
    }
  });
}

type Shot = (label: string, of?: Page) => Promise<unknown>;

async function wrongCode(page: Page): Promise<void> {
  await page.getByLabel("Mã đăng ký").fill("2345-6789-ABCD");
  await page.getByRole("button", { name: "Đăng ký" }).click();
  await page.locator("#kiosk-enrol-error").filter({ hasText: /./ }).waitFor();
}

/** Every kind of question, from the first screen to the thanks. */
async function questions(page: Page, words: Words, shot: Shot): Promise<void> {
  const pick = (name: string) => page.getByRole("button", { name, exact: true }).click();
  await pick(words.language);
  await shot("attract");
  await pick(words.slip);
  await page.keyboard.type("2345-6789");
  await page.keyboard.press("Enter");
  await page.locator("#kiosk-slip-said").filter({ hasText: /./ }).waitFor();
  await shot("slip, too short");
  await page.locator(".kiosk-slip-steps button").first().click();
  await page.locator(".kiosk-begin").waitFor();
  await pick(words.language);
  await page.locator(".kiosk-begin").click();
  await shot("one of a few");
  await goOn(page);
  await goOn(page);
  await shot("one of many");
  await goOnTo(page, ".kiosk-face");
  await shot("faces");
  await pick(words.large);
  await shot("faces, large text");
  await pick(words.contrast);
  await shot("faces, large text and contrast");
  await pick(words.large);
  await pick(words.contrast);
  const place = await page.locator(".kiosk-progress p").textContent();
  await page.getByRole("radio", { name: words.low, exact: true }).click();
  await page.locator(".kiosk-progress p").filter({ hasNotText: place ?? "" }).waitFor();
  await shot("a row");
  await page.locator(".kiosk-steps button").first().click();
  await page.locator(".kiosk-answer[aria-checked=true]").waitFor();
  await shot("faces, answered");
  await goOnTo(page, ".kiosk-check");
  await pick(words.reason);
  await shot("reasons");
  await pick(words.large);
  await pick(words.contrast);
  await shot("reasons, large text and contrast");
  await pick(words.large);
  await pick(words.contrast);
  await goOnTo(page, "#kiosk-heading:has-text('hẹn ngày'), #kiosk-heading:has-text('given a date')");
  await shot("yes or no");
  await goOn(page);
  await shot("number");
  await goOn(page);
  await shot("date");
  await goOn(page);
  await shot("one line");
  await goOnTo(page, ".kiosk-on[data-send]");
  await shot("remark");
  await failWrites(page, true);
  await page.locator(".kiosk-on").click();
  await page.locator("[role=alert] .kiosk-go").waitFor();
  await shot("not kept");
  await failWrites(page, false);
  await page.locator("[role=alert] .kiosk-go").click();
  await page.getByRole("button", { name: words.done }).waitFor();
  await shot("thanks");
  await page.getByRole("button", { name: words.done }).click();
}

/** The warning, and other colours. */
async function ways(page: Page, words: Words, shot: Shot): Promise<void> {
  await page.getByRole("button", { name: words.language, exact: true }).click();
  await page.emulateMedia({ forcedColors: "active" });
  await shot("attract, forced colours");
  await page.locator(".kiosk-begin").click();
  await goOnTo(page, ".kiosk-face");
  await shot("faces, forced colours");
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await shot("faces, forced colours, dark");
  await page.emulateMedia({ forcedColors: null, colorScheme: "dark" });
  await shot("faces, dark");
  await page.getByRole("button", { name: words.contrast }).click();
  await shot("faces, dark, contrast");
  await page.emulateMedia({ forcedColors: null, colorScheme: null });
  await page.getByRole("button", { name: words.contrast }).click();
  await page.clock.runFor(62_000);
  await page.getByRole("alertdialog").waitFor();
  await shot("nobody there");
  await page.locator("#kiosk-stay + button").click();
}

/** Behind the PIN. */
async function staff(page: Page, shot: Shot): Promise<void> {
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill("000000");
  await page.getByRole("button", { name: "Mở" }).click();
  await page.locator("#kiosk-pin-error").filter({ hasText: /./ }).waitFor();
  await shot("PIN, wrong");
  await page.getByLabel("Mã PIN của máy").fill(PIN);
  await page.getByRole("button", { name: "Mở" }).click();
  await page.locator(".kiosk-staff").waitFor();
  await shot("staff");
}

/** Lets every write of the page fail, as on a full disk, or lets them through again. */
async function failWrites(page: Page, fail: boolean): Promise<void> {
  await page.evaluate((fail) => {
    const known = window as unknown as { transaction?: IDBDatabase["transaction"] };
    known.transaction ??= IDBDatabase.prototype.transaction;
    const open = known.transaction;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
      if (fail && mode === "readwrite") throw new DOMException("full", "QuotaExceededError");
      return open.call(this, stores, mode, options);
    };
  }, fail);
}
