// What the tests find on the server.

import type { Server } from "./server.ts";

/** Where a walk along the links begins: the home pages, what filling the database named, and what no link leads to. */
export function seeds(server: Server): string[] {
  const desk = server.links.find((link) => link.startsWith("/s/"));
  const unlinked = desk ? [`/en${desk}`, `${desk}/thanks`, `${desk}/embed`, `${desk}/poster`, `/en${desk}/poster?paper=a5`] : [];
  return ["/", "/en", ...server.links, ...unlinked];
}
