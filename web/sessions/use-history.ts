import { useEffect, useRef, useState } from "preact/hooks";
import type { PageLimit, PageRow } from "../../src/page/history.ts";
import { ask, listen } from "../data.ts";
import type { Label } from "./history.ts";

/** Up to this many sessions, each part is drawn at once. After that, parts are drawn every `DRAW_EVERY_MS`. */
const FEW = 200;
const DRAW_EVERY_MS = 400;

export interface History {
  rows: PageRow[];
  total: number;
  isComplete: boolean;
  limits: readonly PageLimit[];
}

/** Loads the table of all sessions from the server and keeps it up to date. */
export function useHistory(): History {
  const [state, setState] = useState<History>({ rows: [], total: 0, isComplete: false, limits: [] });
  useEffect(() => {
    const known = new Map<string, PageRow>();
    let total = 0;
    let isComplete = false;
    let limits: readonly PageLimit[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      setState({ rows: [...known.values()], total, isComplete, limits });
    };
    const stop = listen<Partial<History> & { rows: PageRow[] }>("sessions", {}, (event) => {
      for (const row of event.rows) known.set(row.key, row);
      total = event.total ?? total;
      limits = event.limits ?? limits;
      isComplete ||= event.isComplete === true;
      // Parts arrive faster than they can be drawn, and each drawing sums all known sessions.
      timer ??= setTimeout(show, isComplete || known.size < FEW ? 0 : DRAW_EVERY_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return state;
}

/** Loads the labels of rows when they become visible. */
export function useLabels(): { labels: ReadonlyMap<string, Label>; want: (keys: readonly string[]) => void } {
  const [labels, setLabels] = useState<ReadonlyMap<string, Label>>(new Map());
  const asked = useRef(new Set<string>());
  const want = (keys: readonly string[]) => {
    const missing = keys.filter((key) => !asked.current.has(key));
    if (missing.length === 0) return;
    for (const key of missing) asked.current.add(key);
    ask<Record<string, Label>>("labels", { keys: missing.join(",") }).then(
      (found) => setLabels((before) => new Map([...before, ...Object.entries(found)])),
      () => {},
    );
  };
  return { labels, want };
}
