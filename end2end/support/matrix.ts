// Prints what became of the answers in every fault, as one table after all of them.

import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** What became of the answers of one fault. */
export interface Row {
  /** How many waited on the device when the line was opened again, or when it failed. */
  readonly queued: number;
  /** How many people saw the thanks. */
  readonly thanked: number;
  /** How many responses the server holds. */
  readonly stored: number;
  /** How many people were thanked for an answer that the server does not hold. */
  readonly lost: number;
  /** How many responses say the same as another one. */
  readonly twice: number;
  /** How many were sent, each as often as it was. */
  readonly sent: number;
}

/** The kind of a note of a test that holds a row. */
export const NOTE = "matrix";

export default class Matrix implements Reporter {
  private readonly rows: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    // A test may look several times; the last one counts.
    const noted = result.annotations.filter((annotation) => annotation.type === NOTE).at(-1);
    if (!noted?.description) return;
    const { queued, thanked, stored, lost, twice, sent } = JSON.parse(noted.description) as Row;
    const figures = [queued, thanked, stored, lost, twice, sent].join(" | ");
    this.rows.push(`| ${test.title} | ${figures} | ${result.status} |`);
  }

  onEnd(): void {
    if (this.rows.length === 0) return;
    console.log("\n| fault | queued | thanked | stored | lost | twice | sent | |\n|---|--:|--:|--:|--:|--:|--:|---|");
    for (const row of this.rows.sort()) console.log(row);
  }

  printsToStdio(): boolean {
    return false;
  }
}
