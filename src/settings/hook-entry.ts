/**
 * Our entries in the `hooks` block: how they are written for which client, and how they are recognised again.
 *
 * A mark of our own on an entry would not last: the client drops keys it does not know when it rewrites the file.
 * What it keeps word for word is `command` and `args`, so an entry is ours when these run a script in our `bin`
 * folder.
 */

import { posix, win32 } from "node:path";
import { atLeast, type Version } from "../versions.ts";
import { EXEC_FORM_SINCE, knowsEvent } from "./client-version.ts";
import { quoteWord, splitWords } from "./shell-words.ts";

/** The events we listen to; each of them older than anything a supported client could trip over. */
export const HOOK_EVENTS = ["Stop", "SessionEnd", "SessionStart"] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** One entry as it stands in settings.json. */
export interface HookHandler {
  readonly type: "command";
  readonly command: string;
  readonly args?: readonly string[];
  readonly timeout: number;
}

export interface HookRegistration {
  readonly event: HookEvent;
  readonly handler: HookHandler;
}

/**
 * What runs a script that may be gone: a session keeps its entries for life, whoever deletes the scripts meanwhile, and
 * the client says aloud when a program is not there. The script's path follows as the next word, then the event.
 */
const GUARDS = {
  posix: ["/bin/sh", "-c", 'if [ -x "$0" ]; then exec "$0" "$1"; fi'],
  windows: ["-e", 'require("fs").existsSync(process.argv[1]) && require(process.argv[1])'],
} as const;

/** The same as an administrator writes it, whose entries say behind the event where each user's state is. */
const GUARD_WITH_PLACE = ["/bin/sh", "-c", 'if [ -x "$0" ]; then exec "$0" "$@"; fi'];

/** Where the scripts lie and who will run them. */
export interface HookTarget {
  /** Absolute path of `<CCOTEL_HOME>/bin`. */
  readonly bin: string;
  readonly platform: NodeJS.Platform;
  /** Absolute path of the Node program; used on Windows only. */
  readonly node: string;
  /** The installed client, undefined when it was not found. */
  readonly client?: Version | undefined;
}

/**
 * The entries to register: one for each event that the client knows.
 *
 * Seconds, not milliseconds, and a number: the client skips an entry with any other timeout. For SessionEnd ten
 * seconds raise the budget that all hooks share from 1.5 s. Without a known client the shell form is written,
 * because every client runs it.
 */
export function hookRegistrations(target: HookTarget): HookRegistration[] {
  const { client } = target;
  const exec = client !== undefined && atLeast(client, EXEC_FORM_SINCE);
  const words = scriptWords(target);
  return HOOK_EVENTS.filter((event) => client === undefined || knowsEvent(client, event)).map((event) => {
    const [command = "", ...args] = [...words, event];
    const handler: HookHandler = exec
      ? { type: "command", command, args, timeout: 10 }
      : { type: "command", command: shellLine(target, [...words, event]), timeout: 10 };
    return { event, handler };
  });
}

/**
 * The script of ours that an entry runs, or undefined when the entry is not ours. `bins` are folders of ours
 * outside `~/.ccotel`.
 */
export function ownScript(handler: unknown, bins: readonly string[] = []): string | undefined {
  if (typeof handler !== "object" || handler === null) return undefined;
  const { type, command, args } = handler as Record<string, unknown>;
  if (type !== "command" || typeof command !== "string") return undefined;
  const listed = Array.isArray(args) ? args.filter((arg) => typeof arg === "string") : undefined;
  const words = listed ? [command, ...listed] : splitWords(command);
  return words && scriptPlaces(words).find((word) => isOwnPath(word, bins));
}

/**
 * The script of an entry that some `configure` wrote, whatever folder of ours it lies in: nobody else writes our guard
 * before a `bin/hook.sh`.
 */
export function guardedScript(handler: unknown): string | undefined {
  if (typeof handler !== "object" || handler === null) return undefined;
  const { type, command, args } = handler as Record<string, unknown>;
  if (type !== "command" || typeof command !== "string") return undefined;
  const words = Array.isArray(args) ? [command, ...args.map(String)] : (splitWords(command) ?? []);
  const isGuarded =
    startsWith(words, 0, GUARDS.posix) ||
    startsWith(words, 0, GUARD_WITH_PLACE) ||
    startsWith(words, 1, GUARDS.windows);
  const script = words[3];
  return isGuarded && script !== undefined && /[/\\]bin[/\\]hook\.(?:sh|cjs)$/.test(script)
    ? script
    : undefined;
}

function scriptWords({ bin, platform, node }: HookTarget): string[] {
  // npm's .cmd shims cannot be started in exec form, so Windows names the real node.exe.
  return platform === "win32"
    ? [node, ...GUARDS.windows, win32.join(bin, "hook.cjs")]
    : [...GUARDS.posix, posix.join(bin, "hook.sh")];
}

/** The words that may be the script: behind a guard, or, in entries written by hand, the program or its first argument. */
function scriptPlaces(words: readonly string[]): readonly string[] {
  if (startsWith(words, 0, GUARDS.posix) || startsWith(words, 0, GUARD_WITH_PLACE)) return words.slice(3, 4);
  if (startsWith(words, 1, GUARDS.windows)) return words.slice(3, 4);
  return words.slice(0, 2);
}

function startsWith(words: readonly string[], from: number, guard: readonly string[]): boolean {
  return guard.every((word, index) => words[from + index] === word);
}

// Clients of the shell form run Git Bash on Windows, where a backslash would need doubling and a slash is as good.
function shellLine({ platform }: HookTarget, words: readonly string[]): string {
  return words.map((word) => quote(platform === "win32" ? word.replaceAll("\\", "/") : word)).join(" ");
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoteWord(word);
}

function isOwnPath(word: string, bins: readonly string[]): boolean {
  const path = slashes(word);
  // `~/.ccotel`, or the folder of that name that an administrator has made for everybody (docs/operate/rollout.md).
  if (/(?:^|\/)\.?ccotel\/bin\/hook\.(?:sh|cjs)$/.test(path)) return true;
  return bins.some((bin) => [`${slashes(bin)}/hook.sh`, `${slashes(bin)}/hook.cjs`].includes(path));
}

// Windows paths mean the same in any case and with either slash, and everywhere `/a/./b/` is `/a/b`.
function slashes(path: string): string {
  const text = posix.normalize(path.replaceAll("\\", "/")).replace(/(?<!^)\/+$/, "");
  return /^[A-Za-z]:/.test(text) ? text.toLowerCase() : text;
}
