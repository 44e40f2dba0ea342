import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
let folder: string;
let packed: { filename: string; size: number; files: { path: string }[] };

describe("the package, installed into an empty folder", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ccotel-package-"));
    // Pack the existing dist/ without a new build: other tests run the programs in dist/ at the same time.
    const packing = npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", folder);
    [packed] = JSON.parse(packing) as [typeof packed];
    writeFileSync(join(folder, "package.json"), "{}");
    npm(
      folder,
      "install",
      "--offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      `./${packed.filename}`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is smaller than 750 KB, without dependencies, sources and tests", () => {
    // Two thirds are programs: the command line with its shell parser and calendars, the worker, the page, and the
    // rules for secrets.
    expect(packed.size).toBeLessThan(750_000);
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "ccotel",
    ]);
    expect(packed.files.filter(({ path }) => /\.(ts|map)$|^(src|test|fixtures)\//.test(path))).toEqual([]);
    // Nor the pages that docs/README.md names.
    expect(packed.files.filter(({ path }) => /^docs\/develop\/|CHANGELOG/.test(path))).toEqual([]);
  });

  it("has no script that npm runs, or warns about, during installation", () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, "node_modules/ccotel/package.json"), "utf8"));
    const run = ["preinstall", "install", "postinstall", "prepare"];
    expect(run.filter((name) => scripts[name] !== undefined)).toEqual([]);
  });

  it("prints its version", () => {
    expect(run("--version")).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("runs the demo", () => {
    const { exitCode, stdout, stderr } = run("demo");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("└─ claude_code.session.summary");
    expect(stdout).toContain("That is what the collector received: 11 spans");
  });

  it("prints a session as OTLP JSON", () => {
    const { exitCode, stdout, stderr } = run("export", join(root, "examples/demo"), "--dry-run");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(Object.keys(JSON.parse(stdout))).toEqual(["resourceSpans"]);
  });
});

/** Runs the installed program by the name that users type, with a minimal environment. */
function run(...args: string[]) {
  const bin = join(folder, "node_modules", ".bin", "ccotel");
  const env = { PATH: process.env.PATH ?? "", HOME: folder, TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, env, encoding: "utf8" });
  return { exitCode: status, stdout, stderr };
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
