// A questionnaire with a condition of every kind, most of them on one page, and a server that asks it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Filling } from "./filling.ts";
import { withFolder } from "./folder.ts";

type Condition = Record<string, unknown>;

const text = (vi: string) => ({ vi });
const option = (id: string) => ({ id, text: text(id) });
const single = (...ids: string[]) => ({ kind: "single", options: ids.map(option) });
const is = (item: string, option: string): Condition => ({ is: { item, option } });
const atMost = (item: string, score: number): Condition => ({ at_most: { item, score } });
const atLeast = (item: string, score: number): Condition => ({ at_least: { item, score } });
const answered = (item: string): Condition => ({ answered: { item } });
const not = (condition: Condition): Condition => ({ not: condition });

/** A question that is asked only where the condition holds, and is answered with yes or no. */
const only = (id: string, when: Condition) => ({ id, text: text(id), when, answer: { kind: "yes_no" } });
const question = (id: string, answer: object) => ({ id, text: text(id), answer });

const DEFINITION = {
  format: 1,
  key: "conditions",
  version: "1",
  title: text("Điều kiện"),
  provenance: { kind: "own", note: text("Phiếu thử."), sources: [] },
  method: "desk-rating-1",
  languages: ["vi"],
  scales: [{ id: "five", satisfied_from: 4, levels: ["một", "hai", "ba", "bốn", "năm"].map(text) }],
  parts: [
    {
      id: "service",
      title: text("Phục vụ"),
      factors: [{ id: "whole", title: text("Chung"), criteria: [{ id: "whole", text: text("whole") }] }],
    },
  ],
  sections: [
    {
      id: "before",
      title: text("Trước"),
      questions: [question("came", { kind: "yes_no" }), question("came_on", { kind: "date" })],
    },
    {
      id: "page",
      title: text("Trang"),
      questions: [
        question("field", single("land", "other")),
        question("one", single("a", "b", "c")),
        question("several", { kind: "multiple", options: ["x", "y", "z"].map(option) }),
        question("score", { kind: "rating", scale: "five", no_opinion: text("không có ý kiến") }),
        question("times", { kind: "number", min: 0, max: 20 }),
        question("day", { kind: "date" }),
        only("if_one", is("one", "a")),
        only("if_not_one", not(is("one", "a"))),
        only("if_several", { all: [is("several", "x"), not(is("several", "y"))] }),
        only("if_low", atMost("score", 2)),
        only("if_high", { any: [atLeast("score", 4), is("several", "z")] }),
        only("if_rated", answered("score")),
        only("if_times", answered("times")),
        only("if_day", answered("day")),
        only("if_no_day", not(answered("day"))),
        only("if_field", is("field", "land")),
        only("if_came", is("came", "yes")),
        only("if_came_on", answered("came_on")),
        // What is not asked any more answers nothing, whatever was chosen in it.
        only("if_if_one", is("if_one", "yes")),
        {
          id: "rows",
          text: text("rows"),
          answer: {
            kind: "grid",
            scale: "five",
            rows: [
              { id: "always", text: text("always") },
              { id: "if_b", text: text("if_b"), when: is("one", "b") },
            ],
          },
        },
        { id: "must", text: text("must"), when: is("one", "c"), required: true, answer: { kind: "yes_no" } },
      ],
    },
    {
      id: "after",
      title: text("Sau"),
      questions: [question("rate", { kind: "satisfaction", scale: "five", factors: ["whole"] })],
    },
  ],
};

/** Prints the codes of two points, the second of which knows the field. */
export const CONDITIONS: Filling = {
  name: "conditions",
  async fill(run) {
    await run("migrate");
    await withFolder(async (folder) => {
      const file = join(folder, "conditions-1.json");
      await writeFile(file, JSON.stringify(DEFINITION));
      await run("import-questionnaire", file);
    });
    const names = ["--title-vi", "Điều kiện", "--title-en", "Conditions", "--agency-vi", "Sở Nội vụ", "--agency-en", "Home Affairs"];
    const asked = ["--questionnaire", "conditions/1", "--unit", "82", "--selection", "open", "--starts-on", "2026-01-01"];
    await run("campaign", "add", "conditions", ...names, ...asked);
    const place = ["--campaign", "conditions", "--unit", "29954"];
    const made = [await run("point", "add", ...place), await run("point", "add", ...place, "--field", "land")];
    return made.map((line) => line.split("\t")[0] ?? "").join("\n");
  },
};
