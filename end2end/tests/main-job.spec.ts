// The main job: a person answers at the link of a desk, and the figures of that desk's unit and of every
// unit above it have moved by exactly that, in what programs read and on the pages that people read.

import type { Page } from "@playwright/test";

import { linkOf, onward, press, type Words, WORDS } from "../support/form.ts";
import type { Server } from "../support/server.ts";
import { exported } from "../support/stored.ts";
import { expect, test } from "../support/test.ts";

// An answer that was lost or counted twice once was.
test.describe.configure({ retries: 0 });

/** What the API says of one unit. */
interface Figures {
  respondents: number;
  answers: number;
  satisfied: number;
}

/** What the page of one unit says. */
interface Shown {
  /** Of whom. */
  unit: string;
  respondents: number;
  answers: number;
  /** The index, as it is written. */
  index: string;
}

/** The desk whose link the demo gave, and the units from it up to the country. */
interface Desk {
  readonly path: string;
  readonly campaign: string;
  readonly units: readonly Unit[];
}

interface Unit {
  readonly id: string;
  /** The address of its results. */
  readonly results: string;
}

async function json(server: Server, path: string): Promise<any> {
  const answer = await fetch(server.origin + path);
  expect(answer.status, path).toBe(200);
  return answer.json();
}

async function desk(server: Server): Promise<Desk> {
  const path = linkOf(server, "desk rating");
  const point = await json(server, `/api/v1/points/${path.slice(3)}`);
  const units = point.units.map(({ id, address }: any) => ({ id, results: `/results/${address}` }));
  expect(units.length).toBeGreaterThanOrEqual(3);
  return { path, campaign: point.campaign.key, units };
}

async function figures(server: Server, desk: Desk): Promise<Figures[]> {
  return Promise.all(
    desk.units.map(async ({ id: unit }) => {
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

/** What people read of the units: on the pages, one after the other. */
async function shown(page: Page, desk: Desk): Promise<Shown[]> {
  const all: Shown[] = [];
  for (const { results } of desk.units) {
    await page.goto(`${results}?campaign=${desk.campaign}&period=campaign`);
    const notes = await page.locator(".index-notes").first().innerText();
    const count = (words: string) => {
      const [, number] = new RegExp(`([\\d.]+)\\s+${words}`).exec(notes) ?? [];
      if (number === undefined) throw new Error(`${results} does not say how many ${words}`);
      return Number(number.replaceAll(".", ""));
    };
    all.push({
      unit: await page.getByRole("heading", { level: 1 }).innerText(),
      respondents: count("người trả lời"),
      answers: count("lượt đánh giá"),
      index: (await page.locator(".index-figure").innerText()).replaceAll(/\s/g, ""),
    });
  }
  return all;
}

/** An index in percent with two decimals, as it is written in Vietnamese. */
function written({ satisfied, answers }: Figures): string {
  return `${((100 * satisfied) / answers).toFixed(2).replace(".", ",")}%`;
}

/** What somebody came for, in the words of the form. */
const ASKED = { vi: "Hỏi thông tin, nhờ hướng dẫn", en: "To ask for information or guidance" };

/** Answers the desk rating: overall, three aspects of which one is bad, and why. */
async function answer(page: Page, path: string, words: Words = WORDS.vi, asked = ASKED.vi): Promise<void> {
  await page.goto(path);
  await page.getByRole("button", { name: words.start }).click();
  await page.getByLabel(asked).check();
  await page.getByRole("button", { name: words.next }).click();
  await choose(page, "a.overall", "4");
  await choose(page, "a.aspects.access", "5");
  await choose(page, "a.aspects.procedures", "4");
  await choose(page, "a.aspects.officials", "2");
  while ((await onward(page).count()) > 0) await press(page, onward(page));
  await page.getByRole("button", { name: words.send }).click();
}

async function choose(page: Page, name: string, value: string): Promise<void> {
  const radio = page.locator(`input[name="${name}"][value="${value}"]`);
  // The radio lies under its face and words; the label is what a finger hits.
  await page.locator(`label:has(input[name="${name}"][value="${value}"]), label[for="${await radio.getAttribute("id")}"]`).first().click();
  await expect(radio).toBeChecked();
}

test.describe("answering moves the figures of the unit and of all above it", () => {
  // The same desk, one after the other, so that each sees only its own answer.
  test.describe.configure({ mode: "serial", retries: 0 });
  test.use({ viewport: { width: 360, height: 800 } });

  for (const [how, javaScriptEnabled, language] of [
    ["without scripting", false, "vi"],
    ["with scripting", true, "vi"],
    ["in English", true, "en"],
  ] as const) {
    test.describe(() => {
      test.use({ javaScriptEnabled });

      test(`on a phone ${how}`, async ({ page, server }) => {
        const place = await desk(server);
        const [before, read] = [await figures(server, place), await shown(page, place)];
        const path = language === "en" ? `/en${place.path}` : place.path;
        await answer(page, path, WORDS[language], ASKED[language]);
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(WORDS[language].thanks);
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        const expected = before.map(({ respondents, answers, satisfied }) => ({
          respondents: respondents + 1,
          answers: answers + 3,
          satisfied: satisfied + 2,
        }));
        await expect.poll(() => figures(server, place)).toEqual(expected);
        // The pages say before and after what programs read.
        const pages = (all: Figures[]) =>
          all.map((unit, at) => ({
            unit: read[at]?.unit,
            respondents: unit.respondents,
            answers: unit.answers,
            index: written(unit),
          }));
        expect(read).toEqual(pages(before));
        await expect.poll(() => shown(page, place)).toEqual(pages(expected));
      });
    });
  }
});

test("sending twice ends on the same thanks and counts once", async ({ page, server }) => {
  const place = await desk(server);
  const stored = async () => (await exported(server, place.campaign, "desk-rating/1")).length;
  const before = await stored();
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
  expect(await stored()).toBe(before + 1);
});
