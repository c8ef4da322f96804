// What the tests find on the server.

import type { Server } from "./server.ts";

/** Addresses that filling the demo said one may try, such as `/s/ABCD2345`: the link of a desk first. */
export function links(server: Server): string[] {
  return server.filled.split("\n").filter((line) => line.startsWith("/"));
}

/** A unit, as the API finds it. */
interface Found {
  readonly address: string;
}

async function units(server: Server, query: Readonly<Record<string, string>>): Promise<Found[]> {
  const answer = await fetch(`${server.origin}/api/v1/units?${new URLSearchParams(query)}`);
  return ((await answer.json()) as { units: Found[] }).units;
}

/** What no link leads to and what goes wrong, with the status of the answer. */
const WRONG: Readonly<Record<string, number>> = {
  "/nothing-here": 404,
  "/results/nothing-here": 404,
  "/results?period=never": 400,
  // A slip of the finger, and a code that nobody has.
  "/s/2222223": 404,
  "/s/22222222": 404,
  "/s?code=2222": 422,
};

/** What the console says of a document that is meant to go wrong. */
export const EXPECTED = [
  ...Object.entries(WRONG).map(([path, status]) => new RegExp(`status of ${status} .* at https?://[^/]+(/en)?${escaped(path)}$`)),
  // The desk of a campaign that is over.
  /status of 410 .* at https?:\/\/[^/]+(\/en)?\/s\/[2-9A-Z]{8}$/,
];

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * Where a walk along the links begins: the home pages, what filling the database named, one unit of every kind, and what no link
 * leads to: searches, a code with several meanings, a unit that is no more, errors.
 */
export async function seeds(server: Server): Promise<string[]> {
  const desk = links(server).find((link) => link.startsWith("/s/")) ?? "";
  const point = await (await fetch(`${server.origin}/api/v1/points${desk.slice("/s".length)}`)).json();
  // From the country down to the commune of the desk, which have figures; a ward of Đồng Tháp that has none; the province
  // whose code is Đồng Tháp's since 2025.
  const shown = (point as { units: Found[] }).units;
  const [ward] = await units(server, { q: "29954" });
  const [ended] = await units(server, { q: "Tiền Giang", on: "2025-06-01" });
  if (!ward || !ended) throw new Error("the official units are not there");
  const results = [...shown, ward, ended].map(({ address }) => `/results/${address}`);
  const found = ["/results/82", "/results?q=an+binh", "/results?q=tien+giang", "/results?q=zzzz"];
  const both = ["", ...results, ...found, ...Object.keys(WRONG), desk, `${desk}/thanks`, `${desk}/embed`, `${desk}/poster`];
  const english = both.map((path) => `/en${path}`);
  return ["/", ...both.slice(1), ...links(server), ...english, `/en${desk}/poster?paper=a5`];
}
