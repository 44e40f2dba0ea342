import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

describe("the check of the layers", () => {
  it("finds no fault in this repository", () => {
    expect(check(".")).toEqual({ exitCode: 0, stderr: "" });
  });

  it.each([
    ["session/a.ts", 'import { x } from "../telemetry/x.ts";', "session/ must not import telemetry/x.ts."],
    ["session/a.ts", 'import type { X } from "../otlp/x.ts";', "session/ must not import otlp/x.ts."],
    ["otlp/a.ts", 'import {\n  x,\n} from "../delivery/x.ts";', "otlp/ must not import delivery/x.ts."],
    ["delivery/a.ts", 'export * from "../commands/x.ts";', "delivery/ must not import commands/x.ts."],
    ["report/a.ts", 'const x = await import("../delivery/x.ts");', "report/ must not import delivery/x.ts."],
    ["config/a.ts", 'import "../session/x.ts";', "config/ must not import session/x.ts."],
    ["commands/a.ts", 'import { x } from "../collector/x.ts";', "only types of collector/ may be imported"],
    [
      "delivery/a.ts",
      'import { x } from "@opentelemetry/core";',
      "@opentelemetry/core is only for telemetry/",
    ],
    ["session/a.ts", 'import { x } from "node:fs";', "session/ is pure, but imports node:fs."],
    ["session/a.ts", "export const x = Date.now();", "session/ is pure, but uses Date.now."],
    ["session/a.ts", "export const x = new Date();", "session/ is pure, but uses new Date."],
    ["pricing/a.ts", "export const x = new Date;", "pricing/ is pure, but uses new Date."],
    ["telemetry/a.ts", "export const x = Math.random();", "telemetry/ is pure, but uses Math.random."],
    ["report/a.ts", "export const x = process.env.HOME;", "report/ is pure, but uses process.env."],
    ["transcript/a.ts", "setTimeout(() => {}, 1);", "transcript/ is pure, but uses setTimeout."],
    [
      "a.ts",
      'import { x } from "./session/x.ts";',
      "files directly in src/ are for every folder and must not",
    ],
    ["misc/a.ts", "", "the folder misc has no place in scripts/check-layers.mjs."],
  ])("finds the fault in src/%s: %s", (file, text, problem) => {
    const { exitCode, stderr } = check(withFile(file, text));
    expect(stderr).toContain(`src/${file}: ${problem}`);
    expect(exitCode).toBe(1);
  });

  it.each([
    ["node:fs", 'import { readFileSync } from "node:fs";', "need no disk, but this imports node:fs."],
    ["files/", 'import { readSession } from "../../src/files/read-session.ts";', "need no files/."],
  ])("finds a test of session/ that needs %s, also through other files", (_, text, problem) => {
    const folder = withFile("session/a.ts", "");
    for (const [name, content] of [
      ["test/session/a.test.ts", 'import { b } from "../support/b.ts";'],
      ["test/support/b.ts", text],
    ] as const) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const { exitCode, stderr } = check(folder);
    expect(stderr).toContain(`test/support/b.ts: tests of session/ ${problem}`);
    expect(exitCode).toBe(1);
  });

  it("finds an export that nothing imports, also of types and of dynamic imports", () => {
    const text = "export function used() {}\nexport interface Unused {}\nexport const later = 1;\n";
    const folder = withFile("session/a.ts", text);
    writeFileSync(join(folder, "src/session/b.ts"), 'import { used } from "./a.ts";\nused();');
    expect(check(folder).stderr.match(/nothing imports \w+/g)).toEqual([
      "nothing imports Unused",
      "nothing imports later",
    ]);
    writeFileSync(join(folder, "src/session/c.ts"), 'const { later, Unused } = await import("./a.ts");');
    expect(check(folder)).toEqual({ exitCode: 0, stderr: "" });
  });

  it("finds files that import each other, also only for types", () => {
    const folder = withFile("session/a.ts", 'import { b } from "./b.ts";');
    writeFileSync(join(folder, "src/session/b.ts"), 'import type { C } from "./c.ts";');
    writeFileSync(join(folder, "src/session/c.ts"), 'import type { A } from "./a.ts";');
    const { exitCode, stderr } = check(folder);
    expect(stderr).toContain(
      "imports go round in a circle: session/a.ts → session/b.ts → session/c.ts → session/a.ts.",
    );
    expect(exitCode).toBe(1);
  });

  it.each([
    [
      "telemetry/a.ts",
      'import { x } from "../session/x.ts";\nimport { SpanKind } from "@opentelemetry/api";',
    ],
    ["otlp/a.ts", 'import { x } from "../config/x.ts";\nimport { y } from "node:http";'],
    ["commands/a.ts", 'import type { X } from "../collector/x.ts";\nimport { V } from "../version.ts";'],
    ["session/a.ts", 'import { createHash } from "node:crypto";\n// Date.now() and Math.random()\n'],
    ["session/a.ts", 'export const x = [new Date(5), Date.parse("2026"), Math.max(1, 2), "process.env"];'],
    ["session/a.ts", "export function f(process: { id: number }) { return process.id; }"],
  ])("accepts src/%s: %s", (file, text) => {
    expect(check(withFile(file, text))).toEqual({ exitCode: 0, stderr: "" });
  });
});

function check(folder: string): { exitCode: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/check-layers.mjs", folder], {
    encoding: "utf8",
  });
  return { exitCode: status, stderr };
}

function withFile(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-layers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "src", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return folder;
}
