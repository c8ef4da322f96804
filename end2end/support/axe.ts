// Accessibility rules a machine can check.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Violations on the page as it stands, one line each; nothing is exempt. */
export async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html}`));
}
