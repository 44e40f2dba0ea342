import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/run-tool.ts";

const SCRIPT = join(import.meta.dirname, "../../src/hook/statusline.sh");
const ID = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

const said = (more: object = {}) => ({
  session_id: ID,
  model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
  cost: { total_cost_usd: 1.23456, total_duration_ms: 5 },
  context_window: { total_input_tokens: 1, used_percentage: 42.7 },
  ...more,
});

function machine({ theirs }: { theirs?: string } = {}) {
  const home = join(temporaryFolder(), "it's a state");
  mkdirSync(join(home, "bin"), { recursive: true });
  const script = join(home, "bin", "statusline.sh");
  copyFileSync(SCRIPT, script);
  if (theirs !== undefined) writeFileSync(join(home, "bin", "statusline-command"), `${theirs}\n`);
  return {
    home,
    folder: join(home, "statusline"),
    file: join(home, "statusline", `${ID}.json`),
    draw(json: object | string, env: Record<string, string> = {}) {
      const input = typeof json === "string" ? json : JSON.stringify(json);
      return spawnSync("/bin/sh", [script], {
        input,
        encoding: "utf8",
        env: { PATH: process.env.PATH ?? "", ...env },
      });
    },
  };
}

describe("amounts in our own line", () => {
  it.each([
    [0, "$0.00"],
    [0.004, "$0.00"],
    [0.005, "$0.01"],
    [0.0861, "$0.09"],
    [1.005, "$1.01"],
    [3, "$3.00"],
    [12.999, "$13.00"],
    [1e-7, "$0.00"],
    [1234567.891, "$1234567.89"],
  ])("of %d are %s", (cost, shown) => {
    expect(machine().draw(said({ cost: { total_cost_usd: cost } })).stdout).toContain(` · ${shown}\n`);
  });
});

describe("a status line of the user's own", () => {
  it("gets what the client says, and its output and exit code are shown unchanged", () => {
    const { draw } = machine({ theirs: `printf '\\033[1mmine\\033[0m '; head -c 14; exit 3` });
    const { stdout, stderr, status } = draw(said());
    expect(stdout).toBe(`\u001b[1mmine\u001b[0m ${JSON.stringify(said()).slice(0, 14)}`);
    expect({ stderr, status }).toEqual({ stderr: "", status: 3 });
  });

  it("gets JSON of several lines whole", () => {
    const { draw } = machine({ theirs: "cat" });
    const text = JSON.stringify(said(), null, 2);
    expect(draw(text).stdout).toBe(`${text}\n`);
  });

  it("may be several lines long, and runs in the environment as it was", () => {
    const { draw } = machine({ theirs: 'one() { echo "$MINE"; }\none' });
    expect(draw(said(), { MINE: "here" }).stdout).toBe("here\n");
  });
});

describe("a status line of ours", () => {
  it("says model, context and cost", () => {
    expect(machine().draw(said()).stdout).toBe("Opus 5.5 · 42% context · $1.23\n");
  });

  it("says limits where the client does, and the day's cost where it is known", () => {
    const m = machine();
    mkdirSync(m.folder);
    const now = new Date();
    const two = (n: number) => String(n).padStart(2, "0");
    const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    writeFileSync(join(m.folder, "today"), `${day} 4.5678 20\n`);
    const limits = { five_hour: { used_percentage: 34, resets_at: 1 }, seven_day: { used_percentage: 12.5 } };
    expect(m.draw(said({ rate_limits: limits })).stdout).toBe(
      "Opus 5.5 · 42% context · $1.23 · $4.57 today of $20.00 · 5h 34% · 7d 12%\n",
    );
    writeFileSync(join(m.folder, "today"), "2020-01-01 4.5678 20\n");
    expect(m.draw(said()).stdout).not.toContain("today");
  });
});

describe("what the client says", () => {
  it("is kept for the worker, readable by its owner alone", () => {
    const m = machine();
    m.draw(said());
    expect(JSON.parse(readFileSync(m.file, "utf8"))).toEqual(said());
    expect(statSync(m.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(m.folder)).toEqual([`${ID}.json`]);
  });

  it("is written again only when it has changed", () => {
    const m = machine();
    m.draw(said());
    utimesSync(m.file, 1, 1);
    m.draw(said());
    expect(statSync(m.file).mtimeMs).toBe(1000);
    m.draw(said({ cost: { total_cost_usd: 2 } }));
    expect(statSync(m.file).mtimeMs).toBeGreaterThan(1000);
  });

  it.each([
    ["no JSON", "hello"],
    ["nothing", ""],
    ["a session id that leads elsewhere", JSON.stringify(said({ session_id: "../../evil" }))],
    ["a long session id", JSON.stringify(said({ session_id: "a".repeat(65) }))],
  ])("is not kept when it is %s", (_, input) => {
    const m = machine();
    expect(m.draw(input).status).toBe(0);
    expect(existsSync(m.folder) ? readdirSync(m.folder) : []).toEqual([]);
    expect(existsSync(join(m.home, "../evil.json"))).toBe(false);
  });

  it("is not written through a link", () => {
    const m = machine();
    const elsewhere = temporaryFolder();
    symlinkSync(elsewhere, m.folder);
    m.draw(said());
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("is kept by the system's own programs, whatever a project puts into PATH", () => {
    const m = machine();
    const evil = temporaryFolder();
    for (const name of ["head", "mv", "mkdir", "date"])
      writeFileSync(join(evil, name), `#!/bin/sh\ntouch ${evil}/ran\n`, { mode: 0o755 });
    m.draw(said(), { PATH: `${evil}:${process.env.PATH}`, ENV: join(evil, "head") });
    expect(existsSync(m.file)).toBe(true);
    expect(readdirSync(evil)).not.toContain("ran");
  });
});
