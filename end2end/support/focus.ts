// Where the keyboard is, and whether a person can see it.

import type { Page } from "@playwright/test";

/** More than any page has places for the keyboard. */
const MOST_STEPS = 300;

/** Goes through the whole page with Tab and names what has the focus where nothing of it can be seen. */
export async function hiddenFocus(page: Page): Promise<string[]> {
  const found: string[] = [];
  const visited = await page.evaluateHandle(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    return new Set<Element>();
  });
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate((visited) => {
      const element = document.activeElement;
      // Beyond the last one the browser's own places come, or the first one again.
      if (!element || element === document.body || visited.has(element)) return "the end";
      visited.add(element);
      // A radio lies over its card, which is what shows.
      const box = (element.closest("label") ?? element).getBoundingClientRect();
      const top = Math.max(box.top, 0);
      const bottom = Math.min(box.bottom, innerHeight);
      const there = document.elementFromPoint((box.left + box.right) / 2, (top + bottom) / 2);
      const own = [element, element.closest("label"), ...((element as Partial<HTMLInputElement>).labels ?? [])];
      const seen = bottom - top >= Math.min(box.height, 20) && own.some((one) => one?.contains(there));
      return seen ? undefined : `${element.tagName} ${element.textContent?.trim() ?? ""} ${element.getAttribute("name") ?? ""}`;
    }, visited);
    if (hidden === "the end") return found;
    if (hidden) found.push(hidden);
  }
  throw new Error("the keyboard does not come to an end of the page");
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
