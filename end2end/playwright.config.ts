import { defineConfig } from "@playwright/test";

// Debian's Chromium: nothing is downloaded. Playwright gives every launch a profile folder of its own.
const chromium = process.env.NGHE_DAN_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  projects: [
    { name: "tests", testDir: "tests" },
    { name: "screens", testDir: "screens" },
    // Measures, and asserts nothing: alone on the machine, or the figures mean nothing.
    { name: "bench", testDir: "bench", fullyParallel: false },
  ],
  outputDir: "../target/end2end",
  // Two cores: more workers would only make the timings worse.
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI === "true",
  // A test that passes at the second try has found something, and is listed as flaky. Here it fails at once; a machine of which
  // nothing is known may try again. What counts answers never does, nor what looks for traces of them.
  retries: process.env.CI === "true" ? 1 : 0,
  // How long a condition may take is no claim about the product, and the machine may do much else: a wait is as long as it has
  // to be, and a test ends long before the whole run would.
  timeout: 900_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["./support/matrix.ts"]],
  use: {
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
        "--font-render-hinting=none",
      ],
    },
  },
});
