// What a browser complains about while a test looks at something else.

import type { Page } from "@playwright/test";

/**
 * Tells each complaint of a page, one line each: of its console, of a script that failed, of a request that did. Without
 * `scripting` a browser loads no scripts, and says so of each.
 */
export function watchProblems(page: Page, scripting: boolean, note: (problem: string) => void): void {
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // Which document or file it is about matters where a test asks for one that is not there.
    const { url } = message.location();
    note(`${message.type()}: ${message.text()}${url ? ` at ${url}` : ""}`);
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Leaving a page ends what it was still loading.
    const meant = why === "net::ERR_ABORTED" || (why === "csp" && !scripting);
    if (!meant) note(`request: ${request.url()} ${why}`);
  });
}
