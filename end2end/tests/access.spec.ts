// What people need who enlarge, who cannot see colours or pages, and whom movement disturbs: survey and results.

import { contrasts, violations } from "../support/axe.ts";
import { hiddenFocus } from "../support/focus.ts";
import { answerAll, eachStep, FORMS, linkOf, onward, press } from "../support/form.ts";
import { CAMPAIGN, type Desk, startDesk } from "../support/kiosk.ts";
import { moving, unseen } from "../support/motion.ts";
import { overflows } from "../support/overflow.ts";
import { expect, test } from "../support/test.ts";

/** 1280 × 1024 at 400 %. */
const ENLARGED = { width: 320, height: 256 };
/** On which the buttons stand before the page, at the thumb. */
const PHONE = { width: 360, height: 800 };

for (const form of FORMS) {
  for (const path of ["", "/en"]) {
    test(`at 400 % and on a phone the ${form} at ${path}/s needs no scrolling sideways and hides nothing that has the focus`, async ({ page, server }) => {
      const found: string[] = [];
      await eachStep(page, path + linkOf(server, form), async (step) => {
        for (const [name, size] of Object.entries({ "400 %": ENLARGED, phone: PHONE })) {
          await page.setViewportSize(size);
          found.push(...(await overflows(page)).map((line) => `${step}, ${name}: ${line}`));
          found.push(...(await hiddenFocus(page)).map((line) => `${step}, ${name}: ${line}`));
        }
      });
      expect(found).toEqual([]);
    });

    test(`no step of the ${form} at ${path}/s breaks an accessibility rule`, async ({ page, server }) => {
      const found: string[] = [];
      await eachStep(page, path + linkOf(server, form), async (step) => {
        // With answers there is more on the page than without.
        await answerAll(page);
        found.push(...(await violations(page)).map((violation) => `${step}: ${violation}`));
      });
      expect(found).toEqual([]);
    });
  }
}

test("at 400 % the results need no scrolling sideways", async ({ page }) => {
  await page.setViewportSize(ENLARGED);
  for (const path of ["/results", "/en/results", "/results?order=weakest"]) {
    await page.goto(path);
    expect(await overflows(page), path).toEqual([]);
  }
});

for (const form of FORMS) {
  test(`in forced colours what was chosen in the ${form}, how far one is, and every button can be seen`, async ({ page, server }) => {
    await page.emulateMedia({ forcedColors: "active" });
    await eachStep(page, linkOf(server, form), async () => {
      await answerAll(page);
      expect(await contrasts(page)).toEqual([]);
      expect(await unseen(page)).toEqual([]);
    });
  });

  test(`nothing of the ${form} moves for those who asked for it`, async ({ page, server }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await eachStep(page, linkOf(server, form), async () => {
      await answerAll(page);
      expect(await moving(page)).toEqual([]);
    });
  });
}

for (const form of FORMS) {
  test(`in the ${form} every choice has a name, every group of choices its question, and every step says how far one is`, async ({ page, server }) => {
    let groups = 0;
    await eachStep(page, linkOf(server, form), async (step) => {
      const found = await page.evaluate(() => {
        const wrong: string[] = [];
        const sets = document.querySelectorAll("fieldset.question");
        for (const set of sets) {
          const legend = set.querySelector(":scope > legend");
          if (!legend?.textContent?.trim()) wrong.push("a group without a name");
          for (const id of (set.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== "")) {
            if (!document.getElementById(id)) wrong.push(`described by nothing: ${id}`);
          }
        }
        for (const input of document.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), textarea")) {
          if (!input.labels?.[0]?.textContent?.trim()) wrong.push(`a field without a name: ${input.name}`);
          const radio = input.type === "radio" || input.type === "checkbox";
          if (radio && !input.closest("fieldset.question")) wrong.push(`a choice outside of a group: ${input.name}`);
        }
        return { wrong, groups: sets.length };
      });
      expect(found.wrong).toEqual([]);
      groups += found.groups;
      const bar = page.getByRole("progressbar");
      if (await bar.isVisible()) {
        await expect(bar).toHaveAccessibleName(/Phần \d+ \/ \d+/);
        await expect(page).toHaveTitle(/^Phần \d+ \/ \d+: /);
      } else {
        expect(["start", "review"]).toContain(step);
      }
    });
    expect(groups).toBeGreaterThan(5);
  });
}

