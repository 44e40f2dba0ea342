/**
 * Edits Claude Code's settings: text in, text out. Together both functions guarantee that
 * `uninstallText(configureText(x))` is `x`, byte for byte, for every settings file. Changes that the user or the client
 * made in between remain.
 */

import { DENY_PATH, removeDenied, writeDenied } from "./deny-rules.ts";
import {
  type Draft,
  dataAt,
  draftOf,
  ensureContainer,
  keysAt,
  restoreContainers,
  restoreValue,
  setValue,
  textOf,
} from "./draft.ts";
import type { HookRegistration } from "./hooks/hook-entry.ts";
import { ownBins, ownEvents, removeHooks, writeHooks } from "./hooks/own-hooks.ts";
import type { FilledContainer, Manifest, SetValue } from "./manifest.ts";
import { type JsonFault, position, readDocument, valueAt } from "./text/json-document.ts";

/** The wanted settings. */
export interface Change {
  /**
   * Keys of the `env` block. A key that an earlier change set and this one does not name gets its former value back.
   */
  readonly env: Readonly<Record<string, string>>;
  /** A command that prints headers, for native telemetry and for ccotel. A top-level key of the settings. */
  readonly otelHeadersHelper?: string;
  /** The command that draws the status line. Other keys of `statusLine` remain. */
  readonly statusLine?: string;
  /** Hook entries. Empty for the plugin form, which has its own. */
  readonly hooks: readonly HookRegistration[];
  /** Absolute path of the folder whose scripts the hook entries run. */
  readonly bin: string;
  /** Rules for `permissions.deny`. If undefined, those of an earlier change remain. */
  readonly deny?: readonly string[];
}

export type Configured =
  | { readonly kind: "done"; readonly text: string; readonly manifest: Manifest }
  | { readonly kind: "refused"; readonly problem: JsonFault };

type Uninstalled =
  | {
      readonly kind: "done";
      /** Null if nothing is left of a file that ccotel created. */
      readonly text: string | null;
      /**
       * Keys that were kept: their values have changed since or, without a manifest, they may belong to someone else.
       */
      readonly kept: readonly string[];
    }
  | { readonly kind: "refused"; readonly problem: JsonFault };

/**
 * Writes our keys and hook entries into a settings text (null without a file). A second call with the same change
 * changes nothing. `earlier` is the manifest of an earlier change to the same file: the new manifest keeps its record
 * of what was there before ccotel.
 */
export function configureText(text: string | null, change: Change, earlier?: Manifest): Configured {
  const document = readDocument(text ?? "");
  if (document.kind === "broken") return { kind: "refused", problem: document.problem };
  const fresh = document.kind === "empty";
  let draft: Draft = fresh
    ? draftOf(document.bom, `{}${/\r\n|\n|\r/.exec(document.body)?.[0] ?? "\n"}`)
    : document;
  const problem = shapeProblem(draft, change);
  if (problem) return { kind: "refused", problem };

  const bins = [change.bin, ...(earlier ? [earlier.bin] : []), ...ownBins(draft)];
  const wanted = wantedValues(change);
  const past = earlier ?? takenOver(recognise(draft, bins), wanted);
  const filled = new Map(past.containers.map((container) => [JSON.stringify(container.path), container]));
  const blank = fresh ? { text } : past.blank;
  if (!fresh) draft = ensureContainer(draft, [], {}, filled);

  for (const value of past.values) {
    if (!wanted.some(({ path }) => samePath(path, value.path))) draft = restoreValue(draft, value);
  }
  const values: SetValue[] = [];
  for (const { path, value } of wanted) {
    if (path.length > 1) draft = ensureContainer(draft, path.slice(0, -1), {}, filled);
    const was = past.values.find((earlierValue) => samePath(earlierValue.path, path));
    const [next, done] = setValue(draft, path, value, was);
    draft = next;
    if (done) values.push(done);
  }
  draft = writeHooks(draft, change.hooks, bins, filled);
  const ours = past.denied ?? [];
  let denied = ours;
  if (change.deny !== undefined) [draft, denied] = writeDenied(draft, change.deny, ours, filled);
  draft = restoreContainers(draft, filled.values());
  const containers = [...filled.values()].filter(({ path }) => valueAt(draft.root, path)?.children?.length);
  const manifest = {
    bin: change.bin,
    values,
    containers,
    hooks: change.hooks,
    ...(denied.length > 0 ? { denied } : {}),
    ...(blank ? { blank } : {}),
  };
  return { kind: "done", text: textOf(draft), manifest };
}

/**
 * Removes from a settings text what `configureText` wrote. With a manifest: our hook entries, each key that still holds
 * our value (its former value comes back), and each container that we filled and that is empty now. Without a manifest:
 * what it recognizes, our hook entries and, if there are any, `CCOTEL_*` keys.
 */
