// A language pack made from the template that the program writes. Its words are Vietnamese in brackets, in a language for
// private use: no translation and no voice is invented.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import type { Server } from "./server.ts";

const FONTS = resolve(import.meta.dirname, "../../public/fonts");

/** A folder for packs, empty. */
export function packFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "nghe-dan-languages-"));
}

/** Removes the folder. */
export function discard(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

interface Entry {
  vi: string;
  text: string;
}

/** Fills the folder with a pack of the language `qaa`, which runs from right to left. Leaves out what `missing` names. */
export async function makePack(server: Server, folder: string, font: string, missing: readonly string[] = []): Promise<void> {
  await server.run("language", "template", "qaa", "--name", "Qaa", "--languages", folder);
  const pack = join(folder, "qaa");
  await writeFile(join(pack, "language.toml"), 'name = "Qaa"\ndirection = "rtl"\nfont = "font.woff2"\n');
  await writeFile(join(pack, "font.woff2"), await readFile(join(FONTS, font)));

  const interfaceFile = join(pack, "interface.ftl");
  const lines = (await readFile(interfaceFile, "utf8")).split("\n");
  // In the template Vietnamese stands first above the key, then English.
  const texts = lines.flatMap((line, place) => {
    const key = /^# ([a-z-]+) =$/.exec(line)?.[1];
    if (!key || missing.includes(key)) return [];
    const above = lines.slice(lines.lastIndexOf("", place) + 1, place);
    return [`${key} = [${(above[0] ?? "").replace(/^# /, "")}]`];
  });
  await writeFile(interfaceFile, `${texts.join("\n")}\n`);

  const file = join(pack, "questionnaires/desk-rating/1.json");
  const entries = JSON.parse(await readFile(file, "utf8")) as Record<string, Entry>;
  for (const [name, entry] of Object.entries(entries)) entry.text = missing.includes(name) ? "" : `[${entry.vi}]`;
  await writeFile(file, JSON.stringify(entries));

  await mkdir(join(pack, "voice/desk-rating/1"), { recursive: true });
  await writeFile(join(pack, "voice/desk-rating/1/question.purpose.wav"), tone());
  await writeFile(join(pack, "voice/desk-rating/1/question.purpose.option.submit.wav"), tone(660));
}

/** A quarter of a second of a tone, as a WAV file. */
function tone(hertz = 440): Buffer {
  const rate = 8_000;
  const samples = rate / 4;
  const file = Buffer.alloc(44 + samples);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + samples, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples, 40);
  for (let n = 0; n < samples; n += 1) file[44 + n] = 128 + Math.round(60 * Math.sin((2 * Math.PI * hertz * n) / rate));
  return file;
}
