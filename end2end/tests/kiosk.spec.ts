// The desk device: enrolled, answered on, started without a network, and left clean.

import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import { enrol, expect, kept, online, openStaff, PIN, savedFile, staffSees, test, TOMORROW } from "../support/kiosk.ts";
import { answer, chosen, DONE, finish, goOnTo, HEADING, key, SEND, send, thanked, upToSending } from "../support/person.ts";
import { reply } from "../support/proxy.ts";
import { ask } from "../support/server.ts";
import { askForNewer, isNewer, keptPages } from "../support/site.ts";
import { traces } from "../support/traces.ts";
import { hold } from "../support/walk.ts";

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });

test("a person answers on a new device, and the answer is stored once, on disk before the thanks", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(watchWrites, DONE);
  await enrol(page, desk);
  await expect(page.getByText("Chạy thử – không tính")).toBeVisible();
  await desk.server.run("device", "service", await desk.device());
  await page.reload();
  await expect(page.getByText("Chạy thử – không tính")).toBeHidden();
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await answer(page, "Nộp hồ sơ").click();
  await answer(page, "Cho bản thân, gia đình").click();
  await answer(page, "Đất đai").click();
  await expect(page.getByRole("heading", { name: /Nhìn chung/ })).toBeFocused();
  expect(await violations(page)).toEqual([]);
  // One tap answers, and another one within the moment changes it: two clicks, and nothing of this test between them.
  await page.evaluate(() => {
    const answers = [...document.querySelectorAll<HTMLElement>(".kiosk-faces .kiosk-answer")];
    for (const words of ["Rất hài lòng", "Không hài lòng"]) answers.find((answer) => answer.innerText.trim() === words)?.click();
  });
  for (const words of ["Hài lòng", "Hài lòng", "Không có ý kiến"]) {
    await expect(page.getByText("Ông/Bà hài lòng đến mức nào với từng mặt sau đây?")).toBeVisible();
    const title = await page.locator(HEADING).textContent();
    await answer(page, words).click();
    await expect(page.locator(HEADING)).not.toHaveText(title ?? "");
  }
  await expect(page.getByRole("heading", { name: /chưa hài lòng/ })).toBeVisible();
  await answer(page, "Phải chờ lâu").click();
  await page.getByRole("button", { name: "Quay lại" }).click();
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await expect(chosen(page)).toHaveText(["Phải chờ lâu"]);
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await goOnTo(page, ".kiosk-answer:has-text('Người nhà')");
  await answer(page, "Người nhà, người quen giúp").click();
  await expect(page.getByText("Xin không ghi họ tên")).toBeVisible();
  await page.locator("textarea").fill("Ghế ngồi chờ hơi ít.");
  await page.evaluate(() => (window.writes.length = 0));
  await send(page);
  // The first write after the tap is the answer's, with its sealed content. It was asked to be on disk, the browser
  // promised it, and it was when the thanks came.
  const [first] = await page.evaluate(() => window.writes);
  expect(first?.stores.sort()).toEqual(["outbox", "sealed"]);
  expect([first?.asked, first?.granted]).toEqual(["strict", "strict"]);
  expect(first?.complete).toBeLessThanOrEqual(await page.evaluate(() => window.thanked));
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  await expect.poll(() => desk.stored()).toBe(1);
  const [row] = await desk.responses();
  expect(row?.answers).toMatchObject({ overall: 2, disappointed: ["waiting"] });
  expect(row?.mode).toBe("helped_by_family");
});

test("it starts cold without a network, keeps what is finished, and delivers it later", async ({ desk, machine }) => {
  let page = await machine.start();
  await enrol(page, desk);
  await kept(page);
  await machine.stop();
  desk.proxy.set("cut");
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("button", { name: "Start" })).toBeVisible();
  await finish(page, 3);
  await openStaff(page);
  await expect(staffSees(page, "Phiếu chưa gửi")).toHaveText("3");
  expect(await desk.stored()).toBe(0);
  await machine.stop();
  desk.proxy.set("open");
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect.poll(() => desk.stored()).toBe(3);
});

