import { join } from "node:path";
import { dict } from "../../dict.ts";
import { namesIn } from "../../disk/folder.ts";
import { isAbsent, MAX_BYTES, readText, tryReadText, whyUnread } from "../../disk/read.ts";
import { isRecord, parseJson } from "../../objects.ts";
import type { Env } from "../source.ts";
import { type ManagedPaths, managedSettingsPaths } from "./managed.ts";

/** What ccotel reads from Claude Code's settings. The administrator's settings take precedence over the user's. */
interface SettingsEnv {
  /** The path of the user's file. */
  readonly path: string;
  /** Its `env` block, empty if missing. */
  readonly env: Env;
  /** The administrator's `env` block. */
  readonly managedEnv: Env;
  /** The command of `otelHeadersHelper`, if set. The administrator's takes precedence. */
  readonly headersHelper: string | undefined;
  /** One sentence if the file exists but cannot be used. */
  readonly problem: string | undefined;
}

/**
 * Reads the `env` block and `otelHeadersHelper` of the USER's settings.json, in `CLAUDE_CONFIG_DIR` or `~/.claude`.
 * Never reads project and local settings: a cloned repository must not redirect telemetry, and Claude Code rejects such
 * keys there, too. A missing file counts as an empty one.
 */
export function readSettingsEnv(input: {
  env: Env;
  homeDir: string;
  /** Other paths of the administrator's settings, for tests. */
  managed?: ManagedPaths | undefined;
}): SettingsEnv {
  const managed = readManagedEnv(input.managed ?? managedSettingsPaths(process.platform));
  const user = readUserEnv(input);
  const headersHelper = managed.headersHelper ?? user.headersHelper;
  return { ...user, managedEnv: managed.env, headersHelper };
}

function readUserEnv(input: { env: Env; homeDir: string }): Omit<SettingsEnv, "managedEnv"> {
  const path = join(input.env.CLAUDE_CONFIG_DIR || join(input.homeDir, ".claude"), "settings.json");
  const empty = { path, env: {}, headersHelper: undefined };
  let text: string;
  try {
    text = readText(path, MAX_BYTES.settings);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return {
      ...empty,
      problem: missing ? undefined : `${path} cannot be read: ${whyUnread(error)}.`,
    };
  }
  return { path, ...parseSettingsEnv(text, path) };
}

/**
 * Reads the same from the administrator's settings, which only an administrator can write. Ignores files that it cannot
 * read.
 */
export function readManagedEnv({ file, folder }: ManagedPaths): {
  readonly env: Env;
  readonly headersHelper: string | undefined;
} {
  const parts = (isAbsent(folder) ? [] : namesIn(folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => `${folder}/${name}`);
  const all = [file, ...parts].flatMap((path) => {
    const text = tryReadText(path, MAX_BYTES.settings);
    return text === undefined ? [] : [parseSettingsEnv(text, path)];
  });
  return {
    env: Object.assign(dict<string>(), ...all.map(({ env }) => env)),
    headersHelper: all.findLast(({ headersHelper }) => headersHelper !== undefined)?.headersHelper,
  };
}

/**
 * Parses the text of a settings file. Reads values as Claude Code does: numbers and booleans become text, other types
 * are dropped.
 */
export function parseSettingsEnv(text: string, path: string): Omit<SettingsEnv, "path" | "managedEnv"> {
  const nothing = { env: {}, headersHelper: undefined };
  const content = text.replace(/^\uFEFF/, "");
  if (content.trim() === "") return { ...nothing, problem: undefined };
  const settings = parseJson(content);
  if (settings === undefined) {
    // The parser's message quotes the file, which may contain tokens.
    const problem = `${path} is not valid JSON, so nothing in it is in effect, for Claude Code either: \`claude doctor\` says where.`;
    return { ...nothing, problem };
  }
  if (!isRecord(settings)) return { ...nothing, problem: `${path} must hold a JSON object.` };

  const env = dict<string>();
  for (const [name, value] of Object.entries(isRecord(settings.env) ? settings.env : {})) {
    if (["string", "number", "boolean"].includes(typeof value)) env[name] = String(value);
  }
  const helper = settings.otelHeadersHelper;
  return {
    env,
    headersHelper: typeof helper === "string" && helper ? helper : undefined,
    problem: undefined,
  };
}
