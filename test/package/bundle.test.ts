import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it, test } from "vitest";
import { PROGRAMS } from "../../src/setup/apply.ts";

// Imports and npm's dependency tree decide what is bundled, so this test asks the bundler itself.
describe.each(["src/main.ts", "src/worker-code.ts"])("the bundle of %s", async (entry) => {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    external: ["./collector.cjs", "./prompts.cjs"],
    logLevel: "silent",
  });
  const files = Object.keys(metafile.inputs).filter((file) => file.includes("node_modules/"));
  const packages = new Map<string, Set<string>>();
  for (const file of files) {
    const [, folder = "", name = ""] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file) ?? [];
    packages.set(name, (packages.get(name) ?? new Set()).add(folder));
  }
  const openTelemetry = [...packages].filter(([name]) => name.startsWith("@opentelemetry/"));

  it("has one version of each package", () => {
    expect(openTelemetry.length).toBeGreaterThan(3);
    for (const [name, folders] of packages) expect([name, folders.size]).toEqual([name, 1]);
  });

  it("has the versions that are pinned", () => {
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    for (const [name, [folder = ""]] of openTelemetry) {
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      expect([name, version]).toEqual([
        name,
        devDependencies[name] ?? expect.stringMatching(/^(2\.12\.0|0\.223\.0)$/),
      ]);
    }
  });

  it("has each module once, not as ECMAScript and as CommonJS", () => {
    for (const [name] of openTelemetry) {
      const forms = files
        .filter((file) => file.includes(`/${name}/`))
        .map((file) => /build\/(\w+)/.exec(file)?.[1]);
      expect([name, new Set(forms).size]).toEqual([name, 1]);
    }
  });

  it("leaves the collector and its schema to a file of their own", () => {
    expect([...packages.keys()].filter((name) => /protobufjs|otlp-schema/.test(name))).toEqual([]);
  });
});

describe("the command line", () => {
  const sizeOf = (name: string) => statSync(`dist/${name}.cjs`).size;

  it("is in files of its commands, so that no command loads what only others use", () => {
    const names = readdirSync("dist").filter((name) => name.startsWith("ccotel-"));
    expect(names.length).toBeGreaterThan(10);
    expect(sizeOf("ccotel") + sizeOf("ccotel-main") + sizeOf("ccotel-base")).toBeLessThan(100_000);
  });

  it("has each piece of code once", () => {
    const holding = readdirSync("dist").filter(
      (name) =>
        /^ccotel.*\.cjs$/.test(name) && readFileSync(`dist/${name}`, "utf8").includes("takes no session."),
    );
    expect(holding).toEqual(["ccotel-send-again.cjs"]);
  });

  it("never loads the program itself from another file: that would run it a second time", () => {
    for (const name of readdirSync("dist").filter((name) => /^ccotel-.*\.cjs$/.test(name)))
      expect(readFileSync(`dist/${name}`, "utf8").includes('require("./ccotel-main.cjs")'), name).toBe(false);
  });
});

it("no release of OpenTelemetry is asked for by a range", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const ranges = Object.entries(devDependencies).filter(
    ([, version]) => !/^(npm:.*@)?\d+\.\d+\.\d+$/.test(version),
  );
  expect(ranges).toEqual([]);
});

test("configure installs every file that the worker may load, and docs/operate/rollout.md names them", () => {
  const names = new Set<string>();
  const follow = (file: string) => {
    for (const [, name = ""] of readFileSync(`dist/${file}`, "utf8").matchAll(
      /require\("\.\/([\w-]+\.cjs)"\)/g,
    )) {
      if (names.has(name)) continue;
      names.add(name);
      follow(name);
    }
  };
  for (const name of ["worker.cjs", "worker-code.cjs"]) {
    names.add(name);
    follow(name);
  }
  expect(names).toContain("signals-shell.cjs");
  expect(names.size).toBeGreaterThan(2);
  const rollout = readFileSync("docs/operate/rollout.md", "utf8");
  for (const name of names) {
    expect(PROGRAMS).toContain(name);
    expect(rollout).toContain(`package/dist/${name}`);
  }
});

test("the worker itself holds neither the shell parser and the rules, nor what writes log records", () => {
  const worker = readFileSync("dist/worker-code.cjs", "utf8");
  for (const text of ["network.pipe-to-shell", "ccotel.tool_denied", "HereDoc"])
    expect(worker.includes(text), text).toBe(false);
});
