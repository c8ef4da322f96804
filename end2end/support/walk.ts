// Every screen of the desk device, reached as a person or the staff reach it, for whoever looks at them: for pictures, and for
// the rules of accessibility.

import { expect, type Page, type ViewportSize } from "@playwright/test";

import { DAY_MS, type Desk, enrol, type Machine, openStaff, putIntoService } from "./kiosk.ts";
import { answer, BACK, BEGIN, chosen, done, goOn, goOnTo, HEADING, ON, SEND, thanked, untilWarned } from "./person.ts";
import { HAVE, issueSlips, knowsSlips } from "./slips.ts";

/** The screens that a device stands on. */
export const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
  "tablet-upright": { width: 800, height: 1280 },
} as const;

/** What is pressed on the way, by language. */
export const WORDS = {
  vi: { language: "Tiếng Việt", large: "Chữ to", contrast: "Tương phản cao", low: "Không hài lòng", reason: "Phải chờ lâu", slip: HAVE },
  en: { language: "English", large: "Larger text", contrast: "High contrast", low: "Dissatisfied", reason: "I had to wait a long time", slip: "I have the code of my appointment slip" },
} as const;
export type Language = keyof typeof WORDS;
export type Words = (typeof WORDS)[Language];

/** Looks at what a page shows now. */
export type Look = (label: string, of?: Page) => Promise<unknown>;

/** Tomorrow's version asks every kind of question, and the clock of the page shows tomorrow. Needs a desk that changes. */
export async function tomorrow(page: Page): Promise<void> {
  await page.clock.install({ time: Date.now() + DAY_MS });
}

/** What the browser says of the wrong code that a walk types. */
export const WRONG_CODE = /status of 4\d\d .* at https:\/\/[^/]+\/api\/v1\/devices$/;

/** Switches a new device on that asks every kind of question. */
export async function newDevice(machine: Machine, viewport?: ViewportSize): Promise<Page> {
  const page = await machine.start(viewport);
  // A picture of a colour that is still changing shows neither, and nothing can be measured while it moves.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await tomorrow(page);
  return page;
}

/** Who looks, and in which languages. */
interface Visit {
  readonly languages: readonly Language[];
  readonly look: Look;
  /** Looks at something else after the thanks of a language. */
  readonly beside?: (words: Words) => Promise<void>;
  /** Told when every screen in a language was seen. */
  readonly over?: (language: Language) => Promise<void>;
}

/** Every screen of a new device, from its enrolment to its end, one after the other. */
export async function everyScreen(page: Page, machine: Machine, desk: Desk, visit: Visit): Promise<void> {
  const { languages, look, beside, over } = visit;
  await enrolment(page, desk, look);
  for (const language of languages) {
    const words = WORDS[language];
    await questions(page, words, look);
    await beside?.(words);
    await nobodyThere(page, words, look);
    // What only the staff see is in one language.
    if (language === languages[0]) {
      await staff(page, look);
      await elsewhere(machine, desk, look);
    }
    if (language === languages.at(-1)) await ended(page, desk, words, look);
    await over?.(language);
  }
}

/** Lets what stands on the screen only for a while stay there until it was looked at: long waits begin no more, and no time passes. */
export async function hold(page: Page, held: boolean): Promise<void> {
  await page.evaluate((held) => {
    const known = window as unknown as { held?: { on: boolean; at: number } };
    if (!known.held) {
      const holding = (known.held = { on: false, at: 0 });
      const [wait, uptime] = [window.setTimeout.bind(window), performance.now.bind(performance)];
      const later = (act: TimerHandler, delay = 0, ...rest: unknown[]) => (holding.on && delay >= 5_000 ? 0 : wait(act, delay, ...rest));
      window.setTimeout = later as typeof window.setTimeout;
      performance.now = () => (holding.on ? holding.at : uptime());
    }
    known.held.at = performance.now();
    known.held.on = held;
  }, held);
}

/** From a new device to one in service, whose campaign has slips. */
async function enrolment(page: Page, desk: Desk, look: Look): Promise<void> {
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await page.getByLabel("Mã đăng ký").waitFor();
  await look("enrolment");
  await page.getByLabel("Mã đăng ký").fill("2345-6789-ABCD");
  await page.getByRole("button", { name: "Đăng ký" }).click();
  await page.locator("#kiosk-enrol-error").filter({ hasText: /./ }).waitFor();
  await look("enrolment, wrong code");
  await enrol(page, desk);
  await look("attract, in trial");
  await putIntoService(page, desk);
  await look("attract, without slips");
  await issueSlips(desk, ["H20.18-261122-0001"]);
  await knowsSlips(page, desk);
}

