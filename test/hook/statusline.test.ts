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
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { noteToday } from "../../src/state/statusline.ts";
import { program, temporaryFolder } from "../support/run-tool.ts";
import { zoneAtNoon } from "../support/time-zone.ts";

const SCRIPT = join(import.meta.dirname, "../../src/hook/statusline.sh");
const ID = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

const clientJson = (more: object = {}) => ({
  session_id: ID,
  model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
  cost: { total_cost_usd: 1.23456, total_duration_ms: 5 },
  context_window: { total_input_tokens: 1, used_percentage: 42.7 },
  ...more,
});

function machine({ userCommand }: { userCommand?: string } = {}) {
  const home = join(temporaryFolder(), "it's a state");
  mkdirSync(join(home, "bin"), { recursive: true });
  const script = join(home, "bin", "statusline.sh");
  copyFileSync(SCRIPT, script);
  if (userCommand !== undefined) writeFileSync(join(home, "bin", "statusline-command"), `${userCommand}\n`);
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

it("reads also JSON with a space behind each colon, as other programs write it", () => {
  const json = JSON.stringify(clientJson()).replaceAll('":', '": ');
  expect(machine().draw(json).stdout).toBe("Opus 5.5 · 42% context · $1.23\n");
});

describe("ccotel statusline -- COMMAND", () => {
  it.each([
    [["cat"], `${JSON.stringify(clientJson())}`, 0],
    [["echo 'one  two' | tr a-z A-Z"], "ONE  TWO\n", 0],
    [["sh", "-c", "echo 'it'\"'\"'s  fine'; exit 3"], "it's  fine\n", 3],
    [["printf", "%s|", "a b", "c'd", "$HOME"], "a b|c'd|$HOME|", 0],
  ] as const)("runs %j as the shell of the user has read it", (words, stdout, status) => {
    const { home } = machine();
    const env = { PATH: process.env.PATH ?? "", CCOTEL_HOME: home, HOME: temporaryFolder() };
    const input = JSON.stringify(clientJson());
    const args = [program, "statusline", "--", ...words];
    const ran = spawnSync(process.execPath, args, { input, encoding: "utf8", env });
    expect({ stdout: ran.stdout, status: ran.status }).toEqual({ stdout, status });
  });
});

describe("amounts in ccotel's status line", () => {
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
  ])("of %d are shown as %s", (cost, shown) => {
    expect(machine().draw(clientJson({ cost: { total_cost_usd: cost } })).stdout).toContain(` · ${shown}\n`);
  });
});

describe("the user's own status line", () => {
  it("gets the client's JSON, and its output and exit code stay unchanged", () => {
    const { draw } = machine({ userCommand: `printf '\\033[1mmine\\033[0m '; head -c 14; exit 3` });
    const { stdout, stderr, status } = draw(clientJson());
    expect(stdout).toBe(`\u001b[1mmine\u001b[0m ${JSON.stringify(clientJson()).slice(0, 14)}`);
    expect({ stderr, status }).toEqual({ stderr: "", status: 3 });
  });

  it("gets JSON of several lines unchanged", () => {
    const { draw } = machine({ userCommand: "cat" });
    const text = JSON.stringify(clientJson(), null, 2);
    expect(draw(text).stdout).toBe(`${text}\n`);
  });

  it("can be a script of several lines, and runs in the unchanged environment", () => {
    const { draw } = machine({ userCommand: 'one() { echo "$MINE"; }\none' });
    expect(draw(clientJson(), { MINE: "here" }).stdout).toBe("here\n");
  });
});