test.describe(() => {
  test.use({ changes: true });

  test("a version that begins tomorrow is asked tomorrow, also after a cold start without a network", async ({ desk, machine }) => {
    let page = await machine.start();
    await enrol(page, desk);
    await kept(page);
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await expect(page.getByRole("heading", { name: "Hôm nay Ông/Bà đến để làm gì?" })).toBeVisible();
    await machine.stop();
    desk.proxy.set("cut");
    page = await machine.start();
    await page.clock.install({ time: Date.now() + 86_400_000 });
    await page.goto(`${desk.proxy.origin}/kiosk/`);
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await expect(page.getByRole("heading", { name: TOMORROW })).toBeVisible();

    // It asks for a number, for which the screen has keys; one that cannot be true is told and taken back.
    await goOnTo(page, "#kiosk-heading:has-text('bao nhiêu lần')");
    expect(await violations(page)).toEqual([]);
    const number = page.getByRole("textbox", { name: /bao nhiêu lần/ });
    await key(page, "3").click();
    await key(page, "0").click();
    await expect(number).toHaveValue("30");
    await expect(number).toHaveAttribute("aria-invalid", "true");
    // Nor is it taken as skipped.
    await page.getByRole("button", { name: "Tiếp tục" }).click();
    await expect(number).toBeFocused();
    await key(page, "Xoá").click();
    await expect(number).not.toHaveAttribute("aria-invalid");
    await page.getByRole("button", { name: "Tiếp tục" }).click();
    await page.getByRole("button", { name: "Quay lại" }).click();
    await expect(number).toHaveValue("3");
  });
});

test("the log-in page of a network does not take the place of the device's page", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  await kept(page);
  // Everything is answered 200 with another page, as networks do before someone logs in.
  desk.proxy.set(reply(200, "<!doctype html><title>Wi-Fi</title>", ["Content-Type: text/html"]));
  const looked = page.context().waitForEvent("request", (request) => request.url().endsWith("/kiosk/"));
  // Between two persons the device looks for a newer page.
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await page.getByRole("button", { name: "Quay lại" }).click();
  await looked;
  // Asked once more by the test, the worker says when it is done, and that there is nothing newer.
  expect(await askForNewer(page)).toBe(false);
  await page.reload();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
});

test("a newer page of which a file is missing leaves the old one whole", async ({ desk, machine, newer }) => {
  let page = await machine.start();
  await enrol(page, desk);
  await kept(page);
  const [before] = await keptPages(page);
  const site = await newer({ incomplete: true });
  desk.proxy.set("cut");
  await desk.server.halt("SIGTERM");
  await desk.server.resume(site.folder);
  desk.proxy.set("open");
  // The server does serve the newer one.
  const { text } = await ask(`${desk.server.origin}/kiosk/`, desk.certificate);
  expect(text).toContain(site.sheet);
  expect(await askForNewer(page)).toBe(false);
  expect(await keptPages(page)).toEqual([before]);
  await machine.stop();

  desk.proxy.set("cut");
  page = await machine.start();
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  expect(await isNewer(page)).toBe(false);
});

test("the thanks say that an answer is kept as long as the line is cut, and then that it arrived", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  desk.proxy.set("cut");
  await upToSending(page, 0);
  // They end by themselves after a while.
  await hold(page, true);
  const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("/api/v1/responses/"));
  await page.locator(SEND).click();
  await thanked(page);
  const said = page.getByRole("status");
  await expect(said).toHaveText("Ý kiến đã lưu trên máy này, sẽ tự gửi khi có mạng.");
  await failed;
  await expect(said).toHaveText("Ý kiến đã lưu trên máy này, sẽ tự gửi khi có mạng.");
  desk.proxy.set("open");
  await online(page);
  await expect(said).toHaveText("Ý kiến đã được gửi đến nơi.");
  expect(await desk.stored()).toBe(1);
});

