// What a browser that forces its own colours takes away, and what moves although somebody asked for rest.

import type { Page } from "@playwright/test";

/** What cannot be told any more in forced colours: buttons without an edge, choices that look alike, a bar without a frame. */
export function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const look = (element: Element) => getComputedStyle(element);
    for (const button of document.querySelectorAll(".button")) {
      if (look(button).borderTopStyle === "none") found.push(`button ${button.textContent}`);
    }
    for (const input of document.querySelectorAll<HTMLInputElement>(".choice input")) {
      const card = input.nextElementSibling;
      if (!card || input.closest("[hidden]")) continue;
      const before = `${look(card).outlineStyle} ${look(card).borderTopColor}`;
      const others = document.querySelector<HTMLInputElement>(`input[type=radio][name="${input.name}"]:checked`);
      const was = input.checked;
      input.checked = !was;
      const after = `${look(card).outlineStyle} ${look(card).borderTopColor}`;
      input.checked = was;
      // Choosing a radio took the choice from another one.
      if (others) others.checked = true;
      if (before === after) found.push(`choice ${card.textContent}`);
    }
    const bar = document.querySelector("progress");
    if (bar && look(bar).borderTopStyle === "none") found.push("progress");
    return found;
  });
}

/** What would move, one line each. */
export function moving(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((element) => {
        const style = getComputedStyle(element);
        const lasts = (text: string) => text.split(",").some((time) => Number.parseFloat(time) > 0);
        return (lasts(style.transitionDuration) && style.transitionProperty !== "none") || style.animationName !== "none";
      })
      .map((element) => element.outerHTML.slice(0, 80)),
  );
}
