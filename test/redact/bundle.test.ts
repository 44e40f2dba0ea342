import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { plantedSecrets } from "./planted.ts";

const DIST = join(import.meta.dirname, "../../dist");
const SESSION = join(import.meta.dirname, "../../fixtures/sessions/skill-tool/projects");

/** The files of the command line. */
const COMMAND_LINE = readdirSync(DIST).filter((name) => /^ccotel.*\.cjs$/.test(name));

/** The built program alone in a folder, with the bundle of rules for secrets beside it or without. */
function program(withRules: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of [...COMMAND_LINE, ...(withRules ? ["redact.cjs"] : [])])
    copyFileSync(join(DIST, name), join(folder, name));
  return (level: string) => {
    const env = { PATH: process.env.PATH, HOME: folder, CLAUDE_CONFIG_DIR: folder, CCOTEL_CONTENT: level };
    const args = [join(folder, "ccotel.cjs"), "export", SESSION, "--dry-run"];
    return spawnSync(process.execPath, args, { env, encoding: "utf8" });
  };
}

test("level none does not load the rules for secrets, and level details sends nothing without them", () => {
  const run = program(false);
  expect(run("none").status).toBe(0);
  const details = run("details");
  expect(details.status).toBe(2);
  expect(details.stdout).toBe("");
  expect(details.stderr).toContain("Content cannot be cleaned, so nothing is sent at content level details");
});

test("level full loads the rules from redact.cjs, and no other bundle has them", () => {
  const full = program(true)("full");
  expect(full.stderr).toBe("");
  expect(full.stdout).toContain("gen_ai.input.messages");
  expect(statSync(join(DIST, "redact.cjs")).size).toBeLessThan(100_000);
  for (const name of [...COMMAND_LINE, "worker.cjs", "worker-code.cjs", "hook.cjs"])
    expect(readFileSync(join(DIST, name), "utf8").includes("glpat-"), name).toBe(false);
});

test("the built rules find each planted secret", () => {
  const script = `
    const { removeSecrets } = require(${JSON.stringify(join(DIST, "redact.cjs"))});
    const texts = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify(texts.map((text) => removeSecrets(text).includes("[secret: "))));`;
  const input = JSON.stringify(plantedSecrets().map(({ text }) => text));
  const { stdout } = spawnSync(process.execPath, ["-e", script], { input, encoding: "utf8" });
  expect(JSON.parse(stdout)).toEqual(plantedSecrets().map(() => true));
});
