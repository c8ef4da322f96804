// Handing in on a phone when the line fails: nothing is lost, nothing is counted twice, and the page says the truth.

import type { Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import { onward, press } from "../support/form.ts";
import { closeCampaign, type Desk, expect, online, test as base } from "../support/kiosk.ts";
import { reply } from "../support/proxy.ts";
import { ask } from "../support/server.ts";

const PHONE = { width: 360, height: 800 };
const SEND = { name: "Gửi phiếu" };
const WAITING = "chưa gửi được, sẽ tự gửi lại khi có mạng";
const KEPT = "Phiếu đang được giữ trên máy này.";

/** A phone with a profile on disk, over https. */
const test = base.extend<{ scripting: boolean; page: Page }>({
  scripting: [true, { option: true }],
  page: async ({ machine, scripting }, use) => use(await machine.start(PHONE, { javaScriptEnabled: scripting })),
});

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });
// What the tests refuse and abort on purpose.
test.use({ expected: /status of (409|410) .* at https:\/\/[^/]+\/s\/[2-9A-Z]{8}$|net::ERR_FAILED/ });

let desk: Desk;

test.beforeEach(({ desk: started }) => {
  desk = started;
});

function link(): string {
  return `${desk.proxy.origin}/s/${desk.point}`;
}

/** Answers up to the last page before sending; the island is awake there. */
async function review(page: Page, overall = "4"): Promise<void> {
  await page.goto(link());
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await page.locator(`input[name="a.overall"][value="${overall}"]`).check();
  while ((await onward(page).count()) > 0) await press(page, onward(page));
  await awake(page);
}

/** Waits until the island of this page has woken up: it keeps the draft anew. */
async function awake(page: Page): Promise<void> {
  const kept = () =>
    page.evaluate(() => {
      const drafts = Object.entries(localStorage).filter(([key]) => key.startsWith("nghe-dan:draft:"));
      return drafts.some(([, text]) => JSON.parse(text).saved >= performance.timeOrigin);
    });
  await expect.poll(kept).toBe(true);
}

function held(page: Page): Promise<number> {
  return page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("nghe-dan:")).length);
}

async function waits(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Chưa gửi được phiếu");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  // What the page shows is also said, with whether the page may be closed.
  for (const words of [WAITING, KEPT]) await expect(page.getByRole("status").filter({ hasText: words })).toHaveCount(1);
  await expect(page.locator("[data-id] [data-kept]")).toContainText(KEPT);
  await expect(page.locator("[data-id] [data-kept]")).toBeVisible();
  await expect(page.locator("[data-id] [data-unkept]")).toBeHidden();
  await expect(page.getByRole("button", SEND)).toBeHidden();
}

/** The page says that it arrived, it did, once, and nothing of it is left. */
async function arrived(page: Page, stored = 1): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  expect(await desk.stored()).toBe(stored);
  expect(await held(page)).toBe(0);
  expect(await page.locator("input").count()).toBe(0);
}

test("without a fault it arrives at once, and a double click is one response", async ({ page }) => {
  await review(page);
  await page.getByRole("button", SEND).dblclick();
  await arrived(page);
  expect(desk.proxy.puts()).toBe(1);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  expect(await desk.stored()).toBe(1);
});

test("cut before it was sent", async ({ page }) => {
  await review(page);
  desk.proxy.set("cut");
  await page.getByRole("button", SEND).click();
  await waits(page);
  expect(await violations(page)).toEqual([]);
  expect(await desk.stored()).toBe(0);
  desk.proxy.set("open");
  await online(page);
  await arrived(page);
});

test("cut in the middle of sending, and tried again without anybody's doing", async ({ page }) => {
  await review(page);
  desk.proxy.set("half");
  await page.getByRole("button", SEND).click();
  await waits(page);
  desk.proxy.set("open");
  await arrived(page);
});

test("the answer of the server is lost after it committed", async ({ page }) => {
  await review(page);
  desk.proxy.set("swallow");
  await page.getByRole("button", SEND).click();
  await waits(page);
  await expect.poll(() => desk.stored()).toBe(1);
  desk.proxy.set("open");
  await page.getByRole("button", { name: "Gửi ngay" }).click();
  await arrived(page);
});

test("the server is killed and started again", async ({ page }) => {
  await review(page);
  await desk.server.halt("SIGKILL");
  await page.getByRole("button", SEND).click();
  await waits(page);
  await desk.server.resume();
  await arrived(page);
});

