// What the tests find on the server: pages that no link leads to.

/** Where a walk along the links begins. */
export const SEEDS: readonly string[] = ["/", "/en"];
