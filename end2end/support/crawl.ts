// Finds the pages of the site as a visitor would: from the home page along its links.

import type { Page } from "@playwright/test";

/** How many pages of one kind are looked at: a ward's page looks like the next ward's. */
const PER_KIND = 2;
/** And of one kind with a query: what was chosen changes less. */
const PER_QUERY = 1;

/** The languages of the interface. */
export const LANGUAGES = ["vi", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of an address. */
function languageOf(path: string): Language {
  return /^\/en(\/|\?|$)/.test(path) ? "en" : "vi";
}

/**
 * Addresses of all kinds of pages of one language, the home page first; `seeds` are known by heart, and looked at also when they
 * lead to an error.
 */
export async function crawl(page: Page, origin: string, seeds: readonly string[], language: Language): Promise<string[]> {
  const queue = [...seeds];
  const seen = new Set<string>();
  const perKind = new Map<string, number>();
  const pages: string[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (languageOf(path) !== language) continue;
    const known = perKind.get(kind(path)) ?? 0;
    const enough = path.includes("?") ? PER_QUERY : PER_KIND;
    const seed = seeds.includes(path);
    if (known >= enough && !seed) continue;
    const answer = await page.request.get(origin + path, { maxRedirects: 5 });
    if (!answer.ok() && !seed) throw new Error(`a link leads to ${path}, which is answered ${answer.status()}`);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    perKind.set(kind(path), known + 1);
    pages.push(path);
    queue.push(...links(await answer.text(), origin, path));
  }
  return pages;
}

/**
 * The shape of an address: what differs from unit to unit is one letter, but provinces, cities, wards and villages have pages of
 * their own kind, which the first word of their names tells.
 */
function kind(path: string): string {
  const url = new URL(path, "http://x");
  const rest = (part: string) => (url.search === "" ? `${/^[a-z]+-/.exec(part)?.[0] ?? ""}*` : "*");
  const parts = url.pathname.split("/").map((part) => (/[0-9]|-.*-/.test(part) ? rest(part) : part));
  return `${parts.join("/")}?${[...url.searchParams.keys()].sort().join("&")}`;
}

function links(html: string, origin: string, from: string): string[] {
  const found: string[] = [];
  for (const [, href] of html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
    const url = new URL((href ?? "").replaceAll("&amp;", "&"), origin + from);
    if (url.origin === origin) found.push(url.pathname + url.search);
  }
  return found;
}
