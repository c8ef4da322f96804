// A desk device in a browser profile on disk, and a server with one point for it.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect, type Page, test as base } from "@playwright/test";

import { type Certificate, makeCertificate } from "./certificate.ts";
import type { Filling, Run } from "./filling.ts";
import { Machine } from "./machine.ts";
import { numberOf } from "./person.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { type Server, startServer } from "./server.ts";

export const PIN = "246810";
const CAMPAIGN = "desk-2026";
/** What the version that begins tomorrow asks first, when there is one. */
export const TOMORROW = "Ông/Bà đến đây vì việc gì?";
const DAY_MS = 86_400_000;

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
  /** The id of the only device. */
  device(): Promise<string>;
  close(): Promise<void>;
}

/** A stored response, as far as the tests look at it. */
export interface Stored {
  readonly mode: string;
  readonly language: string;
  readonly answered_on: string;
  readonly status: string;
  readonly reason: string | null;
  readonly respondent: Record<string, unknown>;
  readonly answers: Record<string, unknown>;
}

/** The civil date in Việt Nam at an instant. */
export function civilDate(at: number): string {
  return new Date(at + 7 * 3_600_000).toISOString().slice(0, 10);
}

interface Options {
  /** Server and proxy speak https, with a certificate of their own or this one. */
  https?: boolean | Certificate;
  /** Version 2 is asked from tomorrow on, or has been from the first day. */
  changes?: boolean | "already";
  /** Further flags of the server. */
  flags?: readonly string[];
}

/** A campaign and one point whose limit no test reaches; prints the point's code. */
function filling(changes: boolean | "already"): Filling {
  return {
    name: `desk-${changes}`,
    async fill(run) {
      const names = ["--title-vi", "Đánh giá tại quầy 2026", "--title-en", "Desk rating 2026"];
      const agency = ["--agency-vi", "Sở Nội vụ tỉnh Đồng Tháp", "--agency-en", "Department of Home Affairs of Dong Thap"];
      const asked = ["--unit", "82", "--selection", "open", "--starts-on", "2026-01-01"];
      await run("migrate");
      if (changes) await publishSecond(run);
      if (changes !== "already") asked.push("--questionnaire", "desk-rating/1");
      if (changes === "already") asked.push("--questionnaire", "desk-rating/2");
      if (changes === true) asked.push("--questionnaire", `desk-rating/2@${civilDate(Date.now() + DAY_MS)}`);
      await run("campaign", "add", CAMPAIGN, ...names, ...agency, ...asked);
      const place = ["--campaign", CAMPAIGN, "--unit", "29954", "--label", "Quầy 3", "--hourly-limit", "100000"];
      return (await run("point", "add", ...place)).split("\t")[0] ?? "";
    },
  };
}

/** Starts a server with one point, behind a proxy. */
export async function startDesk({ https = false, changes = false, flags = [] }: Options = {}): Promise<Desk> {
  const made = https === true ? await makeCertificate() : undefined;
  const certificate = typeof https === "object" ? https : made;
  const server = await startServer(filling(changes), certificate, flags);
  const point = server.filled;
  const versions = changes === "already" ? ["2"] : changes ? ["1", "2"] : ["1"];
  const proxy = await startProxy(Number(new URL(server.origin).port), certificate);
  const responses = async (version = versions[0]) => {
    const rows = await server.run("export", CAMPAIGN, "--questionnaire", `desk-rating/${version}`, "--format", "jsonl");
    const lines = rows.split("\n").filter((row) => row !== "");
    return lines.map((row) => JSON.parse(row) as Stored);
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
    async device() {
      const [, line = ""] = (await server.run("device", "list")).split("\n");
      return line.split("\t")[0] ?? "";
    },
    async close() {
      await proxy.close();
      await server.stop();
      await made?.discard();
    },
  };
}

/** The desk rating as it is shipped. */
const SHIPPED = resolve(import.meta.dirname, "../../data/questionnaires/desk-rating-1.json");

/** The numbers of the responses that the server holds, as `finish` gave them; version 2 asks the same first questions. */
export async function numbers(desk: Desk): Promise<number[]> {
  const { sections } = JSON.parse(await readFile(SHIPPED, "utf8"));
  const questions = sections.flatMap((section: { questions: unknown }) => section.questions);
  const stored = (await Promise.all(desk.versions.map((version) => desk.responses(version)))).flat();
  return stored.map((row) => numberOf({ ...row.respondent, ...row.answers }, questions));
}

/** Kinds of questions that the desk rating does not ask. */
const KINDS = [
  { id: "kind_yes_no", text: { vi: "Ông/Bà có được hẹn ngày trả kết quả không?", en: "Were you given a date for the result?" }, answer: { kind: "yes_no" } },
  { id: "kind_number", text: { vi: "Ông/Bà đã đến đây bao nhiêu lần vì việc này?", en: "How many times did you come here for this?" }, answer: { kind: "number", min: 1, max: 20 } },
  { id: "kind_date", text: { vi: "Ông/Bà nộp hồ sơ ngày nào?", en: "On which day did you hand in your papers?" }, answer: { kind: "date" } },
  { id: "kind_short", text: { vi: "Tên thủ tục", en: "Name of the procedure" }, answer: { kind: "short_text", max_length: 80 } },
];

/** Publishes the desk rating again, as version 2: with another first sentence, and every kind of question. */
async function publishSecond(run: Run): Promise<void> {
  const definition = JSON.parse(await readFile(SHIPPED, "utf8"));
  definition.version = "2";
  definition.sections[0].questions[0].text.vi = TOMORROW;
  definition.sections.at(-1).questions.unshift(...KINDS);
  const folder = await mkdtemp(join(tmpdir(), "nghe-dan-version-"));
  const file = join(folder, "desk-rating-2.json");
  await writeFile(file, JSON.stringify(definition));
  await run("import-questionnaire", file);
  await rm(folder, { recursive: true });
}

interface KioskFixtures {
  /** Whether another version is asked from tomorrow on. */
  changes: boolean;
  /** Further flags of the server. */
  flags: readonly string[];
  desk: Desk;
  /** Switched off before its server is. */
  machine: Machine;
}

/** A test with a server and a device of its own. */
export const test = base.extend<KioskFixtures>({
  changes: [false, { option: true }],
  flags: [[], { option: true }],
  desk: async ({ changes, flags }, use) => {
    const desk = await startDesk({ https: true, changes, flags });
    await use(desk);
    await desk.close();
  },
  machine: async ({ desk }, use) => {
    const machine = await Machine.make(desk.certificate);
    await use(machine);
    await machine.discard();
  },
});

export { expect, Machine };
export { finish, goOn, goOnTo } from "./person.ts";

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
    await expect(page.locator(".kiosk-trial")).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
}

/** Waits until the page would start without a network. */
export async function kept(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    await navigator.serviceWorker.ready;
    return navigator.serviceWorker.controller !== null;
  });
}

/** Opens the staff's screen. */
export async function openStaff(page: Page): Promise<void> {
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("Escape");
  await page.getByLabel("Mã PIN của máy").fill(PIN);
  await page.getByRole("button", { name: "Mở" }).click();
  await expect(page.getByRole("heading", { name: "Tình trạng máy" })).toBeVisible();
}