describe("ccotel's status line", () => {
  it("shows model, context and cost", () => {
    expect(machine().draw(clientJson()).stdout).toBe("Opus 5.5 · 42% context · $1.23\n");
  });

  it("shows limits if the client sends them, and the day's cost if it is known", () => {
    const m = machine();
    mkdirSync(m.folder);
    const { zone: TZ, day } = zoneAtNoon();
    writeFileSync(join(m.folder, "today"), `${day} 4.5678 20\n`);
    const limits = { five_hour: { used_percentage: 34, resets_at: 1 }, seven_day: { used_percentage: 12.5 } };
    expect(m.draw(clientJson({ rate_limits: limits }), { TZ }).stdout).toBe(
      "Opus 5.5 · 42% context · $1.23 · $4.57 today of $20.00 · 5h 34% · 7d 12%\n",
    );
    writeFileSync(join(m.folder, "today"), "2020-01-01 4.5678 20\n");
    expect(m.draw(clientJson(), { TZ }).stdout).not.toContain("today");
  });

  it("adds to the day's cost what the session has cost since its last turn ended, whatever others do", () => {
    const m = machine();
    mkdirSync(m.folder);
    const { zone: TZ, day } = zoneAtNoon();
    const note = (usd: number, ...sessionIds: string[]) =>
      noteToday({ root: dirname(m.folder) }, { date: day, usd, sessionIds });
    const at = (usd: number, id = ID) => {
      const json = clientJson({ session_id: id, cost: { total_cost_usd: usd } });
      return / · (\$\S+) today/.exec(m.draw(json, { TZ }).stdout)?.[1];
    };
    note(10);
    // A session that was resumed begins with what it has cost before.
    expect([at(2.5), at(2.5), at(3.004), at(3.75)]).toEqual(["$10.00", "$10.00", "$10.50", "$11.25"]);
    const other = ID.replace("0", "1");
    expect([at(0, other), at(1e-7, other), at(0.25, other)]).toEqual(["$10.00", "$10.00", "$10.25"]);
    // A turn of the other session ends while this one still works, then this one's.
    note(10.25, other);
    expect([at(0.25, other), at(3.75)]).toEqual(["$10.25", "$11.50"]);
    note(11.45, ID);
    expect([at(3.75), at(4), at(0.25, other)]).toEqual(["$11.45", "$11.70", "$11.45"]);
    // The client counts anew.
    expect(at(0.5)).toBe("$11.45");
    writeFileSync(join(m.folder, `${ID}.since`), "2020-01-01 100\n");
    expect(at(0.5)).toBe("$11.45");
    expect(statSync(join(m.folder, `${ID}.since`)).mode & 0o777).toBe(0o600);
  });
});

describe("the client's JSON", () => {
  it("is kept for the worker, readable only for its owner", () => {
    const m = machine();
    m.draw(clientJson());
    expect(JSON.parse(readFileSync(m.file, "utf8"))).toEqual(clientJson());
    expect(statSync(m.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(m.folder)).toEqual([`${ID}.json`]);
  });

  it("is written again only if it has changed", () => {
    const m = machine();
    m.draw(clientJson());
    utimesSync(m.file, 1, 1);
    m.draw(clientJson());
    expect(statSync(m.file).mtimeMs).toBe(1000);
    m.draw(clientJson({ cost: { total_cost_usd: 2 } }));
    expect(statSync(m.file).mtimeMs).toBeGreaterThan(1000);
  });

  it.each([
    ["not JSON", "hello"],
    ["empty", ""],
    ["with a path as the session id", JSON.stringify(clientJson({ session_id: "../../evil" }))],
    ["with a long session id", JSON.stringify(clientJson({ session_id: "a".repeat(65) }))],
  ])("is not kept if it is %s", (_, input) => {
    const m = machine();
    expect(m.draw(input).status).toBe(0);
    expect(existsSync(m.folder) ? readdirSync(m.folder) : []).toEqual([]);
    expect(existsSync(join(m.home, "../evil.json"))).toBe(false);
  });

  it("is not written through a link", () => {
    const m = machine();
    const elsewhere = temporaryFolder();
    symlinkSync(elsewhere, m.folder);
    const { zone: TZ, day } = zoneAtNoon();
    writeFileSync(join(elsewhere, "today"), `${day} 4.5678\n`);
    m.draw(clientJson(), { TZ });
    expect(readdirSync(elsewhere)).toEqual(["today"]);
  });

  it("is written by the system's own programs, not by programs of a project's PATH", () => {
    const m = machine();
    const evil = temporaryFolder();
    for (const name of ["head", "mv", "mkdir", "date"])
      writeFileSync(join(evil, name), `#!/bin/sh\ntouch ${evil}/ran\n`, { mode: 0o755 });
    m.draw(clientJson(), { PATH: `${evil}:${process.env.PATH}`, ENV: join(evil, "head") });
    expect(existsSync(m.file)).toBe(true);
    expect(readdirSync(evil)).not.toContain("ran");
  });
});
