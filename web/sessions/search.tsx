import { useEffect, useRef, useState } from "preact/hooks";
import { type Hit, listen } from "../data.ts";
import { count, plural } from "../format.ts";

/** A search through the texts of all sessions, with its results so far. */
export interface Search {
  hits: ReadonlyMap<string, Hit[]> | undefined;
  /** The query that was started last. */
  words: string;
  searched: number | undefined;
  start: (words: string) => void;
}

/** Runs a search on the server, at first for `atStart` if it has words. A new search stops the one before. */
export function useSearch(atStart = ""): Search {
  const [hits, setHits] = useState<ReadonlyMap<string, Hit[]>>();
  const [query, setQuery] = useState(atStart);
  const [searched, setSearched] = useState<number>();
  const stop = useRef(() => {});
  const start = (words: string) => {
    stop.current();
    setQuery(words);
    setHits(words.trim() === "" ? undefined : new Map());
    setSearched(undefined);
    if (words.trim() === "") return;
    setSearched(0);
    const end = listen<{ searched: number; found: { key: string; hits: Hit[] }[]; isComplete?: boolean }>(
      "search",
      { words },
      (event) => {
        if (event.found.length > 0)
          setHits(
            (before) =>
              new Map([...(before ?? []), ...event.found.map(({ key, hits: of }) => [key, of] as const)]),
          );
        setSearched((before) => (event.isComplete ? undefined : (before ?? 0) + event.searched));
        if (event.isComplete) end();
      },
    );
    stop.current = end;
  };
  useEffect(() => {
    if (atStart !== "") start(atStart);
    return () => stop.current();
  }, []);
  return { hits, words: query, searched, start };
}

export function SearchBox({ search }: { search: Search }) {
  const [words, setWords] = useState(search.words);
  useEffect(() => setWords(search.words), [search.words]);
  return (
    <form
      class="row grow"
      onSubmit={(event: Event) => {
        event.preventDefault();
        search.start(words);
      }}
    >
      <input
        type="search"
        class="grow"
        aria-label="Words in prompts, answers, commands and results"
        placeholder='Find what was said: words or "a phrase"'
        value={words}
        onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setWords(currentTarget.value)}
      />
      <button type="submit">Find</button>
      {search.searched !== undefined && <span class="dim">searched {count(search.searched)}…</span>}
      {search.hits !== undefined && (
        <button
          type="button"
          onClick={() => {
            setWords("");
            search.start("");
          }}
        >
          {plural(search.hits.size, "session")} ✕
        </button>
      )}
    </form>
  );
}
