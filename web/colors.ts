/** Colours of the canvas, read from the style sheet so that light and dark have one source. */
export interface Colors {
  text: string;
  dim: string;
  line: string;
  band: string;
  back: string;
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

export function colorsNow(): Colors {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"),
    dim: of("dim"),
    line: of("line"),
    band: of("band"),
    back: of("back"),
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

/** Calls back when the system changes between light and dark. */
export function onSchemeChange(call: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", call);
  return () => query.removeEventListener("change", call);
}
