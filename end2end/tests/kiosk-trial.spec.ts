// A device in trial: it says so on every screen, and what is answered on it counts nowhere.

import type { Page } from "@playwright/test";

import { type Desk, enrol, expect, putIntoService, test } from "../support/kiosk.ts";
import { finish } from "../support/person.ts";
import { ask } from "../support/server.ts";
import { issueSlips, knowsSlips } from "../support/slips.ts";
import { unsent } from "../support/traces.ts";
import { newDevice, nobodyThere, questions, staff, WORDS } from "../support/walk.ts";

// An answer that was counted once was.
test.describe.configure({ retries: 0 });

/** What the API says at an address. */
async function read(desk: Desk, path: string): Promise<any> {
  const { status, text } = await ask(desk.server.origin + path, desk.certificate);
  expect(status, path).toBe(200);
  return JSON.parse(text);
}

/** How many responses count at the unit of the desk and at every unit above it. */
async function counted(desk: Desk): Promise<number[]> {
  const point = await read(desk, `/api/v1/points/${desk.point}`);
  const figures = point.units.map(async ({ id: unit }: { id: string }) => {
    const query = new URLSearchParams({ unit, campaign: point.campaign.key, period: "campaign" });
    return (await read(desk, `/api/v1/indicators?${query}`)).cell.figures.responses as number;
  });
  return Promise.all(figures);
}

/** Waits until the server has everything that was finished. */
function delivered(page: Page): Promise<void> {
  return expect.poll(() => unsent(page)).toBe(0);
}

test.describe(() => {
  test.use({ changes: true });

  test("every screen says that it is a trial, in the person's language", async ({ desk, machine }) => {
    const page = await newDevice(machine);
    await enrol(page, desk);
    await issueSlips(desk, ["H20.18-261122-0001"]);
    await knowsSlips(page, desk);
    for (const [language, says] of [["vi", "Chạy thử – không tính"], ["en", "Trial run – not counted"]] as const) {
      const seen: string[] = [];
      const look = async (label: string) => {
        seen.push(label);
        await expect(page.locator(".kiosk-trial"), label).toHaveText(says);
        await expect(page.locator(".kiosk-trial"), label).toBeInViewport({ ratio: 1 });
      };
      await questions(page, WORDS[language], look);
      await nobodyThere(page, WORDS[language], look);
      expect(seen.length).toBeGreaterThan(10);
    }
    // Staff are spoken to in Vietnamese.
    await staff(page, async (label) => expect(page.locator(".kiosk-trial"), label).toHaveText("Chạy thử – không tính"));
  });
});

test.describe(() => {
  test.use({ demo: true });

  test("what is answered in trial moves no figure, and what is answered in service does", async ({ desk, machine }) => {
    const page = await machine.start();
    await enrol(page, desk);
    const before = await counted(desk);
    expect(before.length, "the unit and all above it").toBeGreaterThanOrEqual(3);
    await finish(page, 3);
    await delivered(page);
    expect(await counted(desk)).toEqual(before);
    // Counting all again from the responses finds nothing else.
    expect(await desk.server.run("recount", "--check")).toBe("every tally agrees with its responses\n");

    await putIntoService(page, desk);
    await finish(page, 2, 3);
    await delivered(page);
    // Figures that move with every answer do so a moment later; had those of the trial counted, they would be here too.
    await expect.poll(() => counted(desk)).toEqual(before.map((responses) => responses + 2));
    expect(await desk.server.run("recount", "--check")).toBe("every tally agrees with its responses\n");
  });
});
