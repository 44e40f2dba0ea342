import type { Summary } from "../session/sums/summary.ts";

/** What a request counts of the history. All of it, if nothing is set. */
export interface Limits {
  /**
   * Counts only slots that begin at or after `sinceMs` and before `untilMs` (epoch ms). A slot is a quarter of an hour.
   */
  sinceMs?: number;
  untilMs?: number;
  /** Part of the project's name and of the model's name, in upper or lower case. */
  project?: string;
  model?: string;
}

/** What a session's rows are about, in short: enough to say that a request counts none of them. */
export interface Extent {
  /** From the start of the first slot to the end of what happened last, in epoch ms. */
  firstMs: number;
  lastMs: number;
  /** The projects and models of its rows. Empty text for rows that have none. */
  projects: string[];
  models: string[];
}

/** Undefined without rows. */
export function extentOf({ rows, lastMs = 0 }: Pick<Summary, "rows" | "lastMs">): Extent | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const extent = { firstMs: first.slotMs, lastMs: Math.max(first.slotMs, lastMs) };
  const projects = new Set<string>();
  const models = new Set<string>();
  for (const { slotMs, project = "", model = "" } of rows) {
    extent.firstMs = Math.min(extent.firstMs, slotMs);
    extent.lastMs = Math.max(extent.lastMs, slotMs);
    projects.add(project);
    models.add(model);
  }
  return { ...extent, projects: [...projects], models: [...models] };
}

/** Whether a request may count a row of a session with this extent. */
export function mayCount({ sinceMs, untilMs, project, model }: Limits, extent: Extent): boolean {
  return (
    (sinceMs === undefined || extent.lastMs >= sinceMs) &&
    (untilMs === undefined || extent.firstMs < untilMs) &&
    isNamed(extent.projects, project) &&
    isNamed(extent.models, model)
  );
}

function isNamed(names: readonly string[], part: string | undefined): boolean {
  return part === undefined || names.some((name) => isPartOf(part, name));
}

/** Whether a name contains a text, in upper or lower case. */
export function isPartOf(part: string, name: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}
