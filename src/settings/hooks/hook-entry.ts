/**
 * Writes ccotel's entries in the `hooks` block for each client version, and recognizes them later. A mark on an entry
 * would not last: the client drops unknown keys when it rewrites the file. It keeps `command` and `args` unchanged, so
 * an entry is ours if these run a script in our `bin` folder.
 */

import { posix, win32 } from "node:path";
import { shellWord } from "../../shell-word.ts";
import { atLeast, type Version } from "../../versions.ts";
import { EXEC_FORM_SINCE, knowsEvent } from "../client-version.ts";
import { splitWords } from "./shell-words.ts";

/** The events that ccotel registers for. No supported client fails on one of them. */
export const HOOK_EVENTS = ["Stop", "SessionEnd", "SessionStart"] as const;
type HookEvent = (typeof HOOK_EVENTS)[number];

/** One entry as in settings.json. */
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
 * Runs the script only if it exists. A session keeps its entries until it ends, even if the scripts are deleted
 * meanwhile, and the client shows an error for a missing program. The next words are the script's path and the event;
 * an administrator's entries then have the place of each user's state. The shell reads the script itself, because
 * starting another one for it takes a sixth of the hook's time.
 */
const GUARDS = {
  posix: ["/bin/sh", "-c", 'if [ -x "$0" ]; then . "$0"; fi'],
  windows: ["-e", 'require("fs").existsSync(process.argv[1]) && require(process.argv[1])'],
} as const;

/** The guards of entries that an earlier `configure` or an administrator wrote. */
const EARLIER_GUARDS = ['exec "$0" "$1"', 'exec "$0" "$@"'].map((run) => [
  "/bin/sh",
  "-c",
  `if [ -x "$0" ]; then ${run}; fi`,
]);

/** Where the scripts are and which client runs them. */
interface HookTarget {
  /** Absolute path of `<CCOTEL_HOME>/bin`. */
  readonly bin: string;
  readonly platform: NodeJS.Platform;
  /** Absolute path of the Node program. Used on Windows only. */
  readonly node: string;
  /** The version of the installed client, undefined if not found. */
  readonly client?: Version | undefined;
}

/**
 * Returns the entries to register: one for each event that the client knows. The timeout is a number of seconds: the
 * client skips an entry with any other timeout. Ten seconds for SessionEnd raise the 1.5 s budget that all its hooks
 * share. For an unknown client the entries use the shell form, which every client runs.
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
 * Returns the path of our script that an entry runs, or undefined if the entry is not ours. `bins` lists our folders
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
 * Returns the script of an entry that some `configure` wrote, in any folder. Only ccotel writes its guard before a
 * `bin/hook.sh` or `bin/hook.cjs`.
 */
export function guardedScript(handler: unknown): string | undefined {
  if (typeof handler !== "object" || handler === null) return undefined;
  const { type, command, args } = handler as Record<string, unknown>;
  if (type !== "command" || typeof command !== "string") return undefined;
  const words = Array.isArray(args) ? [command, ...args.map(String)] : (splitWords(command) ?? []);
  const script = words[3];
  return isGuarded(words) && script !== undefined && /[/\\]bin[/\\]hook\.(?:sh|cjs)$/.test(script)
    ? script
    : undefined;
}

function scriptWords({ bin, platform, node }: HookTarget): string[] {
  // The exec form cannot start npm's .cmd shims, so Windows entries name the real node.exe.
  return platform === "win32"
    ? [node, ...GUARDS.windows, win32.join(bin, "hook.cjs")]
    : [...GUARDS.posix, posix.join(bin, "hook.sh")];
}

/**
 * Returns the words that may be the script: the word after a guard or, in an entry written by hand, the program or its
 * first argument.
 */
function scriptPlaces(words: readonly string[]): readonly string[] {
  return isGuarded(words) ? words.slice(3, 4) : words.slice(0, 2);
}

function isGuarded(words: readonly string[]): boolean {
  return (
    [GUARDS.posix, ...EARLIER_GUARDS].some((guard) => startsWith(words, 0, guard)) ||
    startsWith(words, 1, GUARDS.windows)
  );
}

function startsWith(words: readonly string[], from: number, guard: readonly string[]): boolean {
  return guard.every((word, index) => words[from + index] === word);
}

/** On Windows, clients of the shell form run Git Bash. There a backslash must be doubled, and a slash works as well. */
function shellLine({ platform }: HookTarget, words: readonly string[]): string {
  return words.map((word) => shellWord(platform === "win32" ? word.replaceAll("\\", "/") : word)).join(" ");
}

function isOwnPath(word: string, bins: readonly string[]): boolean {
  const path = slashes(word);
  // `~/.ccotel`, or the `ccotel` folder that an administrator made for all users (docs/operate/rollout.md).
  if (/(?:^|\/)\.?ccotel\/bin\/hook\.(?:sh|cjs)$/.test(path)) return true;
  return bins.some((bin) => [`${slashes(bin)}/hook.sh`, `${slashes(bin)}/hook.cjs`].includes(path));
}

/** Windows paths ignore case and accept either slash. On every platform `/a/./b/` is `/a/b`. */
function slashes(path: string): string {
  const text = posix.normalize(path.replaceAll("\\", "/")).replace(/(?<!^)\/+$/, "");
  return /^[A-Za-z]:/.test(text) ? text.toLowerCase() : text;
}
