// Slips of dossiers for the desk device.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { withFolder } from "./folder.ts";
import { type Desk, expect } from "./kiosk.ts";

/** What a device offers once there are slips. */
export const HAVE = "Tôi có mã trên phiếu hẹn trả kết quả";

/** Slips of dossiers about land. */
export async function issueSlips(desk: Desk, numbers: readonly string[]): Promise<string[]> {
  const made = await withFolder(async (folder) => {
    const file = join(folder, "dossiers.csv");
    await writeFile(file, `dossier,field\n${numbers.map((number) => `${number},land\n`).join("")}`);
    return desk.server.run("slip", "issue", desk.point, file, "--public-url", desk.proxy.origin);
  });
  const [head = "", ...rows] = made.trim().split("\n");
  const place = head.split(/[\t,]/).indexOf("token");
  return rows.map((row) => row.split(/[\t,]/)[place] ?? "");
}

/** Waits until the server, to whose site the page belongs, knows that there are slips. */
export async function serverKnowsSlips(page: Page, desk: Desk): Promise<void> {
  const told = () => page.evaluate(async (point) => (await (await fetch(`/api/v1/points/${point}`)).json()).takes_slips, desk.point);
  await expect.poll(told).toBe(true);
}

/** Waits until the device knows it too. */
export async function knowsSlips(page: Page, desk: Desk): Promise<void> {
  await serverKnowsSlips(page, desk);
  await page.reload();
  await expect(page.getByRole("button", { name: HAVE })).toBeVisible({ timeout: 30_000 });
}
