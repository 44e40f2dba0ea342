import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, type Configured, configureText, uninstallText } from "../../src/settings/edit.ts";
import { hookRegistrations } from "../../src/settings/hooks/hook-entry.ts";
import { parseManifest } from "../../src/settings/manifest.ts";
import { parseVersion } from "../../src/versions.ts";
import { runs } from "../support/runs.ts";
import { settingsText } from "./arbitrary.ts";
import { cases, changeFor, readFixture } from "./fixtures.ts";

const change = changeFor("");

/** The text and manifest of a change that must be accepted. The manifest is converted to JSON and back, as on disk. */
function configured(
  text: string | null,
  wanted: Change = change,
  earlier?: ReturnType<typeof parseManifest>,
) {
  const result: Configured = configureText(text, wanted, earlier);
  if (result.kind === "refused") throw new Error(JSON.stringify(result.problem));
  const manifest = parseManifest(JSON.parse(JSON.stringify(result.manifest)));
  if (!manifest) throw new Error("the manifest does not read back");
  return { text: result.text, manifest };
}

function uninstalled(...args: Parameters<typeof uninstallText>): string | null {
  const result = uninstallText(...args);
  if (result.kind === "refused") throw new Error(JSON.stringify(result.problem));
  return result.text;
}

/** The text that the client writes if it saves a setting: with its own order of keys, indented by two spaces. */
function reserialised(text: string): string {
  const { env, permissions, model, hooks, ...rest } = JSON.parse(text.replace("\uFEFF", ""));
  return `${JSON.stringify({ env, permissions, model, hooks, ...rest }, null, 2)}\n`;
}

describe("every fixture", () => {
  for (const name of cases()) {
    const before = readFixture(`${name}.before.json`);
    const refused = readFixture(`${name}.refused.txt`);
    if (refused !== null) {
      test(`${name} is rejected with line and column`, () => {
        const result = configureText(before, changeFor(name));
        const { line, column, reason } =
          result.kind === "refused" ? result.problem : { line: 0, column: 0, reason: "accepted" };
        expect(`${line}:${column} ${reason}\n`).toBe(refused);
      });
      continue;
    }
    test(`${name} gives the recorded text, also if it is configured again`, () => {
      const after = configured(before, changeFor(name));
      expect(after.text).toBe(readFixture(`${name}.after.json`));
      const again = configured(after.text, changeFor(name), after.manifest);
      expect(again).toEqual(after);
      expect(() => JSON.parse(after.text.replace("\uFEFF", ""))).not.toThrow();
    });
    test(`${name} is restored by uninstall`, () => {
      const after = configured(before, changeFor(name));
      expect(uninstalled(after.text, after.manifest)).toBe(before);
    });
  }

  test("is one of more than 40", () => {
    expect(cases().length).toBeGreaterThan(40);
  });
});

describe("any settings file", () => {
  test("is restored byte for byte", () => {
    fc.assert(
      fc.property(settingsText, (text) => {
        const result = configureText(text, change);
        fc.pre(result.kind === "done");
        const after = configured(text);
        expect(uninstalled(after.text, after.manifest)).toBe(text);
      }),
      { numRuns: runs(2000) },
    );
  });

  test("is restored byte for byte after three different configurations", () => {
    const changes = [
      change,
      {
        ...change,
        env: { CCOTEL_ENDPOINT: "http://other.example:4318", B: "2" },
        otelHeadersHelper: "print-headers",
      },
      { ...change, hooks: [], bin: "/elsewhere/bin" },
      { ...changeFor("old-client"), env: {} },
      changeFor("windows"),
    ];
    const order = fc.array(fc.constantFrom(...changes), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(settingsText, order, (text, steps) => {
        fc.pre(configureText(text, change).kind === "done");
        let now = configured(text, change);
        for (const step of steps) now = configured(now.text, step, now.manifest);
        expect(uninstalled(now.text, now.manifest)).toBe(text);
      }),
      { numRuns: runs(1000) },
    );
  });

  test("contains exactly what was configured, and nothing else has changed", () => {
    fc.assert(
      fc.property(settingsText, (text) => {
        fc.pre(configureText(text, change).kind === "done");
        const { text: after } = configured(text);
        const was = parse(text);
        const is = parse(after);
        expect(is.env).toMatchObject(change.env);
        for (const { event, handler } of change.hooks) {
          expect(is.hooks[event].at(-1)).toEqual({ hooks: [handler] });
          expect(is.hooks[event].slice(0, -1)).toEqual(was.hooks?.[event] ?? []);
        }
        const others = ({ env: _, hooks: __, ...rest }: Record<string, unknown>) => Object.entries(rest);
        expect(others(is)).toEqual(others(was));
      }),
      { numRuns: runs(500) },
    );
  });

  test("has the same content after uninstall if the client has rewritten the file in between", () => {
    fc.assert(
      fc.property(settingsText, (text) => {
        fc.pre(configureText(text, change).kind === "done");
        const after = configured(text);
        const left = uninstalled(reserialised(after.text), after.manifest);
        expect(JSON.parse(reserialised(left ?? "{}"))).toEqual(JSON.parse(reserialised(text)));
      }),
      { numRuns: runs(500) },
    );
  });

  function parse(text: string) {
    return JSON.parse(text.replace("\uFEFF", ""));
  }
});

