// Versions of the desk rating that the tests publish beside the one that is shipped.

import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import type { Run } from "./filling.ts";
import { withFolder } from "./folder.ts";

/** The desk rating as it is shipped. */
export const SHIPPED = resolve(import.meta.dirname, "../../data/questionnaires/desk-rating-1.json");

/**
 * Whether another version than the first is asked: from tomorrow on, or from the first day. The long one asks at a length that
 * no screen was made for.
 */
export type Changes = boolean | "already" | "long";

/** What the version that begins tomorrow asks first, when there is one. */
export const TOMORROW = "Ông/Bà đến đây vì việc gì?";

/** Kinds of questions that the desk rating does not ask. */
const KINDS = [
  { id: "kind_yes_no", text: { vi: "Ông/Bà có được hẹn ngày trả kết quả không?", en: "Were you given a date for the result?" }, answer: { kind: "yes_no" } },
  { id: "kind_number", text: { vi: "Ông/Bà đã đến đây bao nhiêu lần vì việc này?", en: "How many times did you come here for this?" }, answer: { kind: "number", min: 1, max: 20 } },
  { id: "kind_date", text: { vi: "Ông/Bà nộp hồ sơ ngày nào?", en: "On which day did you hand in your papers?" }, answer: { kind: "date" } },
  { id: "kind_short", text: { vi: "Tên thủ tục", en: "Name of the procedure" }, answer: { kind: "short_text", max_length: 80 } },
];

/** Longer than any question that is asked anywhere, as an institution may come to write one. */
const LONG = {
  vi: `${"Xét chung mọi việc từ lúc đến quầy, lấy số, chờ đến lượt, được hướng dẫn, nộp giấy tờ và nhận giấy hẹn, ".repeat(5)}Ông/Bà hài lòng đến mức nào?`,
  en: `${"Taking together all since you came to the desk, took a number, waited, were guided and were given a date, ".repeat(5)}how satisfied are you?`,
};

/** Publishes the desk rating again, as version 2: with another first sentence, and every kind of question. */
export async function publishSecond(run: Run, long: boolean): Promise<void> {
  const definition = JSON.parse(await readFile(SHIPPED, "utf8"));
  definition.version = "2";
  definition.sections[0].questions[0].text.vi = TOMORROW;
  definition.sections.at(-1).questions.unshift(...KINDS);
  const rating = definition.sections.find((section: { id: string }) => section.id === "rating");
  if (long) for (const question of rating.questions) question.text = LONG;
  await withFolder(async (folder) => {
    const file = join(folder, "desk-rating-2.json");
    await writeFile(file, JSON.stringify(definition));
    await run("import-questionnaire", file);
  });
}