test("the screen is kept lit, and nothing opens a menu or makes the page larger", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(watchBrowser);
  await enrol(page, desk);
  const lit = () => page.evaluate(() => window.lit);
  await expect.poll(lit).toEqual(["screen"]);
  // A browser takes the lock away from a page that nobody sees, and does not give it back by itself.
  await see(page, false);
  await see(page, true);
  await expect.poll(lit).toEqual(["screen", "screen"]);

  const prevented = async (kind: string, act: () => Promise<void>) => {
    await page.evaluate(() => (window.prevented = {}));
    await act();
    await expect.poll(() => page.evaluate((kind) => window.prevented[kind], kind), kind).toBeDefined();
    return page.evaluate((kind) => window.prevented[kind], kind);
  };
  const heading = page.locator(HEADING);
  expect(await prevented("contextmenu", () => heading.click({ button: "right" })), "a long press").toBe(true);
  await page.keyboard.down("Control");
  expect(await prevented("wheel", () => page.mouse.wheel(0, -100)), "Ctrl and the wheel").toBe(true);
  await page.keyboard.up("Control");
  for (const key of ["+", "=", "-", "0"]) {
    expect(await prevented("keydown", () => page.keyboard.press(`Control+${key}`)), `Ctrl and ${key}`).toBe(true);
  }
  // What makes nothing larger stays as it is.
  expect(await prevented("wheel", () => page.mouse.wheel(0, -100)), "the wheel alone").toBe(false);
  expect(await prevented("keydown", () => page.keyboard.press("0")), "a key alone").toBe(false);
});

test("staff see how many wait and how old, behind a PIN, and never what", async ({ desk, machine }) => {
  const page = await machine.start({ width: 1280, height: 800 });
  await enrol(page, desk);
  desk.proxy.set("cut");
  await finish(page, 2);
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill("000000");
  await page.getByRole("button", { name: "Mở" }).click();
  await expect(page.getByText("Mã PIN không đúng.")).toBeVisible();
  await page.getByLabel("Mã PIN của máy").fill(PIN);
  await page.getByRole("button", { name: "Mở" }).click();
  await expect(page.getByRole("heading", { name: "Tình trạng máy" })).toBeVisible();
  await expect(staffSees(page, "Phiếu chưa gửi")).toHaveText("2");
  await expect(staffSees(page, "Phiếu chưa gửi lâu nhất")).toHaveText(/^\d+ phút trước$/);
  expect(await violations(page)).toEqual([]);
  const text = await readFile(await savedFile(page), "utf8");
  const file = JSON.parse(text) as { responses: { id: string; sealed: string }[] };
  expect(file.responses).toHaveLength(2);
  for (const secret of ["answers", "overall", "respondent"]) {
    expect(text).not.toContain(secret);
    expect((await traces(page, `"${secret}":`)).filter((place) => /outbox|sealed/.test(place))).toEqual([]);
  }
  desk.proxy.set("open");
  await page.getByRole("button", { name: "Gửi ngay" }).click();
  await expect.poll(() => desk.stored()).toBe(2);
});

interface Write {
  stores: string[];
  /** The durability that was asked for, and the one that the browser promised. */
  asked: string | undefined;
  granted: string;
  /** When the browser said that it was done. */
  complete: number;
}

declare global {
  interface Window {
    writes: Write[];
    thanked: number;
    /** The locks that were asked for, in order. */
    lit: string[];
    /** Whether the last event of a kind was prevented. */
    prevented: Record<string, boolean>;
  }
}

/** Runs in the page before its own scripts: notes locks of the screen, and what becomes of events after every listener. */
function watchBrowser(): void {
  window.lit = [];
  window.prevented = {};
  const request = (kind: string) => Promise.resolve(window.lit.push(kind) && {});
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
  for (const kind of ["contextmenu", "wheel", "keydown"]) {
    window.addEventListener(kind, (event) => (window.prevented[kind] = event.defaultPrevented), { passive: true });
  }
}

/** Lets the page be seen or not, as behind another window. */
function see(page: Page, seen: boolean): Promise<void> {
  return page.evaluate((seen) => {
    Object.defineProperty(document, "hidden", { value: !seen, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, seen);
}

/** Runs in the page: notes every writing transaction, and when the thanks are first seen. */
function watchWrites(thanks: string): void {
  window.writes = [];
  window.thanked = 0;
  const open = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
    const transaction = open.call(this, stores, mode, options);
    if (mode === "readwrite") {
      const names = typeof stores === "string" ? [stores] : [...stores];
      const write = { stores: names, asked: options?.durability, granted: transaction.durability, complete: Infinity };
      window.writes.push(write);
      transaction.addEventListener("complete", () => (write.complete = performance.now()));
    }
    return transaction;
  };
  new MutationObserver(() => {
    if (window.thanked === 0 && document.querySelector(thanks)) window.thanked = performance.now();
  }).observe(document, { childList: true, subtree: true, characterData: true });
}
