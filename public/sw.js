// The desk page without a network. Holds the page, and the built files that it names, as one whole: a newer
// page is fetched completely beside the old one and takes its place only then. It touches no request but those
// of the page itself: answers are the page's own business.

const PAGE = "/kiosk/";
const PREFIX = "desk-";
/** Recorded voices: beside the whole, because the page works without them. */
const VOICES = "voices";
const FILE = /\/pkg\/[\w.-]+/g;
/** What the page of a desk device names, and nothing else that may answer in its place does. */
const OURS = /\/pkg\/desk\.[0-9a-f]{12}\.wasm/;

/** The page of the server with all its files, in a cache named by those files. Throws when anything is missing. */
async function fetchWhole() {
  const page = await good(PAGE, "no-store");
  const html = await page.clone().text();
  if (!OURS.test(html)) throw new Error("the page of something else, such as the log-in page of a network");
  const files = new Set(html.match(FILE));
  const sheets = [...files].filter((file) => file.endsWith(".css"));
  for (const sheet of sheets) {
    for (const file of (await (await built(sheet)).text()).match(FILE) ?? []) files.add(file);
  }
  const name = PREFIX + [...files].sort().join("|");
  if ((await current()) === name) return false;
  const fresh = await Promise.all([...files].map(async (file) => [file, await built(file)]));
  const cache = await caches.open(name);
  for (const [file, response] of fresh) await cache.put(file, response);
  // The page comes last: a cache with the page is whole.
  await cache.put(PAGE, page);
  for (const other of await caches.keys()) {
    if (other.startsWith(PREFIX) && other !== name) await caches.delete(other);
  }
  return true;
}

async function good(address, cache) {
  const response = await fetch(address, { cache, redirect: "error" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

/** A built file that is what its name says: in the name stands how the SHA-256 of the content begins. */
async function built(address) {
  const response = await good(address);
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (address.split(".").at(-2) !== hex.slice(0, 12)) throw new Error(`${address}: other content`);
  return response;
}

/** The name of the whole cache, if there is one. */
async function current() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && (await (await caches.open(name)).match(PAGE))) return name;
  }
  return undefined;
}

self.addEventListener("install", (event) => event.waitUntil(fetchWhole()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Keeps these recordings and no others; what cannot be fetched now is tried again with the next message. */
async function keepVoices(addresses) {
  const cache = await caches.open(VOICES);
  for (const { url } of await cache.keys()) {
    if (!addresses.includes(new URL(url).pathname)) await cache.delete(url);
  }
  for (const address of addresses) {
    if (await cache.match(address)) continue;
    const response = await built(address).catch(() => undefined);
    if (response) await cache.put(address, response);
  }
}

self.addEventListener("message", (event) => {
  // A page names the recordings that it wants kept.
  if (Array.isArray(event.data)) event.waitUntil(keepVoices(event.data));
  if (event.data !== "update") return;
  const done = fetchWhole().catch(() => false);
  event.waitUntil(done.then((newer) => event.ports[0]?.postMessage(newer)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && url.pathname.startsWith(PAGE);
  if (!page && !url.pathname.startsWith("/pkg/")) return;
  event.respondWith(
    (async () => {
      const name = await current();
      const kept = name && (await (await caches.open(name)).match(page ? PAGE : request.url));
      return kept ?? (await caches.match(request.url, { cacheName: VOICES })) ?? fetch(request);
    })(),
  );
});
