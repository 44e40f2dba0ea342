import { useEffect, useState } from "preact/hooks";

/** The colors of the canvas, read from the style sheet, so that light and dark mode have one source. */
export interface Colors {
  text: string;
  dim: string;
  line: string;
  band: string;
  /** The background of bars. */
  panel: string;
  /** Text on bars. */
  onBar: string;
  models: string[];
  tool: string;
  wait: string;
  error: string;
  denied: string;
  compaction: string;
  select: string;
  cost: string;
  context: string;
  cacheRead: string;
  cacheWrite: string;
}

function colorsNow(): Colors {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"),
    dim: of("dim"),
    line: of("line"),
    band: of("band"),
    panel: of("panel"),
    onBar: of("on-bar"),
    models: [of("model-1"), of("model-2"), of("model-3"), of("model-4")],
    tool: of("tool"),
    wait: of("wait"),
    error: of("error"),
    denied: of("denied"),
    compaction: of("compaction"),
    select: of("select"),
    cost: of("cost"),
    context: of("context"),
    cacheRead: of("cache-read"),
    cacheWrite: of("cache-write"),
  };
}

/** The colors change when the system switches between light and dark, and for printing. */
const SCHEMES = ["(prefers-color-scheme: dark)", "print"];

/** Returns the current colors. Renders the component again when they change. */
export function useColors(): Colors {
  const [colors, setColors] = useState(colorsNow);
  useEffect(() => {
    const onChange = () => setColors(colorsNow());
    const queries = SCHEMES.map((query) => matchMedia(query));
    for (const query of queries) query.addEventListener("change", onChange);
    return () => {
      for (const query of queries) query.removeEventListener("change", onChange);
    };
  }, []);
  return colors;
}