const problem = ["Content-Type: application/problem+json"];
const REPLIES = {
  "500": reply(500, '{"code":"server.internal"}', problem),
  "429 with Retry-After": reply(429, '{"code":"server.too_many"}', [...problem, "Retry-After: 1"]),
  "503 with Retry-After": reply(503, '{"code":"server.full"}', [...problem, "Retry-After: 1"]),
  "a log-in page": reply(200, "<!doctype html><title>Wi-Fi</title>", ["Content-Type: text/html"]),
  "half of a reply": { reply: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{"recorded": tr' },
};
for (const [name, line] of Object.entries(REPLIES)) {
  test(`something answers ${name}`, async ({ page }) => {
    await review(page);
    desk.proxy.set(line);
    await page.getByRole("button", SEND).click();
    await waits(page);
    desk.proxy.set("open");
    await online(page);
    await arrived(page);
  });
}

test("a reload of the page goes on sending", async ({ page }) => {
  await review(page);
  desk.proxy.set("cut");
  await page.getByRole("button", SEND).click();
  await waits(page);
  // Without a network there is no page to reload; with one there is, and the answer is still on the device.
  await page.reload().catch(() => undefined);
  // The browser's own page of the error loads by itself what failed, and would send the answer before the page is there that
  // is looked at.
  await expect(() => page.goto("about:blank")).toPass();
  desk.proxy.set("open");
  await page.goto(link());
  await expect(page.getByRole("heading", { name: "Phiếu đã đến nơi" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  expect(await desk.stored()).toBe(1);
  expect(await held(page)).toBe(0);
});

test("the server answers slowly, and slower than the phone waits", async ({ page }) => {
  await review(page);
  desk.proxy.set({ late: 60_000 });
  await page.getByRole("button", SEND).click();
  // It was stored, and nobody on the phone knows.
  await expect.poll(() => desk.stored()).toBe(1);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Chưa gửi được phiếu", { timeout: 120_000 });
  await waits(page);
  desk.proxy.set({ late: 300 });
  await online(page);
  await arrived(page);
});

for (const how of ["closed", "killed"] as const) {
  test(`the browser is ${how} and opened again`, async ({ page, machine }) => {
    await review(page);
    desk.proxy.set("cut");
    await page.getByRole("button", SEND).click();
    await waits(page);
    // A browser writes what a page stores to disk within seconds, and all of it when it is closed.
    if (how === "killed") await expect.poll(() => machine.filesWith("nghe-dan:outgoing:")).not.toEqual([]);
    if (how === "killed") await machine.kill();
    else await machine.stop();
    desk.proxy.set("open");
    expect(await desk.stored()).toBe(0);
    const again = await machine.start(PHONE);
    await again.goto(link());
    await expect(again.getByRole("heading", { name: "Phiếu đã đến nơi" })).toBeVisible();
    expect(await desk.stored()).toBe(1);
    expect(await held(again)).toBe(0);
  });
}

test("two windows of the same form make one response, and both say so", async ({ page, machine }) => {
  await review(page);
  // The first window never gets through, so that it is the second one that does.
  await page.route(/\/s\//, (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await page.getByRole("button", SEND).click();
  await waits(page);
  // The second one finds the form on the device and sends it.
  const second = await machine.newPage();
  await second.goto(link());
  await expect(second.getByRole("heading", { name: "Phiếu đã đến nơi" })).toBeVisible();
  await arrived(page);
});

test("it can be deleted, and is gone", async ({ page }) => {
  await review(page);
  desk.proxy.set("cut");
  await page.getByRole("button", SEND).click();
  await waits(page);
  await page.getByRole("button", { name: "Xoá, không gửi nữa" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã xoá phiếu khỏi máy này");
  expect(await held(page)).toBe(0);
  expect(await page.locator("input").count()).toBe(0);
  desk.proxy.set("open");
  await online(page);
  await page.getByRole("link", { name: "Trả lời lại từ đầu" }).click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
  expect(await desk.stored()).toBe(0);
});

test("after 24 hours it is deleted, and the person is told", async ({ page }) => {
  await review(page);
  desk.proxy.set("cut");
  await page.getByRole("button", SEND).click();
  await waits(page);
  await page.evaluate(() => {
    for (const [key, text] of Object.entries(localStorage)) {
      if (key.startsWith("nghe-dan:outgoing:")) {
        const form = JSON.parse(text);
        localStorage.setItem(key, JSON.stringify({ ...form, saved: form.saved - 24 * 3_600_000 }));
      }
    }
  });
  // The page that still knows the right time is gone before there is a network, or it would send in time.
  await page.goto("about:blank");
  desk.proxy.set("open");
  await page.goto(link());
  await expect(page.getByRole("heading", { name: "Phiếu đã quá 24 giờ" })).toBeVisible();
  expect(await held(page)).toBe(0);
  expect(await desk.stored()).toBe(0);
});

test("what is refused comes back with what was typed", async ({ page }) => {
  await review(page, "2");
  // The same form was sent from elsewhere with other answers.
  const forged = await page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>("#survey");
    const fields = new URLSearchParams([...new FormData(form ?? undefined)].map(([name, value]) => [name, String(value)]));
    fields.set("a.overall", "5");
    fields.set("_go", "send");
    return fields.toString();
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
  const first = await ask(link(), desk.certificate, { method: "POST", headers, body: forged });
  expect(JSON.parse(first.text)).toEqual({ recorded: true });
  await page.getByRole("button", SEND).click();
  await expect(page.getByRole("alert")).toContainText("đã được gửi trước đó với nội dung khác");
  await expect(page.locator('input[name="a.overall"]')).toHaveValue("2");
  expect(await desk.stored()).toBe(1);
  // Asked for once more it is another response.
  await awake(page);
  await page.getByRole("button", SEND).click();
  await arrived(page, 2);
});

test("what was closed while it waited comes back too", async ({ page }) => {
  await review(page, "2");
  desk.proxy.set("cut");
  await page.getByRole("button", SEND).click();
  await waits(page);
  await closeCampaign(desk);
  desk.proxy.set("open");
  await online(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đợt lấy ý kiến đã kết thúc");
  await page.getByText("Những gì Ông/Bà đã trả lời").click();
  await expect(page.getByRole("definition").filter({ hasText: "Không hài lòng" })).toBeVisible();
  expect(await desk.stored()).toBe(0);
});

test.describe("without scripting", () => {
  test.use({ scripting: false });

  test("it is a plain form", async ({ page }) => {
    await page.goto(link());
    while ((await onward(page).count()) > 0) await press(page, onward(page));
    await page.getByRole("button", SEND).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
    expect(await desk.stored()).toBe(1);
  });
});
