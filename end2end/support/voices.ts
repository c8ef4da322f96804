// What a device says: with recordings, and with a voice of its own.

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    /** The addresses of the recordings that came to their end, in order. */
    heard: string[];
    /** What the voice was told to say, in order, with the language. */
    said: string[];
    /** The voice has said what it was told last. */
    sayOn: () => void;
  }
}

/** Runs in the page before its own scripts: notes what is played, and that it came to its end. */
export function listen(): void {
  window.heard = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    this.addEventListener("ended", () => window.heard.push(new URL(this.src).pathname));
    return play.call(this);
  };
}

/** Runs in the page before its own scripts: voices for these languages, which say something until they are told to go on. */
export function speak(languages: string[]): void {
  const voices = languages.map((lang) => Object.create(SpeechSynthesisVoice.prototype, { lang: { value: lang }, name: { value: lang } }));
  class Utterance {
    lang = "";
    voice: unknown;
    onend: (() => void) | null = null;
    onerror: (() => void) | null = null;
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
  }
  let saying: Utterance | undefined;
  window.said = [];
  window.sayOn = () => {
    const said = saying;
    saying = undefined;
    said?.onend?.();
  };
  const synthesis = {
    getVoices: () => voices,
    addEventListener: () => undefined,
    speak(utterance: Utterance) {
      saying = utterance;
      window.said.push(`${utterance.lang}: ${utterance.text}`);
    },
    cancel() {
      const said = saying;
      saying = undefined;
      said?.onerror?.();
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
}

/** What the voice was told to say so far. */
export function said(page: Page): Promise<string[]> {
  return page.evaluate(() => window.said);
}