describe("configure", () => {
  test("creates a missing file, and uninstall removes it", () => {
    const after = configured(null);
    expect(after.text).toBe(readFixture("missing.after.json"));
    expect(uninstalled(after.text, after.manifest)).toBeNull();
    expect(uninstalled(reserialised(after.text), after.manifest)).toBeNull();
  });

  test("does not change a file that already contains everything", () => {
    const first = configured(readFixture("plain.before.json"));
    const rewritten = reserialised(first.text);
    expect(configured(rewritten, change, first.manifest).text).toBe(rewritten);
  });

  test("uses the entries of a lost installation instead of adding new ones", () => {
    const first = configured(readFixture("other-tools-hooks.before.json"));
    const second = configured(first.text, change);
    expect(second.text).toBe(first.text);
    expect(JSON.parse(uninstalled(second.text, second.manifest) ?? "").hooks).toEqual(
      JSON.parse(readFixture("other-tools-hooks.before.json") ?? "").hooks,
    );
  });

  test("corrects an entry in place, and removes its duplicates", () => {
    const old = changeFor("old-client");
    const first = configured(readFixture("four-spaces.before.json"), old);
    const doubled = first.text.replace(
      '"command": "say done"',
      '"command": "/home/ada/.ccotel/bin/hook.sh Stop"',
    );
    const second = configured(doubled, change, first.manifest);
    const stop = JSON.parse(second.text).hooks.Stop;
    expect(stop).toEqual([{ hooks: [change.hooks[0]?.handler] }]);
  });

  test("removes events that a downgraded client does not know", () => {
    const first = configured(null);
    const second = configured(first.text, changeFor("very-old-client"), first.manifest);
    expect(Object.keys(JSON.parse(second.text).hooks)).toEqual(["Stop", "SessionStart"]);
    expect(uninstalled(second.text, second.manifest)).toBeNull();
  });

  test("saves the value from before the first change, not the one in between", () => {
    const text = '{"env":{"OTEL_METRICS_EXPORTER":"prometheus"}}';
    const first = configured(text);
    const second = configured(
      first.text,
      { ...change, env: { OTEL_METRICS_EXPORTER: "console" } },
      first.manifest,
    );
    expect(second.manifest.values).toEqual([
      { path: ["env", "OTEL_METRICS_EXPORTER"], value: "console", before: '"prometheus"' },
    ]);
    expect(uninstalled(second.text, second.manifest)).toBe(text);
  });
});

describe("uninstall", () => {
  test("leaves a key that was changed since, and names it", () => {
    const after = configured("{}");
    const edited = after.text.replace("http://localhost:4318", "http://mine.example:4318");
    expect(uninstallText(edited, after.manifest)).toEqual({
      kind: "done",
      text: '{\n  "env": {\n    "CCOTEL_ENDPOINT": "http://mine.example:4318"\n  }\n}',
      kept: ["env.CCOTEL_ENDPOINT"],
    });
  });

  test("leaves what was added around ccotel's entries", () => {
    const after = configured(null);
    const parsed = JSON.parse(after.text);
    parsed.hooks.Stop[0].hooks.push({ type: "command", command: "say done" });
    parsed.model = "opus";
    parsed.env.EDITOR = "vim";
    const left = uninstalled(JSON.stringify(parsed, null, 2), after.manifest);
    expect(JSON.parse(left ?? "")).toEqual({
      env: { EDITOR: "vim" },
      hooks: { Stop: [{ hooks: [{ type: "command", command: "say done" }] }] },
      model: "opus",
    });
  });

  test("removes what has ccotel's name without a manifest, and names the rest", () => {
    const after = configured(readFixture("four-spaces.before.json"));
    expect(uninstallText(after.text)).toEqual({
      kind: "done",
      text: readFixture("four-spaces.before.json")?.replace(
        /\n}\n$/,
        ',\n    "env": {\n        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",\n        "OTEL_METRICS_EXPORTER": "otlp"\n    }\n}\n',
      ),
      kept: ["env.CLAUDE_CODE_ENABLE_TELEMETRY", "env.OTEL_METRICS_EXPORTER"],
    });
  });

  test("does not change a file that was never configured", () => {
    for (const name of cases()) {
      const before = readFixture(`${name}.before.json`);
      const result = uninstallText(before);
      if (result.kind === "done" && !before?.includes("ccotel/bin")) expect(result.text).toBe(before);
    }
  });

  test("finds entries with another folder only with the manifest", () => {
    const bin = "/srv/telemetry/bin";
    const hooks = hookRegistrations({
      bin,
      platform: "linux",
      node: "",
      client: parseVersion("2.1.329"),
    });
    const after = configured("{}", { env: {}, bin, hooks });
    expect(uninstalled(after.text)).toBe(after.text);
    expect(uninstalled(after.text, after.manifest)).toBe("{}");
  });

  test("rejects a broken file, as configure does", () => {
    expect(uninstallText('{"a":1,}')).toEqual({
      kind: "refused",
      problem: { line: 1, column: 7, reason: "a comma stands before a closing bracket" },
    });
  });
});

test("a settings file of several megabytes is restored byte for byte", () => {
  const allow = Array.from(
    { length: 40_000 },
    (_, index) => `Bash(npm run a-rather-long-task-name-${index}:*)`,
  );
  const text = JSON.stringify({ permissions: { allow } }, null, 2);
  const after = configured(text);
  expect(uninstalled(after.text, after.manifest)).toBe(text);
});
