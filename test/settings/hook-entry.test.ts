import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  atLeast,
  type ClientVersion,
  formatVersion,
  knowsEvent,
  parseClientVersion,
} from "../../src/settings/client-version.ts";
import { HOOK_EVENTS, hookRegistrations, ownScript } from "../../src/settings/hook-entry.ts";
import { quoteWord, splitWords } from "../../src/settings/shell-words.ts";

const linux = { bin: "/home/ada/.ccotel/bin", platform: "linux", node: "/usr/bin/node" } as const;
const windows = {
  bin: "C:\\Users\\Ada O'Hara\\.ccotel\\bin",
  platform: "win32",
  node: "C:\\Program Files\\nodejs\\node.exe",
} as const;
const now: ClientVersion = [2, 1, 329];
const before: ClientVersion = [2, 1, 138];

const first = (...args: Parameters<typeof hookRegistrations>) => hookRegistrations(...args)[0]?.handler;

describe("a hook entry", () => {
  test("names program and arguments apart for a client that runs them so", () => {
    expect(first({ ...linux, client: now })).toEqual({
      type: "command",
      command: "/home/ada/.ccotel/bin/hook.sh",
      args: ["Stop"],
      timeout: 10,
    });
    expect(first({ ...windows, client: now })).toEqual({
      type: "command",
      command: windows.node,
      args: [`${windows.bin}\\hook.cjs`, "Stop"],
      timeout: 10,
    });
  });

  test("is a quoted shell line for an older client, and for one that was not found", () => {
    expect(first({ ...linux, client: before })?.command).toBe("/home/ada/.ccotel/bin/hook.sh Stop");
    expect(first({ ...linux, bin: "/home/ada o'hara/.ccotel/bin" })?.command).toBe(
      "'/home/ada o'\\''hara/.ccotel/bin/hook.sh' Stop",
    );
    expect(first({ ...windows, client: before })?.command).toBe(
      "'C:/Program Files/nodejs/node.exe' 'C:/Users/Ada O'\\''Hara/.ccotel/bin/hook.cjs' Stop",
    );
  });

  test("is written only for events that the client knows", () => {
    const events = (client: ClientVersion) =>
      hookRegistrations({ ...linux, client }).map(({ event }) => event);
    expect(events(now)).toEqual([...HOOK_EVENTS]);
    expect(events([1, 0, 84])).toEqual(["Stop", "SessionStart"]);
    expect(events([1, 0, 61])).toEqual(["Stop"]);
    expect(events([1, 0, 37])).toEqual([]);
  });

  test("is recognised in every form that we write, and in every folder", () => {
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
    [{ type: "prompt", prompt: "/home/ada/.ccotel/bin/hook.sh" }],
    [{ type: "command" }],
    [null],
    ["/home/ada/.ccotel/bin/hook.sh"],
  ])("that is someone else's is left alone: %j", (handler) => {
    expect(ownScript(handler)).toBeUndefined();
  });
});

describe("shell words", () => {
  test("read back what was quoted", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (words) => {
        expect(splitWords(words.map(quoteWord).join(" "))).toEqual(words);
      }),
    );
  });

  test("are plain commands only", () => {
    expect(splitWords('a "b c" d\\ e')).toEqual(["a", "b c", "d e"]);
    for (const line of ["a; b", "a | b", "a > b", "$(a)", "`a`", "$HOME/a", "'open", '"open']) {
      expect(splitWords(line)).toBeUndefined();
    }
  });
});

describe("a client's version", () => {
  test("is read wherever it stands in the line", () => {
    expect(parseClientVersion("2.1.329 (Claude Code)")).toEqual([2, 1, 329]);
    expect(parseClientVersion("no version")).toBeUndefined();
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
