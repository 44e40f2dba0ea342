import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { knowsEvent } from "../../src/settings/client-version.ts";
import {
  guardedScript,
  HOOK_EVENTS,
  type HookHandler,
  hookRegistrations,
  ownScript,
} from "../../src/settings/hooks/hook-entry.ts";
import { splitWords } from "../../src/settings/hooks/shell-words.ts";
import { quoteWord } from "../../src/shell-word.ts";
import { atLeast, formatVersion, parseVersion, type Version } from "../../src/versions.ts";

const linux = { bin: "/home/ada/.ccotel/bin", platform: "linux", node: "/usr/bin/node" } as const;
const windows = {
  bin: "C:\\Users\\Ada O'Hara\\.ccotel\\bin",
  platform: "win32",
  node: "C:\\Program Files\\nodejs\\node.exe",
} as const;
const now: Version = [2, 1, 329];
const before: Version = [2, 1, 138];

const first = (...args: Parameters<typeof hookRegistrations>) => hookRegistrations(...args)[0]?.handler;

describe("a hook entry", () => {
  test("has program and arguments for a client that supports args", () => {
    expect(first({ ...linux, client: now })).toEqual({
      type: "command",
      command: "/bin/sh",
      args: ["-c", 'if [ -x "$0" ]; then . "$0"; fi', "/home/ada/.ccotel/bin/hook.sh", "Stop"],
      timeout: 10,
    });
    expect(first({ ...windows, client: now })).toEqual({
      type: "command",
      command: windows.node,
      args: [
        "-e",
        'require("fs").existsSync(process.argv[1]) && require(process.argv[1])',
        `${windows.bin}\\hook.cjs`,
        "Stop",
      ],
      timeout: 10,
    });
  });

  test("is a quoted shell line for an older or unknown client", () => {
    const guard = `/bin/sh -c 'if [ -x "$0" ]; then . "$0"; fi'`;
    expect(first({ ...linux, client: before })?.command).toBe(`${guard} /home/ada/.ccotel/bin/hook.sh Stop`);
    expect(first({ ...linux, bin: "/home/ada o'hara/.ccotel/bin" })?.command).toBe(
      `${guard} '/home/ada o'\\''hara/.ccotel/bin/hook.sh' Stop`,
    );
    expect(first({ ...windows, client: before })?.command).toBe(
      "'C:/Program Files/nodejs/node.exe' -e 'require(\"fs\").existsSync(process.argv[1]) && require(process.argv[1])' " +
        "'C:/Users/Ada O'\\''Hara/.ccotel/bin/hook.cjs' Stop",
    );
  });

  test.skipIf(process.platform === "win32").each([{ client: now }, { client: before }])(
    "for $client runs its script with the event, and prints nothing if the script is missing",
    ({ client }) => {
      const bin = join(mkdtempSync(join(tmpdir(), "ccotel o'hara-")), "bin");
      mkdirSync(bin);
      writeFileSync(join(bin, "hook.sh"), '#!/bin/sh\necho "sh $1 $(cat)"\n', { mode: 0o755 });
      // The entry for Windows works with this machine's Node as it does there.
      const cjs = 'console.log("cjs", process.argv[2], require("fs").readFileSync(0, "utf8"));\n';
      writeFileSync(join(bin, "hook.cjs"), cjs);
      const entries = [
        first({ bin, platform: "linux", node: "", client }),
        first({ bin, platform: "win32", node: process.execPath, client }),
      ];
      const run = (entry: HookHandler | undefined) =>
        spawnSync(
          entry?.command ?? "",
          (entry?.args ?? []).map((arg) => arg.replaceAll("\\", "/")),
          { shell: entry?.args === undefined, input: "event", encoding: "utf8" },
        );

      expect(entries.map((entry) => run(entry).stdout)).toEqual(["sh Stop event\n", "cjs Stop event\n"]);
      rmSync(bin, { recursive: true });
      for (const entry of entries) expect(run(entry)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    },
  );

  test("without the guard, from an earlier version or written by hand, is recognised as ccotel's", () => {
    for (const handler of [
      { type: "command", command: "/home/ada/.ccotel/bin/hook.sh", args: ["Stop"] },
      { type: "command", command: "/home/ada/.ccotel/bin/hook.sh Stop" },
      { type: "command", command: windows.node, args: [`${windows.bin}\\hook.cjs`, "Stop"] },
    ]) {
      expect(ownScript(handler)).toBeDefined();
    }
  });

  test.each(['exec "$0" "$1"', 'exec "$0" "$@"'])("with the earlier guard %s is recognised", (run) => {
    const guard = ["-c", `if [ -x "$0" ]; then ${run}; fi`, "/srv/state/bin/hook.sh", "Stop"];
    const handler = { type: "command", command: "/bin/sh", args: guard };
    expect(guardedScript(handler)).toBe("/srv/state/bin/hook.sh");
    expect(ownScript(handler, ["/srv/state/bin"])).toBe("/srv/state/bin/hook.sh");
  });

  test("is written only for events that the client knows", () => {
    const events = (client: Version) => hookRegistrations({ ...linux, client }).map(({ event }) => event);
    expect(events(now)).toEqual([...HOOK_EVENTS]);
    expect(events([1, 0, 84])).toEqual(["Stop", "SessionStart"]);
    expect(events([1, 0, 61])).toEqual(["Stop"]);
    expect(events([1, 0, 37])).toEqual([]);
  });

  test("is recognised in every form that ccotel writes, and in every folder", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
      .filter((text) => !/[/\\\0\s]/.test(text) || text.trim() === text);
    fc.assert(
      fc.property(
        name,
        fc.constantFrom(now, before),
        fc.constantFrom(linux, windows),
        (folder, client, place) => {
          const separator = place === windows ? "\\" : "/";
          const plain = folder.replace(/[/\\\0]/g, "");
          fc.pre(plain !== "" && !plain.endsWith(" "));
          const bin = [place === windows ? "C:" : "", plain, "bin"].join(separator);
          const handler = first({ ...place, bin, client });
          expect(ownScript(handler, [bin])).toBeDefined();
        },
      ),
    );
    for (const place of [linux, windows]) {
      for (const client of [now, before]) {
        expect(ownScript(first({ ...place, client }))).toBeDefined();
      }
    }
  });

  test.each([
    [{ type: "command", command: "say done" }],
    [{ type: "command", command: "/home/ada/.ccotel/bin/hook.sh.bak Stop" }],
    [{ type: "command", command: "/home/ada/.ccotel/bin/hook.sh Stop; say done" }],
    [{ type: "command", command: "say done && /home/ada/.ccotel/bin/hook.sh Stop" }],
    [{ type: "command", command: "cat < /home/ada/.ccotel/bin/hook.sh" }],
    [{ type: "command", command: "wc -l x /home/ada/.ccotel/bin/hook.sh" }],
    [{ type: "command", command: "notmy.ccotel/bin/hook.sh" }],
    [{ type: "command", command: "/opt/tool", args: ["a", "/home/ada/.ccotel/bin/hook.sh"] }],
    [
      {
        type: "command",
        command: "/bin/sh",
        args: ["-c", "say $0", "/home/ada/.ccotel/bin/hook.sh", "Stop"],
      },
    ],
    [{ type: "prompt", prompt: "/home/ada/.ccotel/bin/hook.sh" }],
    [{ type: "command" }],
    [null],
    ["/home/ada/.ccotel/bin/hook.sh"],
  ])("of another program is not recognised as ccotel's: %j", (handler) => {
    expect(ownScript(handler)).toBeUndefined();
  });
});

