// What the tests find on the server.

import type { Server } from "./server.ts";

/** Addresses that filling the demo said one may try, such as `/s/ABCD2345`: the link of a desk first. */
export function links(server: Server): string[] {
  return server.filled.split("\n").filter((line) => line.startsWith("/"));
}

/** Where a walk along the links begins: the home pages, what filling the database named, and what no link leads to. */
export function seeds(server: Server): string[] {
  const desk = links(server).find((link) => link.startsWith("/s/"));
  const unlinked = desk ? [`/en${desk}`, `${desk}/thanks`, `${desk}/embed`, `${desk}/poster`, `/en${desk}/poster?paper=a5`] : [];
  return ["/", "/en", ...links(server), ...unlinked];
}