test.describe("errors", () => {
  let desk: Desk;

  test.beforeAll(async () => {
    desk = await startDesk({ changes: "already" });
    const place = ["--campaign", CAMPAIGN, "--unit", "29954", "--needs-code"];
    code = (await desk.server.run("point", "add", ...place)).split("\t")[0] ?? "";
  });
  test.afterAll(async () => {
    await desk?.close();
  });
  let code = "";
  test.use({ expected: [/status of 422 /] });

  test("are told in the title, take the focus, lead to their field, and the field tells them", async ({ page }) => {
    await page.goto(`${desk.server.origin}/s/${code}`);
    await page.getByLabel("Mã dùng một lần").fill("2222 2222 2222 2223");
    await page.getByRole("button", { name: "Bắt đầu" }).click();
    await expect(page).toHaveTitle(/^Lỗi: /);
    const summary = page.getByRole("alert");
    await expect(summary).toBeFocused();
    await expect(summary).toHaveAccessibleName("1 chỗ cần xem lại");
    expect(await violations(page)).toEqual([]);
    await summary.getByRole("link").click();
    const field = page.getByLabel("Mã dùng một lần");
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(/Mã chưa đúng/);
    await expect(field).toHaveValue("2222 2222 2222 2223");
  });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(() => {
      test.use({ javaScriptEnabled, viewport: { width: 360, height: 800 } });

      const how = javaScriptEnabled ? "with" : "without";
      test(`${how} scripting, a number that cannot be true is told at its field, and everything that was answered and typed stays`, async ({ page }) => {
        await page.goto(`${desk.server.origin}/s/${desk.point}`);
        await page.getByRole("button", { name: "Bắt đầu" }).click();
        await page.locator('input[name="a.respondent_type"][value="organisation"]').check();
        const number = page.getByRole("textbox", { name: "Ông/Bà đã đến đây bao nhiêu lần vì việc này?" });
        while (!(await number.isVisible())) await press(page, onward(page));
        await number.fill("30 lần");
        await page.getByRole("textbox", { name: "Tên thủ tục" }).fill("Cấp lại giấy <chứng nhận> & bản sao");
        await page.locator('input[name="a.kind_yes_no"]').first().check();
        await page.getByRole("button", { name: "Tiếp tục" }).click();

        await expect(page).toHaveTitle(/^Lỗi: /);
        const summary = page.getByRole("alert");
        await expect(summary).toHaveAccessibleName("1 chỗ cần xem lại");
        // Nothing but a script can move the focus, and the rules are asked by one.
        if (javaScriptEnabled) {
          await expect(summary).toBeFocused();
          expect(await violations(page)).toEqual([]);
        }
        const link = summary.getByRole("link");
        await expect(link).toHaveCount(1);
        await expect(link).toContainText("Xin nhập số nguyên");
        await link.click();
        await expect(number).toBeFocused();
        await expect(number).toHaveAttribute("aria-invalid", "true");
        await expect(number).toHaveAccessibleDescription(/số nguyên/);
        await expect(number).toHaveValue("30 lần");
        // Whoever comes from the list sees the field, and beside it the question and what is wrong.
        const question = page.locator(".question", { has: number });
        for (const part of [question.locator("label"), question.locator(".field-error"), number]) {
          await expect(part).toBeInViewport({ ratio: 1 });
        }
        await expect(page.getByRole("textbox", { name: "Tên thủ tục" })).toHaveValue("Cấp lại giấy <chứng nhận> & bản sao");
        await expect(page.locator('input[name="a.kind_yes_no"]').first()).toBeChecked();

        // What was mended is taken, and what was answered on other pages is still there.
        await number.fill("3");
        await page.getByRole("button", { name: "Tiếp tục" }).click();
        await expect(page).toHaveTitle(/^(?!Lỗi)/);
        const at = page.locator("input[name=_at]");
        while (!(await page.locator('input[name="a.respondent_type"][value="organisation"]').isVisible())) {
          const before = (await at.getAttribute("value")) ?? "";
          await page.getByRole("button", { name: "Quay lại" }).click();
          await expect(at).not.toHaveAttribute("value", before);
        }
        await expect(page.locator('input[name="a.respondent_type"][value="organisation"]')).toBeChecked();
      });
    });
  }
});