/** Every kind of question, from the first screen to the thanks. */
export async function questions(page: Page, words: Words, look: Look): Promise<void> {
  const pick = (name: string) => page.getByRole("button", { name, exact: true }).click();
  await pick(words.language);
  await look("attract");
  await pick(words.slip);
  await look("slip");
  await page.keyboard.type("2345-6789");
  await page.keyboard.press("Enter");
  await page.locator("#kiosk-slip-said").filter({ hasText: /./ }).waitFor();
  await look("slip, too short");
  await page.locator(".kiosk-slip-steps button").first().click();
  await page.locator(BEGIN).waitFor();
  await pick(words.language);
  await page.locator(BEGIN).click();
  await look("one of a few");
  await goOn(page);
  await goOn(page);
  await look("one of many");
  await goOnTo(page, ".kiosk-face");
  await look("faces");
  const place = await page.locator(".kiosk-progress p").textContent();
  await answer(page, words.low).click();
  await expect(page.locator(".kiosk-progress p")).not.toHaveText(place ?? "");
  await look("a row");
  await page.locator(BACK).click();
  await chosen(page).first().waitFor();
  await look("faces, answered");
  await goOnTo(page, ".kiosk-check");
  await answer(page, words.reason).click();
  await look("reasons");
  await goOnTo(page, `${HEADING}:has-text('hẹn ngày'), ${HEADING}:has-text('given a date')`);
  await look("yes or no");
  await goOn(page);
  await look("number");
  await page.locator(".kiosk-typed input").first().fill("30");
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look("number, out of range");
  await page.locator(".kiosk-typed input").first().fill("");
  await goOn(page);
  await look("date");
  await page.locator(".kiosk-typed input").first().fill("25");
  await page.locator(ON).click();
  await page.locator(".kiosk-typed input[aria-invalid=true]:focus").waitFor();
  await look("date, half typed");
  await page.locator(".kiosk-typed input").first().fill("");
  await goOn(page);
  await look("one line");
  await goOnTo(page, SEND);
  await look("remark");
  await failWrites(page, true);
  await page.locator(ON).click();
  await page.locator("[role=alert] .kiosk-go").waitFor();
  await look("not kept");
  await failWrites(page, false);
  await hold(page, true);
  await page.locator("[role=alert] .kiosk-go").click();
  await thanked(page);
  await look("thanks");
  await hold(page, false);
  await done(page);
}

/** Somebody went away in the middle. */
export async function nobodyThere(page: Page, words: Words, look: Look): Promise<void> {
  await page.getByRole("button", { name: words.language, exact: true }).click();
  await page.locator(BEGIN).click();
  await untilWarned(page);
  await hold(page, true);
  await look("nobody there");
  await page.getByRole("alertdialog").getByRole("button").last().click();
  await page.locator(BEGIN).waitFor();
  await hold(page, false);
}

/** Behind the PIN. */
export async function staff(page: Page, look: Look): Promise<void> {
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill("000000");
  await page.getByRole("button", { name: "Mở" }).click();
  await page.locator("#kiosk-pin-error").filter({ hasText: /./ }).waitFor();
  await look("PIN, wrong");
  await page.getByRole("button", { name: "Quay lại" }).click();
  await page.locator(BEGIN).waitFor();
  await openStaff(page);
  await look("staff");
  await page.getByRole("button", { name: "Về màn hình lấy ý kiến" }).click();
}

/** A second window. */
async function elsewhere(machine: Machine, desk: Desk, look: Look): Promise<void> {
  const second = await machine.newPage();
  await second.goto(`${desk.proxy.origin}/kiosk/`);
  await second.locator(HEADING, { hasText: "cửa sổ khác" }).waitFor();
  await look("another window", second);
  await second.close();
}

/** At the end of a device: it was revoked, and its browser keeps nothing any more. */
async function ended(page: Page, desk: Desk, words: Words, look: Look): Promise<void> {
  await desk.server.run("device", "revoke", await desk.device());
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await page.locator(BEGIN).waitFor({ state: "detached" });
  await page.getByRole("button", { name: words.language, exact: true }).click();
  await look("closed");
  await page.addInitScript(() => (IDBFactory.prototype.open = () => { throw new Error("no storage"); }));
  await page.reload();
  await page.locator(HEADING, { hasText: "Trình duyệt này" }).waitFor();
  await look("the browser keeps nothing");
}

/** Lets every write of the page fail, as on a full disk, or lets them through again. */
export async function failWrites(page: Page, fail: boolean): Promise<void> {
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
