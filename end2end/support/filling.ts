// Databases are filled once a run, and every server begins with a copy: filling takes longer than most tests.

import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { test } from "@playwright/test";

/** Runs `nghe-dan` with these arguments on a database, and returns what it prints. */
export type Run = (...command: string[]) => Promise<string>;

/** A way to fill a database. */
export interface Filling {
  /** Tells this way from others. */
  readonly name: string;
  /** Fills it; what this returns is told to everyone who gets a copy. */
  fill(run: Run): Promise<string>;
}

/** The campaigns of the demo, whose figures move with every answer. Filling it takes a while in a debug build. */
export const DEMO: Filling = { name: "demo", fill: (run) => run("demo", "--small") };

/** A filled database, which nobody may change. */
interface Template {
  readonly folder: string;
  readonly printed: string;
}

/** How long another worker may take to fill it. */
const PATIENCE_MS = 300_000;

/** The database filled in this way, by whichever worker asks first. `on` runs commands on the database in a folder. */
export async function filled(filling: Filling, on: (folder: string) => Run): Promise<Template> {
  // Playwright empties the folder of its output when a run begins.
  const place = join(test.info().project.outputDir, ".filled", filling.name);
  const folder = join(place, "database");
  const printed = join(place, "printed");
  await mkdir(join(place, ".."), { recursive: true });
  const first = await mkdir(place).then(() => true, () => false);
  if (first) {
    try {
      await mkdir(folder);
      await writeFile(`${printed}.part`, await filling.fill(on(folder)));
      // What can be read is complete.
      await rename(`${printed}.part`, printed);
    } catch (error) {
      await rm(place, { recursive: true, force: true });
      throw error;
    }
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await exists(printed))) {
    if (Date.now() > deadline) throw new Error(`nobody filled ${place}`);
    await new Promise((next) => setTimeout(next, 100));
  }
  return { folder, printed: await readFile(printed, "utf8") };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
