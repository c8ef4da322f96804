// The storage of a device whose disk is full.

import { expect, type Page } from "@playwright/test";

/** Lets the storage of the page be full, waits until the browser knows it, and gives what makes room again. */
export async function fillStorage(page: Page): Promise<() => Promise<unknown>> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  // The browser remembers for a while how much it may still write.
  await expect.poll(() => mayWrite(page), { timeout: 120_000 }).toBe("QuotaExceededError");
  return () => session.send("Storage.overrideQuotaForOrigin", { origin });
}

/** What comes of a write of the page to storage: nothing, or the name of the error. */
function mayWrite(page: Page): Promise<string | undefined> {
  return page.evaluate(
    () =>
      new Promise<string | undefined>((done) => {
        const opening = indexedDB.open("probe");
        opening.onupgradeneeded = () => opening.result.createObjectStore("probe");
        opening.onerror = () => done(opening.error?.name);
        opening.onsuccess = () => {
          const database = opening.result;
          const writing = database.transaction("probe", "readwrite", { durability: "strict" });
          writing.objectStore("probe").put("x".repeat(10_000), "x");
          writing.oncomplete = () => (database.close(), done(undefined));
          writing.onabort = () => (database.close(), done(writing.error?.name));
        };
      }),
  );
}
