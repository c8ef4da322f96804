// What a device tells of itself, to the server and to the staff beside it: who went away, and whether it can keep anything.

import type { Page } from "@playwright/test";

import { type Desk, enrol, expect, online, openStaff, staffSees, test } from "../support/kiosk.ts";
import { answer, BACK, BEGIN, goOn, SEND, untilWiped, upToSending } from "../support/person.ts";
import { fillStorage } from "../support/storage.ts";

/** What a device tells at a contact, as far as it is about attempts that were given up. */
interface Told {
  readonly abandoned: { readonly question: string; readonly attempts: number }[];
}

/** What the page told at each contact from now on. */
function contacts(page: Page): Told[] {
  const told: Told[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/device/contact")) told.push(request.postDataJSON() as Told);
  });
  return told;
}

/** Lets the device make contact until the list of devices says so. */
async function listsSoon(page: Page, desk: Desk, said: Readonly<Record<string, unknown>>): Promise<void> {
  await expect(async () => {
    await online(page);
    expect(await desk.listed()).toMatchObject(said);
  }).toPass();
}

test("who goes away is counted, by the question reached, and nothing of what they said is told", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.clock.install();
  await enrol(page, desk);
  const told = contacts(page);
  await listsSoon(page, desk, { abandoned: "0" });

  // One says nothing any more at the third question, and one goes back from the first.
  await page.locator(BEGIN).click();
  await goOn(page);
  await answer(page, "Cho bản thân, gia đình").click();
  await page.locator("#kiosk-place", { hasText: "Câu 3 /" }).waitFor();
  await untilWiped(page);
  await page.locator(BEGIN).click();
  await page.locator(BACK).click();
  await page.locator(BEGIN).waitFor();

  await listsSoon(page, desk, { abandoned: "2", unsent: "0" });
  const { abandoned } = told.at(-1) ?? { abandoned: [] };
  const byQuestion = Object.fromEntries(abandoned.map(({ question, attempts }) => [question, attempts]));
  expect(byQuestion).toEqual({ purpose: 1, field: 1 });
  const [, ...lines] = (await desk.server.run("device", "list", "--abandoned")).trim().split("\n");
  expect(lines.map((line) => line.split("\t").slice(-2).join(": ")).sort()).toEqual(["field: 1", "purpose: 1"]);
  expect(JSON.stringify(told)).not.toContain("person");
  expect(await desk.stored()).toBe(0);
});

test("a device that can keep nothing says so to the server and to staff, and stops when it can again", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  await listsSoon(page, desk, { troubles: "-" });
  const failing = page.getByText("Máy không ghi được vào bộ nhớ. Xin báo quản trị viên.");

  const free = await fillStorage(page);
  await listsSoon(page, desk, { troubles: expect.stringMatching(/^failing\b/) });
  // Staff get in, too, from the screen at which people find out.
  await upToSending(page, 0);
  await page.locator(SEND).click();
  await expect(page.getByRole("heading", { name: "Máy chưa lưu được câu trả lời" })).toBeVisible();
  await openStaff(page);
  await expect(failing).toBeVisible();
  await free();
  await expect(async () => {
    await online(page);
    await expect(failing).toBeHidden({ timeout: 2_000 });
  }).toPass();
  await listsSoon(page, desk, { troubles: "-", unsent: "0" });
  expect(await desk.stored()).toBe(0);
});

test("staff see how much room there is, and whether the browser promised to keep what it holds", async ({ desk, machine }) => {
  const page = await machine.start();
  await enrol(page, desk);
  await openStaff(page);
  const room = await page.evaluate(async () => {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return (quota - usage) / 1e9;
  });
  const said = await staffSees(page, "Bộ nhớ còn trống").innerText();
  expect(said).toMatch(/^\d+,\d GB$/);
  // Others on the machine write to the same disk meanwhile.
  expect(Number.parseFloat(said.replace(",", "."))).toBeCloseTo(room, 0);

  // Whether it promises is the browser's decision.
  for (const [granted, words] of [[true, "Có"], [false, "Không"]] as const) {
    await page.evaluate((granted) => (StorageManager.prototype.persist = () => Promise.resolve(granted)), granted);
    await online(page);
    await expect(staffSees(page, "Trình duyệt cam kết giữ dữ liệu")).toHaveText(words);
  }
});
