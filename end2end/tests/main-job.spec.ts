// The main job: a person answers at the link of a desk, and the figures of that desk's unit and of every
// unit above it have moved by exactly that.

import type { Browser, Page } from "@playwright/test";

import { violations } from "../support/axe.ts";
import type { Server } from "../support/server.ts";
import { expect, test } from "../support/test.ts";
import { links } from "../support/world.ts";

/** What the API says of one unit. */
interface Figures {
  respondents: number;
  answers: number;
  satisfied: number;
}

/** The desk whose link the demo gave, and the units from it up to the country. */
interface Desk {
  readonly path: string;
  readonly campaign: string;
  readonly units: readonly string[];
}

async function json(server: Server, path: string): Promise<any> {
  const answer = await fetch(server.origin + path);
  expect(answer.status, path).toBe(200);
  return answer.json();
}

async function desk(server: Server): Promise<Desk> {
  const path = links(server)[0] ?? "";
  expect(path).toMatch(/^\/s\/[2-9A-HJ-NP-Z]{8}$/);
  const point = await json(server, `/api/v1/points/${path.slice(3)}`);
  const units = point.units.map((unit: any) => unit.id);
  expect(units.length).toBeGreaterThanOrEqual(3);
  return { path, campaign: point.campaign.key, units };
}

async function figures(server: Server, desk: Desk): Promise<Figures[]> {
  return Promise.all(
    desk.units.map(async (unit) => {
      const query = new URLSearchParams({ unit, campaign: desk.campaign, period: "campaign" });
      const found = await json(server, `/api/v1/indicators?${query}`);
      const shown = found.cell.figures;
      return {
        respondents: shown.respondents,
        answers: shown.answers,
        satisfied: shown.nodes[0].share.numerator,
      };
    }),
  );
}

/** Answers the desk rating: overall, three aspects of which one is bad, and why. */
async function answer(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("button", { name: "Bắt đầu" }).click();
  await page.getByLabel("Hỏi thông tin, nhờ hướng dẫn").check();
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await choose(page, "a.overall", "4");
  await choose(page, "a.aspects.access", "5");
  await choose(page, "a.aspects.procedures", "4");
  await choose(page, "a.aspects.officials", "2");
  for (let step = 0; step < 6; step += 1) {
    const send = page.getByRole("button", { name: "Gửi phiếu" });
    if (await send.isVisible()) {
      await send.click();
      return;
    }
    await page.getByRole("button", { name: "Tiếp tục" }).click();
  }
  throw new Error("the form has no end");
}

async function choose(page: Page, name: string, value: string): Promise<void> {
  const radio = page.locator(`input[name="${name}"][value="${value}"]`);
  // The radio lies under its face and words; the label is what a finger hits.
  await page.locator(`label:has(input[name="${name}"][value="${value}"]), label[for="${await radio.getAttribute("id")}"]`).first().click();
  await expect(radio).toBeChecked();
}

async function answersMoveFigures(browser: Browser, server: Server, scripting: boolean): Promise<void> {
  const place = await desk(server);
  const before = await figures(server, place);
  const context = await browser.newContext({
    javaScriptEnabled: scripting,
    viewport: { width: 360, height: 800 },
    baseURL: server.origin,
  });
  const page = await context.newPage();
  await answer(page, place.path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  await context.close();
  const expected = before.map((unit) => ({
    respondents: unit.respondents + 1,
    answers: unit.answers + 3,
    satisfied: unit.satisfied + 2,
  }));
  await expect.poll(() => figures(server, place)).toEqual(expected);
}

test.describe("answering moves the figures of the unit and of all above it", () => {
  // The same desk, one after the other, so that each sees only its own answer.
  test.describe.configure({ mode: "serial" });

  test("on a phone without scripting", async ({ browser, server }) => {
    await answersMoveFigures(browser, server, false);
  });

  test("on a phone with scripting", async ({ browser, server }) => {
    await answersMoveFigures(browser, server, true);
  });
});

test("sending twice ends on the same thanks and counts once", async ({ page, server }) => {
  const place = await desk(server);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.postData() ?? "");
  });
  await answer(page, place.path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Đã gửi. Cảm ơn Ông/Bà.");
  const last = sent.at(-1) ?? "";
  const again = await page.request.post(server.origin + place.path, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    data: last,
  });
  expect(again.status()).toBe(200);
  expect(await again.text()).toContain("Đã gửi. Cảm ơn Ông/Bà.");
});

test("every step of the survey is free of accessibility faults, in two languages", async ({ page, server }) => {
  for (const [path, start, next] of [
    [links(server)[0] ?? "", "Bắt đầu", "Tiếp tục"],
    [`/en${links(server)[0] ?? ""}`, "Start", "Continue"],
  ] as const) {
    await page.goto(path);
    expect(await violations(page), path).toEqual([]);
    await page.getByRole("button", { name: start }).click();
    for (let step = 0; step < 5; step += 1) {
      expect(await violations(page), `${path} step ${step}`).toEqual([]);
      const onward = page.getByRole("button", { name: next });
      if (!(await onward.isVisible())) break;
      await onward.click();
    }
  }
});
