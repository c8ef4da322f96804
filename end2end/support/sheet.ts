// Contact sheets: many pictures on one, for a person to look at.

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

import type { Page } from "@playwright/test";

/** Where pictures are kept. */
export const PICTURES = resolve(import.meta.dirname, "../../docs/screens");

/** What the window shows now, with a label. */
export async function figure(page: Page, label: string, height = 420): Promise<string> {
  const picture = await page.screenshot({ type: "jpeg", quality: 80 });
  return `<figure style="margin:0"><figcaption>${label}</figcaption>
    <img height="${height}" src="data:image/jpeg;base64,${picture.toString("base64")}"></figure>`;
}

/** Lays figures out on a page of its own and keeps the picture of it in `docs/screens`. */
export async function contactSheet(sheet: Page, name: string, title: string, figures: readonly string[]): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await sheet.setViewportSize({ width: 1600, height: 900 });
  await sheet.setContent(
    `<body style="margin:12px;background:#888;font:14px sans-serif"><h1 style="font-size:18px">${title}</h1>
     <div style="display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start">${figures.join("")}</div></body>`,
  );
  await sheet.screenshot({ path: join(PICTURES, `${name}.jpg`), type: "jpeg", quality: 60, fullPage: true });
}
