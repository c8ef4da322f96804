// What a browser still knows of somebody: on the page, in the address, and in everything that a page can store.

import type { Page } from "@playwright/test";

/** What the device keeps of one finished answer, beside its sealed content. */
interface Kept {
  readonly state: string;
}

/** The records of the outbox. */
export function outbox(page: Page): Promise<Kept[]> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open("nghe-dan");
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    const all = database.transaction("outbox").objectStore("outbox").getAll();
    await new Promise((done) => (all.onsuccess = done));
    database.close();
    return all.result.map((record: string) => JSON.parse(record));
  });
}

/** How many finished answers are not known to be with the server. */
export async function unsent(page: Page): Promise<number> {
  const kept = await outbox(page);
  return kept.filter((record) => record.state !== "delivered").length;
}

/** How many finished answers the server refused. */
export async function refused(page: Page): Promise<number> {
  const kept = await outbox(page);
  return kept.filter((record) => record.state === "refused").length;
}

/** Where a text is found, by places: in what is shown, typed, addressed, and stored in whichever way. */
export function traces(page: Page, text: string): Promise<string[]> {
  return page.evaluate(async (text) => {
    const found: string[] = [];
    const look = (place: string, content: string | null | undefined) => {
      if (content?.includes(text)) found.push(place);
    };
    look("document", document.documentElement.outerHTML);
    look("title", document.title);
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")) {
      look("field", field.value);
    }
    look("address", decodeURIComponent(location.href));
    look("state of the history", JSON.stringify(history.state));
    look("name of the window", window.name);
    look("cookies", document.cookie);
    for (const [name, storage] of Object.entries({ localStorage, sessionStorage })) {
      for (const [key, value] of Object.entries(storage)) look(name, `${key}\n${value}`);
    }

    /** Whatever is stored, as the letters of its bytes. */
    const letters = async (value: unknown): Promise<string> => {
      if (typeof value === "string") return value;
      if (value instanceof Blob) return new TextDecoder("latin1").decode(await value.arrayBuffer());
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
      if (value instanceof Object) return (await Promise.all(Object.entries(value).flat().map(letters))).join("\n");
      return String(value);
    };
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const [keys, values] = await Promise.all([
          result(database.transaction(store).objectStore(store).getAllKeys()),
          result(database.transaction(store).objectStore(store).getAll()),
        ]);
        look(`IndexedDB ${name}, ${store}`, await letters([keys, values]));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        look(`cache ${name}`, `${decodeURIComponent(request.url)}\n${await letters(await response?.arrayBuffer())}`);
      }
    }
    return found;
  }, text);
}
