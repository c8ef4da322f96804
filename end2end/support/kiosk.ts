// A desk device in a browser profile on disk, and a server with one point for it.

import { readFile } from "node:fs/promises";

import { expect, type Locator, type Page, test as base } from "@playwright/test";

import { type Certificate, makeCertificate } from "./certificate.ts";
import { DEMO, type Filling } from "./filling.ts";
import { Machine } from "./machine.ts";
import { numberOf } from "./person.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { ask, type Server, startServer } from "./server.ts";
import { newerSite, type Site } from "./site.ts";
import { exported, type Stored } from "./stored.ts";
import { type Changes, publishSecond, SHIPPED } from "./versions.ts";

export const PIN = "246810";
export const CAMPAIGN = "desk-2026";
/** The campaign of the demo's desks. */
const DEMO_CAMPAIGN = "demo-desk";
export const DAY_MS = 86_400_000;

/** A server behind a proxy, with a campaign and a point. */
export interface Desk {
  readonly server: Server;
  readonly proxy: Proxy;
  /** What a browser has to trust, when both are on https. */
  readonly certificate: Certificate | undefined;
  /** The point's code. */
  readonly point: string;
  /** The versions that are asked. */
  readonly versions: readonly string[];
  /** What the server holds of a version, as `export` shows it. */
  responses(version?: string): Promise<Stored[]>;
  /** How many responses the server holds, of all versions. */
  stored(): Promise<number>;
  /** A code to enrol a device. */
  code(): Promise<string>;
  /** What `device list` says of the only device, by the names of its columns. */
  listed(): Promise<Readonly<Record<string, string>>>;
  /** The id of the only device. */
  device(): Promise<string>;
  close(): Promise<void>;
}

/** The civil date in Việt Nam at an instant. */
export function civilDate(at: number): string {
  return new Date(at + 7 * 3_600_000).toISOString().slice(0, 10);
}

interface Options {
  /** Server and proxy speak https, with a certificate of their own or this one. */
  https?: boolean | Certificate;
  changes?: Changes;
  /** The point is one of the demo. */
  demo?: boolean;
  /** Further flags of the server. */
  flags?: readonly string[];
}

/** A campaign and one point whose limit no test reaches; prints the point's code. */
function filling(changes: Changes): Filling {
  const tomorrow = civilDate(Date.now() + DAY_MS);
  return {
    // What begins tomorrow begins on another day in a run that goes on past midnight.
    name: changes === true ? `desk-${tomorrow}` : `desk-${changes}`,
    async fill(run) {
      const names = ["--title-vi", "Đánh giá tại quầy 2026", "--title-en", "Desk rating 2026"];
      const agency = ["--agency-vi", "Sở Nội vụ tỉnh Đồng Tháp", "--agency-en", "Department of Home Affairs of Dong Thap"];
      const asked = ["--unit", "82", "--selection", "open", "--starts-on", "2026-01-01"];
      await run("migrate");
      if (changes) await publishSecond(run, changes === "long");
      asked.push("--questionnaire", typeof changes === "string" ? "desk-rating/2" : "desk-rating/1");
      if (changes === true) asked.push("--questionnaire", `desk-rating/2@${tomorrow}`);
      await run("campaign", "add", CAMPAIGN, ...names, ...agency, ...asked);
      const place = ["--campaign", CAMPAIGN, "--unit", "29954", "--label", "Quầy 3", "--hourly-limit", "100000"];
      return (await run("point", "add", ...place)).split("\t")[0] ?? "";
    },
  };
}

/** Starts a server with one point, behind a proxy. */
export async function startDesk({ https = false, changes = false, demo = false, flags = [] }: Options = {}): Promise<Desk> {
  const made = https === true ? await makeCertificate() : undefined;
  const certificate = typeof https === "object" ? https : made;
  const server = await startServer(demo ? DEMO : filling(changes), certificate, flags);
  // The demo names the link of a desk before all others.
  const point = demo ? (/^\/s\/(\S+)$/m.exec(server.filled)?.[1] ?? "") : server.filled;
  const campaign = demo ? DEMO_CAMPAIGN : CAMPAIGN;
  const versions = typeof changes === "string" ? ["2"] : changes ? ["1", "2"] : ["1"];
  const proxy = await startProxy(Number(new URL(server.origin).port), certificate);
  const responses = (version = versions[0]) => exported(server, campaign, `desk-rating/${version}`);
  const listed = async () => {
    const [columns = [], cells = []] = (await server.run("device", "list")).split("\n").map((line) => line.split("\t"));
    return Object.fromEntries(columns.map((column, place) => [column, cells[place] ?? ""]));
  };
  return {
    server,
    proxy,
    certificate,
    point,
    versions,
    responses,
    async stored() {
      const all = await Promise.all(versions.map((version) => responses(version)));
      return all.flat().length;
    },
    async code() {
      const made = await server.run("device", "enrol", point, "--label", "Máy ở quầy 3", "--pin", PIN);
      return /^code\t(\S+)$/m.exec(made)?.[1] ?? "";
    },
    listed,
    async device() {
      return (await listed()).device ?? "";
    },
    async close() {
      await proxy.close();
      await server.stop();
      await made?.discard();
    },
  };
}

