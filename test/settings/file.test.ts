import { writeFileSync as writeSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../src/config/user-error.ts";
import { configureText, uninstallText } from "../../src/settings/edit.ts";
import { editSettings, listBackups, readSettings, refusal } from "../../src/settings/file.ts";
import {
  ccotelHome,
  managedSettingsPaths,
  projectSettingsPaths,
  userSettingsPath,
} from "../../src/settings/locations.ts";
import type { Manifest } from "../../src/settings/manifest.ts";
import { changeFor, readFixture } from "./fixtures.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccotel-settings-"));
  path = join(folder, "settings.json");
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

const configure = (text: string | null) => {
  const done = configureText(text, changeFor(""));
  if (done.kind === "refused") throw refusal(path, done.problem);
  return { text: done.text, result: done.manifest };
};
const uninstall = (manifest: Manifest) => (text: string | null) => {
  const done = uninstallText(text, manifest);
  if (done.kind === "refused") throw refusal(path, done.problem);
  return { text: done.text, result: undefined };
};
const append = (text: string | null) => ({ text: `${text ?? ""}x`, result: undefined });

/** The error of a rejected promise. It must be a `UserError`. */
async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).hint).toBeTruthy();
  return error as UserError;
}

describe("the settings file", () => {
  test("is created with mode 600 if it is missing, and removed by uninstall", async () => {
    path = join(folder, "new", "settings.json");
    const { result, backup } = await editSettings(path, configure);
    expect(await readFile(path, "utf8")).toBe(readFixture("missing.after.json"));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(backup).toBeUndefined();
    await editSettings(path, uninstall(result));
    expect(await readSettings(path)).toBeNull();
  });

  test.each([
    ["Latin-1", Buffer.from('{\n  "model": "Jos\xe9"\n}', "latin1"), 2],
    ["UTF-16, as some editors and shells of Windows write it", Buffer.from('\ufeff{ "a": 1 }', "utf16le"), 1],
  ])("is not changed if it is not UTF-8: %s", async (_, bytes, line) => {
    await writeFile(path, bytes);
    expect((await failure(editSettings(path, configure))).message).toBe(
      `${path}:${line} cannot be edited: this is not UTF-8.`,
    );
    expect(await readFile(path)).toEqual(bytes);
  });

  test("can contain the replacement character U+FFFD", async () => {
    const text = '{ "model": "\ufffd" }\n';
    await writeFile(path, text);
    const { result } = await editSettings(path, configure);
    await editSettings(path, uninstall(result));
    expect(await readFile(path, "utf8")).toBe(text);
  });

  test("keeps its mode, and its old content is kept in a copy with mode 600", async () => {
    await writeFile(path, readFixture("plain.before.json") ?? "");
    await chmod(path, 0o644);
    const { backup } = await editSettings(path, configure);
    expect(await readFile(path, "utf8")).toBe(readFixture("plain.after.json"));
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readFile(backup ?? "", "utf8")).toBe(readFixture("plain.before.json"));
    expect((await stat(backup ?? "")).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("can be a link, which stays, and the copy is beside the link", async () => {
    const target = join(folder, "dotfiles", "claude.json");
    await mkdir(join(folder, "dotfiles"));
    await writeFile(target, readFixture("symlink.before.json") ?? "");
    await symlink(join("dotfiles", "claude.json"), path);
    await editSettings(path, configure);
    expect(await readlink(path)).toBe(join("dotfiles", "claude.json"));
    expect(await readFile(target, "utf8")).toBe(readFixture("symlink.after.json"));
    expect(await readdir(join(folder, "dotfiles"))).toEqual(["claude.json"]);
    expect(await listBackups(path)).toHaveLength(1);
  });

  test("is created at the target if it is a broken link", async () => {
    await symlink(join(folder, "later", "claude.json"), path);
    await editSettings(path, configure);
    expect(await readFile(join(folder, "later", "claude.json"), "utf8")).toBe(
      readFixture("missing.after.json"),
    );
  });

  test("is reported if it is a loop of links", async () => {
    await symlink("settings.json", path);
    expect((await failure(editSettings(path, configure))).message).toContain("in a circle");
  });

  test("is not changed if it is read-only", async () => {
    await writeFile(path, readFixture("read-only.before.json") ?? "", { mode: 0o444 });
    expect((await failure(editSettings(path, configure))).message).toBe(
      `${path} is read-only, so it was left alone.`,
    );
    expect(await readFile(path, "utf8")).toBe(readFixture("read-only.before.json"));
    expect(await readdir(folder)).toEqual(["settings.json"]);
  });

  test("is reported with a hint if it is a folder", async () => {
    await mkdir(path);
    await failure(editSettings(path, configure));
  });

  test.skipIf(process.getuid?.() === 0)("is not changed if its folder is read-only", async () => {
    await writeFile(path, "{}");
    await chmod(folder, 0o500);
    expect((await failure(editSettings(path, configure))).message).toContain("cannot be written to");
  });

  test("is neither written nor copied if nothing changes", async () => {
    await writeFile(path, "{}");
    const before = await stat(path);
    const { backup, after } = await editSettings(path, (text) => ({ text, result: 1 }));
    expect([backup, after]).toEqual([undefined, "{}"]);
    expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
    expect(await readdir(folder)).toEqual(["settings.json"]);
  });

  test("is read and edited again if another process changes it meanwhile", async () => {
    await writeFile(path, '{"model":"opus"}');
    let rounds = 0;
    const { before, after } = await editSettings(path, (text) => {
      // Between the first reading and the writing, the client saves a setting.
      if (rounds++ === 0) writeSync(path, '{"model":"sonnet"}');
      return { text: text?.replace("}", ',"a":1}') ?? "", result: undefined };
    });
    expect(rounds).toBe(2);
    expect(before).toBe('{"model":"sonnet"}');
    expect(after).toBe('{"model":"sonnet","a":1}');
    expect(await readFile(path, "utf8")).toBe(after);
    expect(await listBackups(path)).toHaveLength(1);
  });

  test("is reported if another process changes it again and again", async () => {
    let round = 0;
    const busy = editSettings(path, (text) => {
      writeSync(path, `{"round":${round++}}`);
      return append(text);
    });
    expect((await failure(busy)).message).toContain("keeps being changed");
  });

  test("is read again if it is half written", async () => {
    await writeFile(path, '{"model":');
    setTimeout(() => writeSync(path, '{"model":"opus"}'), 60);
    const { before } = await editSettings(path, (text) => ({ text, result: undefined }));
    expect(before).toBe('{"model":"opus"}');
  });

  test("is rejected with line and column if it has a comment, and stays unchanged", async () => {
    await writeFile(path, readFixture("line-comment.before.json") ?? "");
    const error = await failure(editSettings(path, configure));
    expect(error.message).toBe(`${path}:2:3 cannot be edited: a comment stands here.`);
    expect(error.hint).toContain("Claude Code does not load this file either");
    expect(await readdir(folder)).toEqual(["settings.json"]);
  });

  test("has ten copies at most, and other files stay", async () => {
    await writeFile(join(folder, "settings.json.mine.bak"), "");
    await writeFile(path, "{}");
    for (let round = 0; round < 12; round++) {
      await editSettings(path, (text) => ({ text: `${text} `, result: undefined }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const backups = await listBackups(path);
    expect(backups).toHaveLength(10);
    expect(await readFile(backups.at(-1) ?? "", "utf8")).toBe(`{}${" ".repeat(11)}`);
    expect(await readdir(folder)).toContain("settings.json.mine.bak");
  });
});

describe("the path", () => {
  const linux = { platform: "linux", homeDir: "/home/ada", env: {} } as const;
  const windows = { platform: "win32", homeDir: "C:\\Users\\Ada", env: {} } as const;

  test("of the user's settings depends on CLAUDE_CONFIG_DIR and the platform", () => {
    expect(userSettingsPath(linux)).toBe("/home/ada/.claude/settings.json");
    expect(userSettingsPath({ ...linux, env: { CLAUDE_CONFIG_DIR: "/srv/claude" } })).toBe(
      "/srv/claude/settings.json",
    );
    expect(userSettingsPath(windows)).toBe("C:\\Users\\Ada\\.claude\\settings.json");
  });

  test("of managed and project settings is fixed", () => {
    expect(managedSettingsPaths("linux").file).toBe("/etc/claude-code/managed-settings.json");
    expect(managedSettingsPaths("darwin").folder).toBe(
      "/Library/Application Support/ClaudeCode/managed-settings.d",
    );
    expect(managedSettingsPaths("win32").file).toBe("C:\\Program Files\\ClaudeCode\\managed-settings.json");
    expect(projectSettingsPaths("linux", "/src/app")).toEqual({
      project: "/src/app/.claude/settings.json",
      local: "/src/app/.claude/settings.local.json",
    });
  });

  test("of ccotel's folder is CCOTEL_HOME", () => {
    expect(ccotelHome(linux)).toBe("/home/ada/.ccotel");
    expect(ccotelHome({ ...linux, env: { CCOTEL_HOME: "~/state" } })).toBe("/home/ada/state");
    expect(ccotelHome(windows)).toBe("C:\\Users\\Ada\\.ccotel");
  });
});