export function uninstallText(text: string | null, manifest?: Manifest): Uninstalled {
  if (text === null) return { kind: "done", text, kept: [] };
  const document = readDocument(text);
  if (document.kind === "broken") return { kind: "refused", problem: document.problem };
  if (document.kind === "empty") return { kind: "done", text, kept: [] };

  const bins = manifest ? [manifest.bin] : [];
  const past = manifest ?? withoutForeignKeys(recognise(document, bins), () => true);
  let draft: Draft = document;
  for (const event of ownEvents(draft, bins)) draft = removeHooks(draft, event, bins);
  const changed = past.values.filter(
    ({ path, value }) => ![undefined, value].includes(dataAt(document, path) as string),
  );
  for (const value of past.values) draft = restoreValue(draft, value);
  draft = removeDenied(draft, past.denied ?? []);
  const kept = manifest
    ? changed.map(({ path }) => path.join("."))
    : keysAt(draft, ["env"])
        .filter(isTelemetryKey)
        .map((key) => `env.${key}`);
  draft = restoreContainers(draft, past.containers);
  if (past.blank && keysAt(draft, []).length === 0) return { kind: "done", text: past.blank.text, kept };
  return { kind: "done", text: textOf(draft), kept };
}

/** Returns whether a key of the `env` block belongs to telemetry, native or ours. */
export function isTelemetryKey(key: string): boolean {
  return /^(?:CCOTEL_|OTEL_|CLAUDE_CODE_(?:ENABLE_TELEMETRY|ENHANCED_TELEMETRY_BETA|OTEL_))/.test(key);
}

/** Replaces a lost manifest: counts only what carries our name as ours. */
function recognise(draft: Draft, bins: readonly string[]): Manifest {
  const events = ownEvents(draft, bins);
  const keys = keysAt(draft, ["env"]).filter((key) => key.startsWith("CCOTEL_"));
  const paths = [
    ...events.map((event) => ["hooks", event]),
    ...(events.length ? [["hooks"]] : []),
    ...(keys.length ? [["env"]] : []),
  ];
  return {
    bin: bins[0] ?? "",
    values: keys.map((key) => ({
      path: ["env", key],
      value: String(dataAt(draft, ["env", key])),
      before: null,
    })),
    containers: paths.map((path): FilledContainer => ({ path, before: null })),
    hooks: [],
  };
}

/**
 * Handles hook entries of ours without a manifest, whose folder was deleted. Assumes the usual containers around them.
 * Of the keys with our name, those that this change would write count as ours.
 */
function takenOver(recognised: Manifest, wanted: readonly { path: readonly string[] }[]): Manifest {
  return withoutForeignKeys(recognised, (key) => wanted.some(({ path }) => samePath(path, key)));
}

/** Without a hook entry of ours, a person wrote the keys with our name, or changed them after ccotel wrote them. */
function withoutForeignKeys(recognised: Manifest, isOurs: (path: readonly string[]) => boolean): Manifest {
  const isLost = recognised.containers.some(({ path }) => path[0] === "hooks");
  return { ...recognised, values: recognised.values.filter(({ path }) => isLost && isOurs(path)) };
}

function wantedValues(change: Change): { path: readonly string[]; value: string }[] {
  const { env, otelHeadersHelper, statusLine } = change;
  return [
    ...Object.entries(env).map(([key, value]) => ({ path: ["env", key], value })),
    ...(otelHeadersHelper === undefined ? [] : [{ path: ["otelHeadersHelper"], value: otelHeadersHelper }]),
    ...(statusLine === undefined
      ? []
      : [
          { path: ["statusLine", "type"], value: "command" },
          { path: ["statusLine", "command"], value: statusLine },
        ]),
  ];
}

/** The client ignores a part of the wrong shape. An edit could lose that part, so the user has to correct it. */
function shapeProblem(draft: Draft, change: Change): JsonFault | undefined {
  const needed: [path: string[], type: "object" | "array"][] = [];
  if (Object.keys(change.env).length > 0) needed.push([["env"], "object"]);
  if (change.statusLine !== undefined) needed.push([["statusLine"], "object"]);
  if (change.hooks.length > 0) needed.push([["hooks"], "object"]);
  for (const { event } of change.hooks) needed.push([["hooks", event], "array"]);
  if ((change.deny ?? []).length > 0) needed.push([["permissions"], "object"], [DENY_PATH, "array"]);
  for (const [path, type] of needed) {
    const node = valueAt(draft.root, path);
    // Some tools write null for an empty value.
    if (!node || node.type === type || node.type === "null") continue;
    const shape = type === "array" ? "a list in [ ]" : "an object in { }";
    return {
      ...position(draft.body, node.offset),
      reason: `"${path.join(".")}" has to be ${shape}`,
      isShape: true,
    };
  }
  return undefined;
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** Returns the folders whose scripts our hook entries in a settings text run. Empty if the text cannot be parsed. */
export function binsInText(text: string | null): string[] {
  const document = readDocument(text ?? "");
  return document.kind === "object" ? ownBins(document) : [];
}
