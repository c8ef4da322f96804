// Finds what does not fit: pages that scroll sideways, and text that its box cuts off.

import type { Page } from "@playwright/test";

/** The sizes of UX: the smallest phone that must reflow, phone, tablet, laptop, desk, kiosk. */
export const SIZES = [
  { name: "320", width: 320, height: 640 },
  { name: "phone", width: 360, height: 800 },
  { name: "tablet", width: 768, height: 1024 },
  { name: "laptop", width: 1280, height: 800 },
  { name: "desk", width: 1920, height: 1080 },
  { name: "kiosk", width: 1080, height: 1920 },
] as const;

/** Sets the text to `percent` of the reader's usual size. */
export async function scaleText(page: Page, percent: number): Promise<void> {
  // Through the object model: a style element would break the content security policy, as it should.
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, `${percent}%`);
}

/** Says what does not fit on the page as it stands, one line each. */
export function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const width = document.documentElement.clientWidth;
    const name = (element: Element) => {
      const classes = [...element.classList].map((one) => `.${one}`).join("");
      const text = (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
      return `<${element.tagName.toLowerCase()}${classes}> “${text}”`;
    };
    // What a person scrolls on purpose, and what is only for screen readers.
    const exempt = (element: Element): boolean => {
      for (let outer: Element | null = element; outer; outer = outer.parentElement) {
        const style = getComputedStyle(outer);
        if (outer !== document.documentElement && outer !== document.body && /auto|scroll/.test(style.overflowX)) return true;
        if (style.clipPath !== "none" || style.clip !== "auto" || style.visibility === "hidden") return true;
      }
      return false;
    };
    if (document.documentElement.scrollWidth > width) {
      found.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${width}`);
    }
    for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
      const box = element.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || exempt(element)) continue;
      if (box.right > width + 1 || box.left < -1) {
        found.push(`${name(element)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${width} px`);
      }
      const style = getComputedStyle(element);
      const cuts = (overflow: string) => overflow === "hidden" || overflow === "clip";
      if (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1) {
        found.push(`${name(element)} cuts off ${element.scrollWidth - element.clientWidth} px at its side`);
      }
      if (cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1) {
        found.push(`${name(element)} cuts off ${element.scrollHeight - element.clientHeight} px at its foot`);
      }
    }
    return found;
  });
}
