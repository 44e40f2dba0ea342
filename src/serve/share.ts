import type { PageAudit } from "../page/audit.ts";
import type { PageSession } from "../page/model.ts";
import type { ShownText } from "../search/texts.ts";

/** The data in a shared file. */
export interface Shared {
  page: PageSession;
  audit?: PageAudit;
  texts?: Record<string, ShownText[]>;
}

type Clean = (text: string) => string;

/** Returns the page with secrets removed from every text: labels quote prompts, commands and results. */
export function cleanedPage(page: PageSession, clean: Clean): PageSession {
  const cleaned = <T extends object>(item: T, keys: readonly (keyof T)[]): T => {
    const copy = { ...item };
    for (const key of keys) if (typeof copy[key] === "string") copy[key] = clean(copy[key]) as T[typeof key];
    return copy;
  };
  return {
    ...page,
    ...(page.title === undefined ? {} : { title: clean(page.title) }),
    lanes: page.lanes.map((lane) => cleaned(lane, ["description"])),
    turns: page.turns.map((turn) => cleaned(turn, ["prompt"])),
    requests: page.requests.map((request) => cleaned(request, ["errorText"])),
    calls: page.calls.map((call) => cleaned(call, ["about", "error"])),
  };
}

/** Returns the texts of a session by item, with secrets removed. */
export function cleanedTexts(texts: Iterable<ShownText>, clean: Clean): Record<string, ShownText[]> {
  const byItem = new Map<string, ShownText[]>();
  for (const text of texts) {
    const list = byItem.get(text.id) ?? [];
    list.push({ ...text, text: clean(text.text) });
    byItem.set(text.id, list);
  }
  return Object.fromEntries(byItem);
}
