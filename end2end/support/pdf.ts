// A PDF that Chromium made: how many sheets there are, how large, and what is written on each. No viewer is needed for that, but it
// reads nothing that other programs make.

import { inflateSync } from "node:zlib";

/** One sheet. */
export interface Sheet {
  /** In millimetres. */
  readonly width: number;
  readonly height: number;
  /** Every letter on it in the order of drawing, without spaces. */
  readonly text: string;
}

/** What stands between spaces in a sheet is put together there; the same is done to what is looked for. */
export function letters(text: string): string {
  return text.normalize("NFC").replaceAll(/\s+/g, "");
}

const MM_A_POINT = 25.4 / 72;

/** The sheets of a PDF, in their order. */
export function sheetsOf(pdf: Buffer): Sheet[] {
  const objects = objectsOf(pdf);
  const found: Sheet[] = [];
  for (const page of inOrder(objects)) {
    const [, , width = 0, height = 0] = (/\/MediaBox\s*\[([^\]]*)\]/.exec(page.head)?.[1] ?? "").trim().split(/\s+/).map(Number);
    const contents = references(/\/Contents\s*(\[[^\]]*\]|\d+ 0 R)/.exec(page.head)?.[1] ?? "");
    const text = contents.map((number) => written(objects, page.head, objects.get(number)?.stream ?? "")).join("");
    found.push({ width: width * MM_A_POINT, height: height * MM_A_POINT, text: letters(text) });
  }
  return found;
}

interface Thing {
  /** What stands before the stream, or all of it. */
  readonly head: string;
  /** Unpacked. */
  readonly stream: string;
}

function objectsOf(pdf: Buffer): Map<number, Thing> {
  const objects = new Map<number, Thing>();
  // One letter a byte, so that places in the text are places in the file.
  for (const [, number, body = ""] of pdf.toString("latin1").matchAll(/(?:^|[\r\n])(\d+) 0 obj\s*([\s\S]*?)\s*endobj/g)) {
    const [opened = "", head = body] = /^([\s\S]*?)>>\s*stream\r?\n/.exec(body) ?? [];
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const bytes = Buffer.from(body.slice(opened.length, opened.length + length), "latin1");
    const packed = opened !== "" && head.includes("/FlateDecode");
    objects.set(Number(number), { head, stream: opened === "" ? "" : (packed ? inflateSync(bytes) : bytes).toString("latin1") });
  }
  return objects;
}

function references(text: string): number[] {
  return [...text.matchAll(/(\d+) 0 R/g)].map(([, number]) => Number(number));
}

/** The pages as the tree of pages has them. */
function inOrder(objects: ReadonlyMap<number, Thing>): Thing[] {
  const isTree = (thing: Thing) => /\/Type\s*\/Pages\b/.test(thing.head);
  const below = (thing: Thing): Thing[] => {
    if (!isTree(thing)) return [thing];
    const kids = references(/\/Kids\s*\[([^\]]*)\]/.exec(thing.head)?.[1] ?? "");
    return kids.flatMap((kid) => below(objects.get(kid) ?? { head: "", stream: "" }));
  };
  const root = [...objects.values()].find((thing) => isTree(thing) && !/\/Parent\b/.test(thing.head));
  if (!root) throw new Error("this PDF has no tree of pages");
  return below(root);
}

/** The objects that a page or a drawing inside it names, by their names. */
function named(head: string): Map<string, number> {
  return new Map([...head.matchAll(/\/([A-Za-z]+\d+)\s+(\d+) 0 R/g)].map(([, name = "", number]) => [name, Number(number)]));
}

/** What the operators of a drawing write. */
function written(objects: ReadonlyMap<number, Thing>, head: string, operators: string): string {
  const names = named(head);
  let font: ReadonlyMap<number, string> = new Map();
  let bytes = 2;
  let text = "";
  for (const [, set, shown, drawn] of operators.matchAll(/\/(\w+)\s+[\d.]+\s+Tf|((?:<[0-9A-Fa-f]*>|\[[^\]]*\]))\s*T[jJ]|\/(\w+)\s+Do/g)) {
    if (set) {
      const used = objects.get(names.get(set) ?? 0)?.head ?? "";
      bytes = used.includes("/Type0") ? 2 : 1;
      font = unicodeOf(objects.get(Number(/\/ToUnicode (\d+) 0 R/.exec(used)?.[1] ?? 0))?.stream ?? "");
    } else if (shown) {
      for (const [, hex = ""] of shown.matchAll(/<([0-9A-Fa-f]*)>/g)) {
        for (const code of hex.match(new RegExp(`.{${2 * bytes}}`, "g")) ?? []) text += font.get(Number.parseInt(code, 16)) ?? "";
      }
    } else if (drawn) {
      const inside = objects.get(names.get(drawn) ?? 0);
      if (inside?.head.includes("/Form")) text += written(objects, inside.head, inside.stream);
    }
  }
  return text;
}

/** What the codes of a font mean. */
function unicodeOf(map: string): Map<number, string> {
  const meanings = new Map<number, string>();
  const utf16 = (hex: string) => Buffer.from(hex, "hex").swap16().toString("utf16le");
  for (const [, lines = ""] of map.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, code = "", to = ""] of lines.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) {
      meanings.set(Number.parseInt(code, 16), utf16(to));
    }
  }
  for (const [, lines = ""] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, from = "", until = "", to = ""] of lines.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) {
      const [first, last, letter] = [from, until, to].map((hex) => Number.parseInt(hex, 16)) as [number, number, number];
      for (let code = first; code <= last; code += 1) meanings.set(code, String.fromCodePoint(letter + code - first));
    }
  }
  return meanings;
}
