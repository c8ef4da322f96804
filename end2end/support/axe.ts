// Accessibility rules a machine can check.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Violations on the page as it stands, one line each; nothing is exempt.
 *
 * The window is made as tall as the page meanwhile: what a sticky bar covers at one place of scrolling is measured whole,
 * as a person sees it after scrolling. That the keyboard's focus is never covered has a test of its own.
 */
export function violations(page: Page): Promise<string[]> {
  return analysed(page, (axe) => axe.withTags(TAGS));
}

/** Only what another choice of colours can break. */
export function contrasts(page: Page): Promise<string[]> {
  return analysed(page, (axe) => axe.withRules(["color-contrast", "link-in-text-block"]));
}

async function analysed(page: Page, which: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (size && height > size.height) await page.setViewportSize({ width: size.width, height });
  // What is no violation needs no list, and a page without frames of other sites no second window to be put together in.
  const axe = which(new AxeBuilder({ page })).options({ resultTypes: ["violations"] }).setLegacyMode();
  const { violations } = await axe.analyze();
  if (size) await page.setViewportSize(size);
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html}`));
}
