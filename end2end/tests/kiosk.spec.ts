// The desk device: enrolled, answered on, started without a network, and left clean.

import type { Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import { enrol, expect, finish, goOnTo, kept, openStaff, PIN, test, TOMORROW } from "../support/kiosk.ts";
import { reply } from "../support/proxy.ts";

test("a person answers on a new device, and the answer is stored once, on disk before the thanks", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(watchWrites);
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await enrol(page, desk);
  await expect(page.getByText("Chạy thử – không tính")).toBeVisible();
  await desk.server.run("device", "service", await desk.device());
  await page.reload();
  await expect(page.getByText("Chạy thử – không tính")).toBeHidden();
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await page.getByRole("radio", { name: "Nộp hồ sơ" }).click();
  await page.getByRole("radio", { name: "Cho bản thân, gia đình" }).click();
  await page.getByRole("radio", { name: "Đất đai" }).click();
  await expect(page.getByRole("heading", { name: /Nhìn chung/ })).toBeFocused();
  expect(await violations(page)).toEqual([]);
  // One tap answers, and another one within the moment changes it: two clicks, and nothing of this test between them.
  await page.evaluate(() => {
    const answers = [...document.querySelectorAll<HTMLButtonElement>(".kiosk-faces .kiosk-answer")];
    for (const words of ["Rất hài lòng", "Không hài lòng"]) answers.find((answer) => answer.innerText.trim() === words)?.click();
  });
  for (const words of ["Hài lòng", "Hài lòng", "Không có ý kiến"]) {
    await expect(page.getByText("Ông/Bà hài lòng đến mức nào với từng mặt sau đây?")).toBeVisible();
    const title = await page.locator("#kiosk-heading").textContent();
    await page.getByRole("radio", { name: words, exact: true }).click();
    await expect(page.locator("#kiosk-heading")).not.toHaveText(title ?? "");
  }
  await expect(page.getByRole("heading", { name: /chưa hài lòng/ })).toBeVisible();
  await page.getByRole("button", { name: "Phải chờ lâu" }).click();
  await page.getByRole("button", { name: "Quay lại" }).click();
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await expect(page.getByRole("button", { name: "Phải chờ lâu" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await goOnTo(page, "button:has-text('Người nhà')");
  await page.getByRole("radio", { name: "Người nhà, người quen giúp" }).click();
  await expect(page.getByText("Xin không ghi họ tên")).toBeVisible();
  await page.locator("textarea").fill("Ghế ngồi chờ hơi ít.");
  await page.evaluate(() => (window.writes.length = 0));
  await page.getByRole("button", { name: "Gửi" }).click();
  await expect(page.getByRole("heading", { name: "Cảm ơn Ông/Bà" })).toBeVisible();
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
  expect(problems).toEqual([]);
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
  await expect(page.locator("dl div", { hasText: "Phiếu chưa gửi" }).first()).toContainText("3");
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
    const key = (name: string) => page.locator(".kiosk-key", { hasText: new RegExp(`^${name}$`) });
    await key("3").click();
    await key("0").click();
    await expect(number).toHaveValue("30");
    await expect(number).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByRole("button", { name: "Bỏ qua" })).toBeVisible();
    await key("Xoá").click();
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
  await page.waitForTimeout(2_000);
  await page.reload();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
});

test("nobody there: a warning, then nothing is left of the person", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  await page.clock.install();
  await page.reload();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Larger text" }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("radio", { name: "To hand in papers" }).click();
  await page.clock.runFor(1_000);
  await expect(page.getByRole("heading", { name: "For whom did you come?" })).toBeVisible();
  await page.clock.runFor(62_000);
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
  await page.clock.runFor(82_000);
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  expect(await page.locator("html").getAttribute("data-large")).toBeNull();
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await expect(page.getByRole("radio", { name: "Nộp hồ sơ" })).toHaveAttribute("aria-checked", "false");
  // Neither the address nor the history nor any storage holds a word of it.
  expect(await page.evaluate(() => [location.href, history.length, localStorage.length, sessionStorage.length])).toEqual([
    `${desk.proxy.origin}/kiosk/`,
    await page.evaluate(() => history.length),
    0,
    0,
  ]);
  expect(await stored(page)).not.toContain("submit");
  expect(await desk.stored()).toBe(0);
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
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Lưu phiếu chưa gửi ra tệp" }).click();
  const text = await (await download).createReadStream().then(async (stream) => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts).toString();
  });
  const file = JSON.parse(text) as { responses: { id: string; sealed: string }[] };
  expect(file.responses).toHaveLength(2);
  for (const secret of ["answers", "overall", "respondent"]) {
    expect(text).not.toContain(secret);
    expect(await stored(page)).not.toContain(`"${secret}":{`);
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
  }
}

/** Runs in the page: notes every writing transaction, and when the thanks are first seen. */
function watchWrites(): void {
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
    const heading = document.querySelector("#kiosk-heading")?.textContent;
    if (window.thanked === 0 && heading?.startsWith("Cảm ơn")) window.thanked = performance.now();
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

/** Everything in the databases of the page but the questionnaire, as text. */
function stored(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open("nghe-dan");
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    let text = "";
    for (const name of ["outbox", "sealed"]) {
      const all = database.transaction(name).objectStore(name).getAll();
      await new Promise((done) => (all.onsuccess = done));
      for (const value of all.result) {
        text += typeof value === "string" ? value : new TextDecoder().decode(value as Uint8Array);
      }
    }
    database.close();
    return text;
  });
}
