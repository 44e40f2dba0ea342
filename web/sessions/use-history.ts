import { useEffect, useRef, useState } from "preact/hooks";
import type { PageLimit, PageRow } from "../../src/page/history.ts";
import { ask, listen, poll } from "../data.ts";
import type { Label } from "./history.ts";

/** Up to this many sessions, each part is drawn at once. After that, parts are drawn every `DRAW_EVERY_MS`. */
const FEW = 200;
const DRAW_EVERY_MS = 400;

/** How often to ask what has changed. */
const LOOK_EVERY_MS = 1_000;

export interface History {
  rows: PageRow[];
  total: number;
  isComplete: boolean;
  limits: readonly PageLimit[];
}

interface Part extends Partial<History> {
  rows: PageRow[];
  /** When the server looked, in epoch ms. */
  atMs: number;
}

/** Loads the table of all sessions from the server. Keeps it up to date while it is on the screen. */
export function useHistory(isShown: boolean): History {
  const [state, setState] = useState<History>({ rows: [], total: 0, isComplete: false, limits: [] });
  const known = useRef(new Map<string, PageRow>());
  const lookedMs = useRef(0);
  useEffect(() => {
    const parts = { total: 0, isComplete: false, limits: [] as readonly PageLimit[] };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      setState({ rows: [...known.current.values()], ...parts });
    };
    const stop = listen<Part>("sessions", {}, (event) => {
      for (const row of event.rows) known.current.set(row.key, row);
      // What changes while the list is read counts as new.
      lookedMs.current ||= event.atMs;
      parts.total = event.total ?? parts.total;
      parts.limits = event.limits ?? parts.limits;
      parts.isComplete ||= event.isComplete === true;
      if (parts.isComplete) stop();
      // Parts arrive faster than they can be drawn, and each drawing sums all known sessions.
      timer ??= setTimeout(show, parts.isComplete || known.current.size < FEW ? 0 : DRAW_EVERY_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  useEffect(() => {
    if (!isShown || !state.isComplete) return;
    const request = () => {
      const alive = [...known.current.values()].filter(({ status }) => ALIVE.has(status));
      return ask<Part>("changes", {
        since: String(lookedMs.current),
        alive: alive.map(({ key }) => key).join(","),
      });
    };
    return poll(request, LOOK_EVERY_MS, ({ rows, atMs, limits = [] }) => {
      lookedMs.current = atMs;
      const news = rows.filter((row) => !isSame(row, known.current.get(row.key)));
      for (const row of news) known.current.set(row.key, row);
      setState((before) =>
        news.length === 0 && isSame(limits, before.limits)
          ? before
          : { ...before, rows: [...known.current.values()], limits },
      );
    });
  }, [isShown, state.isComplete]);
  return state;
}

/** The states that may change although the transcript does not. */
const ALIVE: ReadonlySet<string> = new Set(["running", "waiting", "stuck"]);

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** How many labels to ask for at once. */
const LABELS = 150;

type Want = (keys: readonly string[]) => Promise<void>;

/** Loads the labels of rows when they become visible. */
export function useLabels(): { labels: ReadonlyMap<string, Label>; want: Want } {
  const [labels, setLabels] = useState<ReadonlyMap<string, Label>>(new Map());
  const asked = useRef(new Set<string>());
  const want: Want = async (keys) => {
    const missing = keys.filter((key) => !asked.current.has(key));
    for (const key of missing) asked.current.add(key);
    for (let at = 0; at < missing.length; at += LABELS) {
      const part = missing.slice(at, at + LABELS);
      await ask<Record<string, Label>>("labels", { keys: part.join(",") }).then(
        (found) => setLabels((before) => new Map([...before, ...Object.entries(found)])),
        // Ask again when they are next on the screen.
        () => {
          for (const key of part) asked.current.delete(key);
        },
      );
    }
  };
  return { labels, want };
}

/** Loads the labels of all rows, the newest first, while a filter needs them: it also looks at titles and prompts. */
export function useAllLabels(rows: readonly PageRow[], want: Want, isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return;
    let isOver = false;
    const load = async () => {
      const keys = [...rows].sort((a, b) => b.lastMs - a.lastMs).map(({ key }) => key);
      for (let at = 0; at < keys.length && !isOver; at += LABELS) await want(keys.slice(at, at + LABELS));
    };
    void load();
    return () => {
      isOver = true;
    };
  }, [rows, isNeeded]);
}
