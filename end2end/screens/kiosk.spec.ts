// Every screen of the desk device, on the three kinds of screens that it stands on, for people to look at.

import { type Page, test } from "@playwright/test";

import { type Desk, enrol, Machine, openStaff, startDesk } from "../support/kiosk.ts";

const SCREENS = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
} as const;

test.describe.configure({ timeout: 300_000 });

for (const [name, viewport] of Object.entries(SCREENS)) {
  test(`the desk device on a ${name} screen`, async () => {
    const desk: Desk = await startDesk();
    const machine = await Machine.make();
    try {
      const page = await machine.start(viewport);
      const shot = shooter(page, name);
      await page.goto(`${desk.proxy.origin}/kiosk/`);
      await page.getByLabel("Mã đăng ký").waitFor();
      await shot("enrol");
      await enrol(page, desk);
      await shot("attract");
      await page.getByRole("button", { name: "Bắt đầu" }).click();
      await shot("single");
      await page.getByRole("button", { name: "Bỏ qua" }).click();
      await page.getByRole("button", { name: "Bỏ qua" }).click();
      await shot("options");
      await page.getByRole("button", { name: "Bỏ qua" }).click();
      await shot("faces");
      await page.getByRole("button", { name: "English" }).click();
      await page.getByRole("button", { name: "Larger text" }).click();
      await page.getByRole("button", { name: "High contrast" }).click();
      await shot("faces-en-large-contrast");
      await page.getByRole("button", { name: "Dissatisfied", exact: true }).click();
      await page.getByText("How satisfied are you with each").waitFor();
      await shot("row");
      for (let n = 0; n < 3; n += 1) await page.getByRole("button", { name: "Skip" }).click();
      await shot("reasons");
      while ((await page.locator("textarea").count()) === 0) await page.locator(".kiosk-on").click();
      await shot("remark");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("heading", { name: "Thank you" }).waitFor();
      await shot("thanks");
      await page.getByRole("button", { name: "Done" }).click();
      await openStaff(page);
      await shot("staff");
    } finally {
      await machine.discard();
      await desk.close();
    }
  });
}

function shooter(page: Page, screen: string) {
  return async (what: string) => {
    await page.screenshot({ path: `../target/screens/kiosk-${screen}-${what}.png` });
  };
}
