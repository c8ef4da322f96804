// Where the keyboard is, and whether a person can see it.

import type { Page } from "@playwright/test";

/** Goes through the page with Tab and names what has the focus where nothing of it can be seen. */
export async function hiddenFocus(page: Page, steps = 25): Promise<string[]> {
  const found: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      // A radio lies over its card, which is what shows.
      const box = (element.closest("label") ?? element).getBoundingClientRect();
      const top = Math.max(box.top, 0);
      const bottom = Math.min(box.bottom, innerHeight);
      const there = document.elementFromPoint((box.left + box.right) / 2, (top + bottom) / 2);
      const seen = bottom - top >= Math.min(box.height, 20) && there && (element.contains(there) || there.closest("label") === element.closest("label"));
      return seen ? undefined : `${element.tagName} ${element.textContent?.trim() ?? ""} ${element.getAttribute("name") ?? ""}`;
    });
    if (hidden) found.push(hidden);
  }
  return found;
}

/** What of the selector a person does not see whole: it reaches out of the window, or something lies over it. One line each. */
export function covered(page: Page, selector: string): Promise<string[]> {
  return page.evaluate((selector) => {
    /** How far from its edge something is looked at: corners are round. */
    const INSIDE = 0.2;
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
      const name = `“${element.innerText.trim()}”`;
      const out = left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
      if (out) found.push(`${name} reaches from ${Math.round(top)} to ${Math.round(bottom)} of ${innerHeight} px`);
      const places = [INSIDE, 0.5, 1 - INSIDE];
      const points = places.flatMap((across) => places.map((down) => [left + width * across, top + height * down] as const));
      const over = points.map(([x, y]) => document.elementFromPoint(x, y)).find((there) => there && !element.contains(there));
      if (over && !out) found.push(`${name} lies under <${over.tagName.toLowerCase()} class="${over.getAttribute("class") ?? ""}">`);
    }
    return found;
  }, selector);
}
