import { LISTS, type ListName, type PageSession } from "../src/page/model.ts";

/** What the server sends. `src/serve/` builds it. */
export interface Update {
  version: number;
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
  atMs?: number;
  before: string;
  match: string;
  after: string;
}

/** Sends a request to the page's server. Addresses are relative to the page. */
export async function ask<T>(
  path: string,
  query: Record<string, string> = {},
  closed?: AbortSignal,
): Promise<T> {
  const options = closed === undefined ? {} : { signal: closed };
  const response = await fetch(`api/${path}?${new URLSearchParams(query)}`, options);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as T;
}

/** Applies an update to a page: cuts each list where the update begins, and appends the update's items. */
export function applied(before: PageSession | undefined, { from, page }: Update): PageSession {
  if (before === undefined) return page;
  const next = { ...page };
  for (const list of LISTS)
    Object.assign(next, { [list]: [...before[list].slice(0, from[list]), ...page[list]] });
  return next;
}

/** Listens to an event stream of the server. Returns a function that stops it. */
export function listen<T>(path: string, query: Record<string, string>, onEvent: (event: T) => void) {
  const source = new EventSource(`api/${path}?${new URLSearchParams(query)}`);
  source.onmessage = ({ data }) => onEvent(JSON.parse(data) as T);
  // The browser's own retry would repeat the request with the old position.
  source.onerror = () => source.close();
  return () => source.close();
}

/** Calls `onUpdate` whenever the session has grown. Returns a function that stops it. */
export function follow(
  key: string,
  { version, finished }: Pick<Update, "version" | "finished">,
  onUpdate: (update: Update) => void,
) {
  const lengths = Object.fromEntries(LISTS.map((list) => [list, String(finished[list])]));
  return listen<Update>("live", { key, version: String(version), ...lengths }, onUpdate);
}

/** Returns the data of a shared file, or undefined on a page from a server. */
export async function embedded(): Promise<unknown> {
  const packed = document.getElementById("data")?.textContent ?? "";
  if (packed === "") return undefined;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
