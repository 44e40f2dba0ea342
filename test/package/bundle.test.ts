import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it, test } from "vitest";
import { PROGRAMS } from "../../src/setup/apply.ts";

// Imports and npm's dependency tree decide what is bundled, so this test runs the bundler.
describe.each(["src/programs/main.ts", "src/programs/worker-code.ts"])("the bundle of %s", async (entry) => {
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

  it("has the pinned versions", () => {
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    for (const [name, [folder = ""]] of openTelemetry) {
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      expect([name, version]).toEqual([
        name,
        devDependencies[name] ?? expect.stringMatching(/^(2\.12\.0|0\.223\.0)$/),
      ]);
    }
  });

  it("has each module once, not in both ECMAScript and CommonJS", () => {
    for (const [name] of openTelemetry) {
      const forms = files
        .filter((file) => file.includes(`/${name}/`))
        .map((file) => /build\/(\w+)/.exec(file)?.[1]);
      expect([name, new Set(forms).size]).toEqual([name, 1]);
    }
  });

  it("does not include the collector and its schema", () => {
    expect([...packages.keys()].filter((name) => /protobufjs|otlp-schema/.test(name))).toEqual([]);
  });
});

describe("the command line", () => {
  const sizeOf = (name: string) => statSync(`dist/${name}.cjs`).size;

  it("has separate files for its commands, and less than 100 KB that all of them load", () => {
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

  it("does not load its main file from another file, which would run it twice", () => {
    for (const name of readdirSync("dist").filter((name) => /^ccotel-.*\.cjs$/.test(name)))
      expect(readFileSync(`dist/${name}`, "utf8").includes('require("./ccotel-main.cjs")'), name).toBe(false);
  });
});

test("the page of `ccotel view` has at most 60 KB with gzip, without data", () => {
  expect(gzipSync(readFileSync("dist/page.html"), { level: 9 }).length).toBeLessThanOrEqual(60_000);
});

test("the list of licences has the packages in the page and in the programs", () => {
  const licences = readFileSync("dist/THIRD-PARTY-LICENSES.txt", "utf8");
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of ["preact", "uplot", "unbash", "@opentelemetry/core"])
    expect(licences).toContain(`\n${name} ${devDependencies[name]}\n`);
  expect(licences).not.toContain("\nterser ");
});

it("every development dependency has a pinned version", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const ranges = Object.entries(devDependencies).filter(
    ([, version]) => !/^(npm:.*@)?\d+\.\d+\.\d+$/.test(version),
  );
  expect(ranges).toEqual([]);
});

test("configure installs every file that the worker can load, and docs/operate/rollout.md names them", () => {
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

test("the worker's main bundle has no shell parser, no rules and no log records", () => {
  const worker = readFileSync("dist/worker-code.cjs", "utf8");
  for (const text of ["network.pipe-to-shell", "ccotel.tool_denied", "HereDoc"])
    expect(worker.includes(text), text).toBe(false);
});
