import { matcherOf } from "../src/search/match.ts";
import { wordsOf } from "../src/search/words.ts";
import { ask, type Hit, type ShownText } from "./data.ts";

/** Where the texts of a session come from: the server, which reads the transcript, or the shared file itself. */
export interface TextSource {
  /** Undefined if this page has no texts. */
  texts?: (items: readonly string[]) => Promise<ShownText[]>;
  find?: (words: string) => Promise<{ hits: Hit[]; isCut: boolean }>;
}

/** Loads the texts of a session from the server on request. */
export function serverTexts(key: string): TextSource {
  return {
    texts: (items) => ask("text", { key, items: items.join("\n") }),
    find: (words) => ask("find", { key, words }),
  };
}

/** Returns the texts in a shared file, by item. */
export function carriedTexts(texts: Record<string, ShownText[]> | undefined): TextSource {
  if (texts === undefined) return {};
  return {
    texts: async (items) => items.flatMap((item) => (Object.hasOwn(texts, item) ? (texts[item] ?? []) : [])),
    find: async (query) => {
      const words = wordsOf(query);
      if (words.length === 0) return { hits: [], isCut: false };
      const matchIn = matcherOf(words);
      const hits = Object.values(texts)
        .flat()
        .flatMap(({ kind, id, text }): Hit[] => {
          const match = matchIn(text);
          return match === undefined ? [] : [{ kind, id, ...match }];
        });
      return { hits: hits.slice(0, 200), isCut: hits.length > 200 };
    },
  };
}
