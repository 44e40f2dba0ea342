import { LISTS, type ListName, type PageSession } from "../src/page/model.ts";

/** What the server sends; `src/serve/` makes it. */
export interface Update {
  from: Record<ListName, number>;
  finished: Record<ListName, number>;
  page: PageSession;
}

export interface ShownText {
  kind: "prompt" | "answer" | "thinking" | "call" | "result";
  id: string;
  text: string;
  left?: number;
}

export interface Hit {
  kind: ShownText["kind"];
  id: string;
  before: string;
  match: string;
  after: string;
}

/** Asks the server that the page came from; addresses are relative to it. */
export async function ask<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`api/${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as T;
}

/** What an update makes of the page before: lists are cut where it begins and go on with what it brings. */
export function applied(before: PageSession | undefined, { from, page }: Update): PageSession {
  if (before === undefined) return page;
  const next = { ...page };
  for (const list of LISTS)
    Object.assign(next, { [list]: [...before[list].slice(0, from[list]), ...page[list]] });
  return next;
}

/** Calls `onUpdate` whenever the session has grown; returns how to stop. */
export function follow(key: string, finished: Update["finished"], onUpdate: (update: Update) => void) {
  const query = new URLSearchParams({ key });
  for (const list of LISTS) query.set(list, String(finished[list]));
  const source = new EventSource(`api/live?${query}`);
  source.onmessage = ({ data }) => onUpdate(JSON.parse(data) as Update);
  // The browser's own retry would ask from where the page began.
  source.onerror = () => source.close();
  return () => source.close();
}

/** The data of a shared file; undefined on a page that a server sent. */
export async function embedded(): Promise<unknown> {
  const packed = document.getElementById("data")?.textContent ?? "";
  if (packed === "") return undefined;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
