import { LISTS, type ListName, type PageSession } from "../src/page/model.ts";
import { noteAnswer } from "./connection.tsx";

/** What the server sends. `src/serve/` builds it. */
export interface Update {
  /** The command that resumes the session. Only in the first answer. */
  resume?: string;
  version: number;
  from: Record<ListName, number>;
  finished: Record<ListName, number>;
  page: PageSession;
  /** What the session does now: see `src/serve/page-status.ts`. */
  status: string;
}

export interface ShownText {
  kind: "prompt" | "notification" | "answer" | "thinking" | "call" | "result" | "title";
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
  const response = await fetch(`api/${path}?${new URLSearchParams(query)}`, options).catch((error: Error) => {
    if (closed?.aborted) throw error;
    noteAnswer(false);
    throw new Error("ccotel view does not answer.");
  });
  noteAnswer(response.status !== 404 || (await isOurServer()));
  if (response.status === 404) throw new Error("there is no such session on this machine.");
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as T;
}

/** Whether the server is still the one that sent this page. A new one on the same port has another token. */
function isOurServer(): Promise<boolean> {
  return fetch(location.pathname, { method: "HEAD" }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Applies an update to a page: cuts each list where the update begins, and appends the update's items. */
export function applied(before: PageSession | undefined, { from, page }: Update): PageSession {
  if (before === undefined) return page;
  const next = { ...page };
  for (const list of LISTS)
    Object.assign(next, { [list]: [...before[list].slice(0, from[list]), ...page[list]] });
  return next;
}

/** Reads a stream of events from the server up to its last one. Returns a function that stops it. */
export function listen<T>(path: string, query: Record<string, string>, onEvent: (event: T) => void) {
  const source = new EventSource(`api/${path}?${new URLSearchParams(query)}`);
  source.onmessage = ({ data }) => onEvent(JSON.parse(data) as T);
  // The browser's own retry would read the stream from its start.
  source.onerror = () => {
    source.close();
    noteAnswer(false);
  };
  return () => source.close();
}

/** How long to wait after a request that failed. */
const RETRY_MS = 2_000;
/** How long to wait for the next request while the page is not visible. It keeps the server from stopping. */
const HIDDEN_MS = 5 * 60_000;

/**
 * Repeats a request while the page is open, and at once when it becomes visible again. A page holds no connection in
 * between: a browser opens only six to a server, for all its tabs together. Returns a function that stops it.
 */
export function poll<T>(request: () => Promise<T>, everyMs: number, onAnswer: (answer: T) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isAsking = false;
  const next = async () => {
    clearTimeout(timer);
    if (isAsking) return;
    isAsking = true;
    const answer = await request().catch(() => undefined);
    isAsking = false;
    if (isStopped) return;
    if (answer !== undefined) onAnswer(answer);
    timer = setTimeout(next, document.hidden ? HIDDEN_MS : answer === undefined ? RETRY_MS : everyMs);
  };
  const onVisible = () => {
    if (!document.hidden) next();
  };
  timer = setTimeout(next, everyMs);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** How often to ask whether the session has grown. */
const LOOK_EVERY_MS = 400;

/**
 * Calls `onUpdate` whenever the session has grown, and `onStatus` with each look. Returns a function that stops it.
 */
export function follow(
  key: string,
  { version, finished }: Pick<Update, "version" | "finished">,
  onUpdate: (update: Update) => void,
  onStatus: (status: string) => void,
) {
  let known = { version, finished };
  const request = () => {
    const lengths = Object.fromEntries(LISTS.map((list) => [list, String(known.finished[list])]));
    return ask<Pick<Update, "status"> & Partial<Update>>("live", {
      key,
      version: String(known.version),
      ...lengths,
    });
  };
  return poll(request, LOOK_EVERY_MS, (update) => {
    onStatus(update.status);
    if (update.page === undefined) return;
    known = update as Update;
    onUpdate(known as Update);
  });
}

/** Returns the data of a shared file, or undefined on a page from a server. */
export async function embedded(): Promise<unknown> {
  const packed = document.getElementById("data")?.textContent ?? "";
  if (packed === "") return undefined;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
