// Answers that the server does not take as they are: they stay on the device, sealed, until it was decided about them.

import { readFile } from "node:fs/promises";

import { CAMPAIGN, civilDate, DAY_MS, enrol, expect, online, openStaff, putIntoService, savedFile, staffSees, test } from "../support/kiosk.ts";
import { finish } from "../support/person.ts";
import { outbox, refused } from "../support/traces.ts";

const COUNT = 3;

// An answer that was lost once was lost.
test.describe.configure({ retries: 0 });
test.use({ expected: /status of 410 .* at https:\/\/[^/]+\/api\/v1\/responses\// });

test("answers of a day after the campaign's last: refused, shown to staff, handed in as a file, decided about, and gone", async ({ desk, machine }) => {
  const page = await machine.start();
  await page.clock.install();
  await enrol(page, desk);
  await putIntoService(page, desk);
  desk.proxy.set("cut");
  await finish(page, COUNT);
  await desk.server.run("campaign", "close", CAMPAIGN, "--on", civilDate(Date.now() - DAY_MS));
  desk.proxy.set("open");
  await online(page);
  await expect.poll(() => refused(page)).toBe(COUNT);
  // Whoever looks after the devices is told, and nobody is asked any more for what would be refused.
  await expect(async () => {
    await online(page);
    await expect(page.getByText("Hiện không có đợt lấy ý kiến tại đây")).toBeVisible({ timeout: 2_000 });
    expect(await desk.listed()).toMatchObject({ unsent: "0", refused: String(COUNT), troubles: "refused" });
  }).toPass();

  await page.clock.fastForward(5 * 60_000);
  await openStaff(page);
  await expect(staffSees(page, "Phiếu chưa gửi")).toHaveText("0");
  await expect(staffSees(page, "Phiếu bị từ chối")).toHaveText(String(COUNT));
  await expect(staffSees(page, "Phiếu bị từ chối lâu nhất")).toHaveText(/^[5-9] phút trước$/);
  await expect(staffSees(page, "Lý do từ chối")).toHaveText(`${COUNT} × đợt khảo sát đã kết thúc (campaign.closed)`);

  // Whoever runs the survey opens the file that nobody on the way can read, and says why.
  const file = await savedFile(page);
  await expect(page.getByText(`Đã lưu ${COUNT} trên ${COUNT} phiếu ra tệp.`)).toBeVisible();
  const carried = JSON.parse(await readFile(file, "utf8")) as { responses: { id: string }[] };
  const ids = carried.responses.map(({ id }) => id).sort();
  expect(ids).toHaveLength(COUNT);
  const reason = "To decide whether they count.";
  const [, ...shown] = (await desk.server.run("device", "deliver", file, "--show", "--reason", reason)).trim().split("\n");
  const lines = shown.map((line) => line.split("\t"));
  expect(lines.map(([id]) => id).sort()).toEqual(ids);
  for (const [, outcome, why, document = ""] of lines) {
    expect([outcome, why]).toEqual(["refused", "campaign.closed"]);
    expect(JSON.parse(document)).toMatchObject({ answered_on: civilDate(Date.now()), respondent: { purpose: expect.any(String) } });
  }
  expect(await desk.server.run("campaign", "reviews", CAMPAIGN)).toContain(`shown\t${COUNT}\t${reason}`);

  const settled = await desk.server.run("device", "settle", file);
  expect(settled.trim().split("\n").sort()).toEqual(ids.map((id) => `${id}\tsettled`));
  // A device that tries again is told that it need not keep them.
  await page.getByRole("button", { name: "Gửi ngay" }).click();
  await expect.poll(() => outbox(page)).toEqual([]);
  await expect(staffSees(page, "Phiếu bị từ chối")).toHaveText("0");
  await expect(staffSees(page, "Lý do từ chối")).toHaveText("–");
  await expect(async () => {
    await online(page);
    expect(await desk.listed()).toMatchObject({ refused: "0", troubles: "-" });
  }).toPass();
  expect(await desk.stored()).toBe(0);
});