describe("shell words", () => {
  test("are the same after quoting and splitting", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (words) => {
        expect(splitWords(words.map(quoteWord).join(" "))).toEqual(words);
      }),
    );
  });

  test("are split only in plain commands", () => {
    expect(splitWords('a "b c" d\\ e')).toEqual(["a", "b c", "d e"]);
    for (const line of ["a; b", "a | b", "a > b", "$(a)", "`a`", "$HOME/a", "'open", '"open']) {
      expect(splitWords(line)).toBeUndefined();
    }
  });
});

describe("a client's version", () => {
  test("is read from a line with other words", () => {
    expect(parseVersion("2.1.329 (Claude Code)")).toEqual([2, 1, 329]);
    expect(parseVersion("no version")).toBeUndefined();
    expect(formatVersion([2, 1, 0])).toBe("2.1.0");
  });

  test("is compared number by number", () => {
    expect(atLeast([2, 1, 100], [2, 1, 99])).toBe(true);
    expect(atLeast([2, 0, 999], [2, 1, 0])).toBe(false);
    expect(atLeast([3, 0, 0], [2, 9, 9])).toBe(true);
    expect(atLeast([1, 2, 3], [1, 2, 3])).toBe(true);
    expect(knowsEvent([2, 1, 329], "NoSuchEvent")).toBe(false);
  });
});
