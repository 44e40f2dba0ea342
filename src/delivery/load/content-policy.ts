import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import { MAX_BYTES, readText, tryReadText, whyUnread } from "../../disk/read.ts";
import { loadRedact } from "../../redact/load.ts";
import { type ContentPolicy, NO_CONTENT } from "../../telemetry/content/policy.ts";
import { hashPath } from "../../telemetry/content/text.ts";

/** The content policy, and the problems in the user's settings for it. */
interface OpenedContent {
  policy: ContentPolicy;
  problems: Problem[];
}

/**
 * Loads the user's content policy. Reads and loads nothing at level `none`. Every failure becomes a problem of severity
 * error, so sending waits: content never leaves without being cleaned.
 */
export async function openContent(
  config: Pick<Config, "content" | "redact" | "home">,
  homeDir: string,
  /** False for a dry run, which reads the salt but creates none. */
  makeSalt = true,
): Promise<OpenedContent> {
  const level = config.content;
  if (level === "none") return { policy: NO_CONTENT, problems: [] };
  try {
    if (config.redact === "on") {
      const salt = pathSalt(config.home, makeSalt);
      return { policy: { ...NO_CONTENT, level, redact: { salt } }, problems: [] };
    }
    const { parseOwnRules, removeSecrets } = await loadRedact();
    const file = config.redact === "off" ? "" : readText(config.redact, MAX_BYTES.settings);
    const { rules, problems } = parseOwnRules(file);
    if (problems.length > 0) return refused(problems.map((problem) => `${config.redact}: ${problem}`));
    if (rules.length === 0)
      return { policy: { level, clean: remembering(removeSecrets), homeDir }, problems: [] };
    const { createOwnRules } = await import("./own-rules.ts");
    const applyOwnRules = createOwnRules(rules);
    // The user's own rules run first, because they may name a text that a mask would change.
    const clean = (text: string, name?: string) => removeSecrets(applyOwnRules(text), name);
    return { policy: { level, clean: remembering(clean), homeDir }, problems: [] };
  } catch (error) {
    return refused([
      config.redact === "on" || config.redact === "off"
        ? `Content cannot be cleaned, so nothing is sent at content level ${level}: ${(error as Error).message}.`
        : `CCOTEL_REDACT must be on, off or a file of rules, but ${config.redact} cannot be read: ${whyUnread(error)}.`,
    ]);
  }
}

/** How many cleaned texts are kept. That covers a long turn. */
const REMEMBERED = 1000;

/**
 * Remembers cleaned texts, because a turn holds the same text twice: a call and its result are on their own span and in
 * the messages of the requests after it.
 */
function remembering(clean: ContentPolicy["clean"]): ContentPolicy["clean"] {
  const known = new Map<string, string>();
  return (text, name) => {
    const key = name === undefined ? text : `${name}\u0000${text}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const cleaned = clean(text, name);
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, cleaned);
    return cleaned;
  };
}

function refused(messages: string[]): OpenedContent {
  const problems = messages.map(
    (message): Problem => ({ severity: "error", key: "redact", source: { kind: "default" }, message }),
  );
  return { policy: NO_CONTENT, problems };
}

/** Returns a function that hashes paths. The same path has the same hash on this installation. */
export function pathHasher(home: string): (path: string) => string {
  const salt = pathSalt(home, true);
  return (path) => hashPath(salt, path);
}

/** The salt of this installation. Without it, a hash cannot be tested against guessed paths. */
function pathSalt(home: string, make: boolean): string {
  const file = join(home, "path-salt");
  const known = readSalt(file);
  if (known !== undefined || !make) return known ?? "dry run";
  mkdirSync(home, { recursive: true, mode: 0o700 });
  try {
    const { randomBytes } = require("node:crypto") as typeof import("node:crypto");
    writeFileSync(file, `${randomBytes(16).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    // Another process created the file first, so its salt is the valid one.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readSalt(file) ?? pathSaltLost(file);
}

function readSalt(file: string): string | undefined {
  return tryReadText(file, MAX_BYTES.note)?.trim() || undefined;
}

function pathSaltLost(file: string): never {
  throw new Error(`${file} is empty or cannot be read; remove it, and a new one is made.`);
}