/** The numbers of the responses that the server holds, as `finish` gave them; version 2 asks the same first questions. */
export async function numbers(desk: Desk): Promise<number[]> {
  const { sections } = JSON.parse(await readFile(SHIPPED, "utf8"));
  const questions = sections.flatMap((section: { questions: unknown }) => section.questions);
  const stored = (await Promise.all(desk.versions.map((version) => desk.responses(version)))).flat();
  return stored.map((row) => numberOf({ ...row.respondent, ...row.answers }, questions));
}

interface KioskFixtures {
  changes: Changes;
  demo: boolean;
  /** Further flags of the server. */
  flags: readonly string[];
  /** What the browser may complain about, beside what the line does to it. One pattern: of two Playwright makes something else. */
  expected: RegExp | undefined;
  desk: Desk;
  /** Switched off before its server is. */
  machine: Machine;
  /** Makes a newer site, which goes with the test. */
  newer: (options?: { incomplete: boolean }) => Promise<Site>;
}

/** A test with a server and a device of its own. */
export const test = base.extend<KioskFixtures>({
  changes: [false, { option: true }],
  demo: [false, { option: true }],
  flags: [[], { option: true }],
  expected: [undefined, { option: true }],
  desk: async ({ changes, demo, flags }, use) => {
    const desk = await startDesk({ https: true, changes, demo, flags });
    await use(desk);
    await desk.close();
  },
  machine: async ({ desk, expected }, use) => {
    const machine = await Machine.make(desk.certificate);
    await use(machine);
    await machine.discard();
    const meant = [...(expected ? [expected] : []), ...desk.proxy.excuses()];
    const problems = machine.problems.filter((problem) => !meant.some((pattern) => pattern.test(problem)));
    expect(problems, "the browser complained").toEqual([]);
  },
  newer: async ({}, use) => {
    const made: Site[] = [];
    await use(async (options) => {
      const site = await newerSite(options);
      made.push(site);
      return site;
    });
    for (const site of made) await site.discard();
  },
});

export { expect, Machine };
export { TOMORROW } from "./versions.ts";

/** Ends the campaign long ago, and waits until the server says so to whoever comes. */
export async function closeCampaign({ server, point, certificate }: Desk): Promise<void> {
  await server.run("campaign", "close", CAMPAIGN, "--on", "2026-01-01");
  await expect.poll(async () => (await ask(`${server.origin}/s/${point}`, certificate)).status).toBe(410);
}

/** Types the code on a new device and waits until it is ready. */
export async function enrol(page: Page, desk: Desk): Promise<void> {
  await page.goto(`${desk.proxy.origin}/kiosk/`);
  await page.getByLabel("Mã đăng ký").fill(await desk.code());
  await page.getByRole("button", { name: "Đăng ký" }).click();
  await expect(page.getByRole("button", { name: "Bắt đầu" })).toBeVisible();
}

/** Tells the page that the network is back, as the browser would after a real outage. */
export function online(page: Page): Promise<boolean> {
  return page.evaluate(() => window.dispatchEvent(new Event("online")));
}

/** Lets the answers of the device count, and waits until it knows. */
export async function putIntoService(page: Page, desk: Desk): Promise<void> {
  await desk.server.run("device", "service", await desk.device());
  // A server sees within seconds what the command line made; the device asks when it is told that there is a network.
  await expect(async () => {
    await online(page);
    await expect(page.getByText("Chạy thử – không tính")).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
}

/** Waits until the page would start without a network. */
export async function kept(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    await navigator.serviceWorker.ready;
    return navigator.serviceWorker.controller !== null;
  });
}

/** What the staff's screen says under a name. */
export function staffSees(page: Page, name: string): Locator {
  return page.locator(".kiosk-staff dl div", { has: page.getByText(name, { exact: true }) }).locator("dd");
}

/** Lets the staff's screen save what the server does not hold, and gives the file. */
export async function savedFile(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Lưu phiếu chưa gửi ra tệp" }).click();
  return (await download).path();
}

/** Opens the staff's screen. */
export async function openStaff(page: Page): Promise<void> {
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill(PIN);
  await page.getByRole("button", { name: "Mở" }).click();
  await expect(page.getByRole("heading", { name: "Tình trạng máy" })).toBeVisible();
}
