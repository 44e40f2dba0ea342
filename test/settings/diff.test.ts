import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { diffSettings } from "../../src/settings/text/diff.ts";
import { maskSettings } from "../../src/settings/text/mask.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { readFixture } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "ccotel-diff-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a diff", () => {
  test("shows the changed lines with three lines around them", () => {
    const before = readFixture("crlf.before.json");
    const after = before?.replace("vim", "nano") ?? "";
    expect(diffSettings(before, after, "settings.json")).toBe(
      [
        "--- settings.json",
        "+++ settings.json",
        "@@ -1,6 +1,6 @@",
        " {",
        '   "model": "opus",',
        '   "env": {',
        '-    "EDITOR": "vim"',
        '+    "EDITOR": "nano"',
        "   }",
        " }",
        "",
      ].join("\n"),
    );
  });

  test("shows the file's path unchanged, with non-ASCII letters and spaces", () => {
    const path = "/home/jörg/a b/settings.json";
    expect(diffSettings(null, "{}\n", path).split("\n").slice(0, 2)).toEqual([
      "--- /dev/null",
      `+++ ${path}`,
    ]);
  });

  test("is empty if nothing changes", () => {
    expect(diffSettings("{}", "{}", "x")).toBe("");
    expect(diffSettings(null, null, "x")).toBe("");
  });

  test("shows a file that is created or deleted", () => {
    expect(diffSettings(null, "{}\n", "s.json")).toBe("--- /dev/null\n+++ s.json\n@@ -0,0 +1,1 @@\n+{}\n");
    expect(diffSettings("{}\n", null, "s.json")).toBe("--- s.json\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-{}\n");
  });

  const patch = spawnSync("patch", ["--version"]).status === 0;
  test.skipIf(!patch)("can be applied with patch", () => {
    const line = fc.constantFrom("a", "b", "c", "d", "", "  e");
    const lines = fc.array(line, { maxLength: 40 });
    const text = fc
      .tuple(lines, fc.boolean())
      .map(([list, end]) => list.join("\n") + (end && list.length > 0 ? "\n" : ""));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = diffSettings(before, after, "file");
        if (diff === "") expect(before).toBe(after);
        else expect(patched(before, diff)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });

  test("masks secrets of ccotel and of other programs", () => {
    const before = '{\n  "env": {\n    "ANTHROPIC_API_KEY": "sk-ant-api03-abcdefghijklmnop"\n  }\n}\n';
    const after = before.replace(
      "\n  }",
      ',\n    "CCOTEL_HEADERS": "Authorization=Basic%20dXNlcjpwYXNzd29yZA==,x-tenant=a",\n    "CCOTEL_ENDPOINT": "https://me:pw@otlp.example"\n  }',
    );
    const diff = diffSettings(before, after, "settings.json");
    expect(diff).toContain('+    "CCOTEL_HEADERS": "Authorization=Basic%20dXNl****,x-tenant=****"');
    expect(diff).toContain('+    "CCOTEL_ENDPOINT": "https://****@otlp.example/"');
    expect(diff).toContain('"ANTHROPIC_API_KEY": "sk-a****"');
  });

  test("of a large file takes less than a second", () => {
    const text = readFixture("large.before.json") ?? "";
    const tookMs = cpuMs(() => {
      expect(diffSettings(text, readFixture("large.after.json"), "s").split("\n").length).toBeLessThan(70);
    });
    expect(tookMs).toBeLessThan(1000);
  });

  function patched(before: string, diff: string): string {
    writeFileSync(join(folder, "file"), before);
    execFileSync("patch", ["-s", "--posix", join(folder, "file")], { input: diff });
    return execFileSync("cat", [join(folder, "file")], { encoding: "utf8" });
  }
});

test.each([
  [
    '"CCOTEL_HEADERS_FILE": "/home/ada/.ccotel/headers"',
    '"CCOTEL_HEADERS_FILE": "/home/ada/.ccotel/headers"',
  ],
  ['"otelHeadersHelper": "/usr/local/bin/headers"', '"otelHeadersHelper": "/usr/local/bin/headers"'],
  ['"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"', '"AWS_SECRET_ACCESS_KEY": "wJal****"'],
  ['"GITHUB_TOKEN":"short"', '"GITHUB_TOKEN":"****"'],
  [
    '"command": "curl -H \'Authorization: Bearer abc.def\' https://x"',
    '"command": "curl -H \'Authorization: Bearer ****\' https://x"',
  ],
  ['"command": "post hcaik_0123456789abcdef"', '"command": "post ****"'],
  [
    '{"env":{"A_TOKEN":"x","EDITOR":"vim"},"model":"opus"}',
    '{"env":{"A_TOKEN":"****","EDITOR":"vim"},"model":"opus"}',
  ],
  ['"CLAUDE_CODE_ENABLE_TELEMETRY": "1"', '"CLAUDE_CODE_ENABLE_TELEMETRY": "1"'],
  ['"CCOTEL_ENDPOINT": "http://localhost:4318"', '"CCOTEL_ENDPOINT": "http://localhost:4318"'],
])("%s is shown as %s", (text, shown) => {
  expect(maskSettings(text)).toBe(shown);
});
