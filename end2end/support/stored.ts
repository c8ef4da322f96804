// What a server holds, as `export` shows it.

import type { Server } from "./server.ts";

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

/** The responses of a campaign to a version of its questionnaire, such as `sipas/2023`. */
export async function exported(server: Server, campaign: string, questionnaire: string): Promise<Stored[]> {
  const what = ["--questionnaire", questionnaire, "--format", "jsonl", "--reason", "What a test compares."];
  const rows = await server.run("export", campaign, ...what);
  return rows
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => JSON.parse(row) as Stored);
}
