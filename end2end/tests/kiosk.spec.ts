// The desk device: enrolled, answered on, started without a network, and left clean.

import { violations } from "../support/axe.ts";
import { enrol, expect, kept, openStaff, PIN, test, TOMORROW } from "../support/kiosk.ts";
import { answer, chosen, DONE, finish, goOnTo, HEADING, send } from "../support/person.ts";
import { reply } from "../support/proxy.ts";
import { traces } from "../support/traces.ts";

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });

test("a person answers on a new device, and the answer is stored once, on disk before the thanks", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.addInitScript(watchWrites, DONE);
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
  // Asked once more by the test, the worker says when it is done, and that there is nothing newer.
  const newer = await page.evaluate(
    () =>
      new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => done(data);
        navigator.serviceWorker.controller?.postMessage("update", [port2]);
      }),
  );
  expect(newer).toBe(false);
  await page.reload();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
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
    expect((await traces(page, `"${secret}":{`)).filter((place) => /outbox|sealed/.test(place))).toEqual([]);
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
