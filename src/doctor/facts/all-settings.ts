import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { managedSettingsPaths } from "../../config/claude/managed.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../../disk/read.ts";
import { projectSettingsPaths, userSettingsPath } from "../../settings/locations.ts";
import { plain, readDocument } from "../../settings/text/json-document.ts";
import type { Scope, SettingsFact } from "./facts.ts";
import type { Machine } from "./machine.ts";

/** Reads every settings file that Claude Code reads here, highest precedence first. */
export async function readAllSettings(machine: Machine): Promise<SettingsFact[]> {
  const managed = machine.managed ?? managedSettingsPaths(machine.platform);
  const { project, local } = projectSettingsPaths(machine.platform, machine.folder);
  const user = userSettingsPath(machine);
  const parts = (await readdir(managed.folder).catch(() => []))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .reverse();
  const files: [Scope, string][] = [
    // Claude Code merges each of them into the file, in the order of their names: the last one wins.
    ...parts.map((name): [Scope, string] => ["managed", join(managed.folder, name)]),
    ["managed", managed.file],
    ["local", local],
    // In the user's home folder, the project's file is the user's file, even if a link leads to the home.
    ...((await realpathOf(project)) === (await realpathOf(user))
      ? []
      : ([["project", project]] as [Scope, string][])),
    ["user", user],
  ];
  return Promise.all(files.map(([scope, path]) => readSettingsFact(scope, path, machine.platform)));
}

function realpathOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function readSettingsFact(
  scope: Scope,
  path: string,
  platform: NodeJS.Platform,
): Promise<SettingsFact> {
  let text: string;
  let mode: number | undefined;
  try {
    text = readText(path, MAX_BYTES.settings);
    mode = platform === "win32" ? undefined : (await stat(path)).mode;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const absent = code === "ENOENT" || code === "ENOTDIR";
    const reason = error instanceof UnfitFileError ? error.message : `it cannot be read (${code})`;
    const problem = { reason };
    return { scope, path, content: absent ? { kind: "absent" } : { kind: "unreadable", problem } };
  }
  const document = readDocument(text);
  if (document.kind === "broken")
    return { scope, path, content: { kind: "unreadable", problem: document.problem } };
  const settings =
    document.kind === "empty" ? {} : (plain(document.body, document.root) as Record<string, unknown>);
  return { scope, path, content: { kind: "read", settings, ...(mode === undefined ? {} : { mode }) } };
}
