// What `stats` and `sessions` keep about each project never changes their output. Each test compares it with the output
// for an empty state folder.

import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, test, vi } from "vitest";
import { findAllSessions } from "../../../src/files/find-sessions.ts";
import { lookAtHistory } from "../../../src/state/catalog/history-parts.ts";
import { countReads } from "../../support/count-reads.ts";
import { homeOfRecordings } from "../../support/home-of-recordings.ts";
import { runTool, temporaryFolder } from "../../support/run-tool.ts";
import { useTimeZone } from "../../support/time-zone.ts";

const RECORDINGS = ["02-tools", "06-thinking", "07-mcp", "04-compact-auto", "03-subagents-parallel"];

let homeDir = "";
beforeEach(() => {
  homeDir = homeOfRecordings(...RECORDINGS);
});

const projects = () => join(homeDir, ".claude/projects");
const notes = () => join(homeDir, ".ccotel/history");
const sessions = () => findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });

async function stats(args: readonly string[] = [], env = {}) {
  return printed("stats", args, env);
}

async function printed(command: string, args: readonly string[] = [], env = {}) {
  const { exitCode, stdout } = await runTool([command, "--json", ...args], { homeDir, env });
  return { exitCode, stdout };
}

/** The same with an empty state folder. */
const fresh = (args: readonly string[] = [], env = {}) =>
  stats(args, { ...env, CCOTEL_HOME: temporaryFolder() });

describe("stats and sessions print the same as with an empty state folder, also if", () => {
  const path = (index: number) => sessions()[index]!.path;
  const twoTurns = () =>
    join(
      "fixtures/sessions/01-two-turns/projects",
      readdirSync("fixtures/sessions/01-two-turns/projects")[0]!,
    );
  const aTranscript = () => {
    const folder = twoTurns();
    return join(folder, readdirSync(folder).find((name) => name.endsWith(".jsonl"))!);
  };

  const changes: Record<string, () => void> = {
    "nothing has changed": () => {},
    "a session has lost its last lines": () => {
      const lines = readFileSync(path(0), "utf8").trimEnd().split("\n");
      writeFileSync(path(0), `${lines.slice(0, -4).join("\n")}\n`);
    },
    "a session is new": () =>
      void copyFileSync(aTranscript(), join(dirname(path(0)), basename(aTranscript()))),
    "a session is in a nested folder": () => {
      const deep = join(dirname(path(0)), "deep", "deeper");
      mkdirSync(deep, { recursive: true });
      copyFileSync(aTranscript(), join(deep, basename(aTranscript())));
    },
    "a project is new": () => void cpSync(twoTurns(), join(projects(), "-another"), { recursive: true }),
    "a session was deleted": () => rmSync(path(1)),
    "a project was deleted": () => rmSync(dirname(path(1)), { recursive: true }),
    "a project was renamed": () => renameSync(dirname(path(0)), join(projects(), "-renamed")),
    "a session was copied into another project": () => {
      copyFileSync(path(0), join(dirname(path(2)), basename(path(0))));
    },
    "a program that syncs folders put a copy beside a session": () => {
      const copy = path(0).replace(".jsonl", ".sync-conflict-20261130-101500-ABCDEFG.jsonl");
      const more = readFileSync(path(0), "utf8").replace(/"uuid":"..../g, '"uuid":"abcd');
      writeFileSync(copy, more.replace(/"id":"msg_.../g, '"id":"msg_abc'));
    },
    "a link to a project was added": () => symlinkSync(dirname(path(0)), join(projects(), "-link")),
    "a subagent's file was deleted": () => {
      const found = readdirSync(projects(), { recursive: true }).map(String);
      const agent = found.find((name) => /subagents.agent-.*\.jsonl$/.test(name))!;
      rmSync(join(projects(), agent));
    },
    "a session was replaced by another one of the same size and time": () => {
      const { mtime } = statSync(path(0));
      const other = readFileSync(path(0), "utf8").replace(/"output_tokens":\d/g, '"output_tokens":9');
      writeFileSync(`${path(0)}.new`, other);
      renameSync(`${path(0)}.new`, path(0));
      utimesSync(path(0), mtime, mtime);
    },
    "a session was rewritten with a time in the past": () => {
      writeFileSync(
        path(0),
        readFileSync(path(0), "utf8").replace(/"output_tokens":\d/g, '"output_tokens":9'),
      );
      utimesSync(path(0), new Date("2001-01-01"), new Date("2001-01-01"));
    },
    "a session and a subagent have grown, and a coarse file system shows no other time": () => {
      const agent = readdirSync(projects(), { recursive: true })
        .map((name) => join(projects(), String(name)))
        .find((name) => /subagents.agent-.*\.jsonl$/.test(name))!;
      for (const file of [path(0), agent]) {
        const { mtime } = statSync(file);
        const lines = readFileSync(file, "utf8").trimEnd().split("\n");
        const answer = lines.findLast((line) => line.includes('"output_tokens"'))!;
        const more = answer.replace(/"uuid":"..../, '"uuid":"abcd').replace(/"id":"msg_.../, '"id":"msg_abc');
        appendFileSync(file, `${more}\n`);
        utimesSync(file, mtime, mtime);
      }
    },
    "two sessions have exchanged their names": () => {
      const [one, other] = [path(0), path(1)];
      renameSync(one, `${one}.away`);
      renameSync(other, one);
      renameSync(`${one}.away`, other);
    },
    "a project was removed, and another one has its name": () => {
      const folder = dirname(path(0));
      rmSync(folder, { recursive: true });
      cpSync(twoTurns(), folder, { recursive: true });
    },
    "the title of a session is new": () =>
      appendFileSync(path(0), `${JSON.stringify({ type: "custom-title", customTitle: "Another title" })}\n`),
    "the notes are damaged": () => {
      for (const name of readdirSync(notes())) {
        const text = readFileSync(join(notes(), name), "utf8");
        writeFileSync(
          join(notes(), name),
          text.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10)),
        );
      }
    },
    "the notes are cut": () => {
      for (const name of readdirSync(notes()))
        writeFileSync(join(notes(), name), readFileSync(join(notes(), name), "utf8").slice(0, 200));
    },
    "folders are in the place of the notes": () => {
      for (const name of readdirSync(notes())) {
        rmSync(join(notes(), name));
        mkdirSync(join(notes(), name));
      }
    },
  };

  it.each(Object.keys(changes))("%s", async (name) => {
    const requests = [
      ["stats"],
      ["stats", "--by", "project,model"],
      ["stats", "--by", "tool"],
      ["stats", "--by", "session"],
      ["stats", "--by", "block"],
      ["stats", "--since", "2026-01"],
      ["stats", "--since", "2026-01", "--by", "hour,project", "--project", "acme"],
      ["stats", "--by", "block", "--until", "2026-11-21T10:00"],
      ["sessions"],
      ["sessions", "--limit", "2", "--project", "acme"],
    ];
    for (const [command = "", ...args] of requests) await printed(command, args);
    changes[name]!();
    for (const [command = "", ...args] of requests) {
      const right = await printed(command, args, { CCOTEL_HOME: temporaryFolder() });
      expect([command, args, right.stdout]).not.toEqual([command, args, ""]);
      for (let look = 0; look < 2; look++)
        expect([command, args, await printed(command, args)]).toEqual([command, args, right]);
    }
  });
});

test("sessions prints the same as with an empty state folder if a project has more sessions than it lists", async () => {
  const [{ path } = { path: "" }] = sessions();
  const text = readFileSync(path, "utf8");
  for (let at = 10; at < 40; at++) {
    const id = path.slice(-".jsonl".length - 36, -".jsonl".length);
    const other = `${id.slice(0, -2)}${at}`;
    const copy = text.replaceAll(id, other).replace(/"uuid":"..../g, `"uuid":"aa${at}`);
    writeFileSync(
      join(dirname(path), `${other}.jsonl`),
      copy.replaceAll("T1", `T0`).replaceAll(/:..Z/g, `:${at}Z`),
    );
  }
  for (const args of [
    [],
    ["--limit", "30"],
    ["--limit", "5"],
    ["--project", "acme"],
    ["--since", "2026-01"],
  ]) {
    const right = await printed("sessions", args, { CCOTEL_HOME: temporaryFolder() });
    for (let look = 0; look < 2; look++)
      expect([args, await printed("sessions", args)]).toEqual([args, right]);
  }
});

test("a second list of sessions opens only the transcripts of which it shows the title", async () => {
  await printed("sessions");
  const reads = countReads();
  const { stdout } = await printed("sessions", ["--limit", "1"]);
  expect(reads.opened(".jsonl")).toEqual([JSON.parse(stdout).path]);
  expect(reads.opened("catalog.tsv")).toEqual([]);
});

describe("stats prints the same as with an empty state folder if a session exists twice and", () => {
  const requests = [
    [],
    ["--by", "project,model"],
    ["--by", "session"],
    ["--by", "block"],
    ["--since", "2026-01", "--model", "claude"],
  ];
  async function compare(change: () => void) {
    for (const args of requests) await stats(args);
    change();
    for (const args of requests) expect([args, await stats(args)]).toEqual([args, await fresh(args)]);
  }

  it("the source was deleted: the fork then counts what it copied", async () => {
    homeDir = homeOfRecordings("fork", "06-thinking");
    const [source] = sessions().filter(({ sessionId }) => sessionId.startsWith("9adcce2d"));
    const rowsOf = async () => JSON.parse((await stats(["--by", "session"])).stdout).rows;
    const before = await rowsOf();
    await compare(() => rmSync(source!.path));
    const isFork = ({ session }: { session: string }) => session.startsWith("010178f5");
    expect((await rowsOf()).find(isFork).requests).toBeGreaterThan(before.find(isFork).requests);
  });

  it("a copy in another project has its name in capitals", async () => {
    const total = async () => JSON.parse((await stats()).stdout).total;
    const before = await total();
    await compare(() => {
      const { path } = sessions()[0]!;
      const copy = join(projects(), "-another", `${basename(path, ".jsonl").toUpperCase()}.jsonl`);
      mkdirSync(dirname(copy));
      copyFileSync(path, copy);
    });
    expect(await total()).toEqual(before);
  });

  it("the copy in another project got a subagent", async () => {
    const { path } = sessions()[0]!;
    const copy = join(projects(), "-another", basename(path));
    mkdirSync(dirname(copy));
    copyFileSync(path, copy);
    const agents = join(copy.slice(0, -".jsonl".length), "subagents");
    await compare(() => {
      mkdirSync(agents, { recursive: true });
      const lines = readFileSync(path, "utf8")
        .replace(/"uuid":"./g, '"uuid":"f')
        .replace(/"id":"msg_./g, '"id":"msg_f');
      writeFileSync(
        join(agents, "agent-a1.jsonl"),
        lines.replaceAll('"isSidechain":false', '"isSidechain":true,"agentId":"a1"'),
      );
    });
  });
});

/** Gives each file the time of its last record, as Claude Code leaves it. */
function timesAsRecorded(): void {
  for (const name of readdirSync(projects(), { recursive: true }).map(String)) {
    if (!name.endsWith(".jsonl")) continue;
    const text = readFileSync(join(projects(), name), "utf8");
    const times = [...text.matchAll(/"timestamp":"([^"]+)"/g)].map(([, time = ""]) => Date.parse(time));
    const last = new Date(Math.max(...times));
    utimesSync(join(projects(), name), last, last);
  }
}

describe("a first stats since a day", () => {
  // 01-two-turns is from 21 November, 2.1.200-bash-mode from 29 November.
  beforeEach(() => {
    homeDir = homeOfRecordings("01-two-turns", "2.1.200-bash-mode");
    timesAsRecorded();
  });
  /** How many sessions were counted, and how many have been read and added up so far. */
  const look = async (args: readonly string[]) => {
    const { stdout } = await stats(args);
    const catalog = readFileSync(join(homeDir, ".ccotel/catalog.tsv"), "utf8");
    const read = catalog.split("\n").filter((line) => line.includes('{"rows":')).length;
    return { counted: JSON.parse(stdout).total.sessions, read };
  };

  it("reads only sessions that changed since then, and the others once they are asked for", async () => {
    expect(await look(["--since", "2026-11-29"])).toEqual({ counted: 1, read: 1 });
    expect(await look(["--since", "2026-11-29"])).toEqual({ counted: 1, read: 1 });
    expect(await look(["--since", "2026-11-01"])).toEqual({ counted: 2, read: 2 });
    expect(await look(["--project", "acme"])).toEqual({ counted: 2, read: 2 });
  });

  it("counts a subagent that went on when the session's own transcript no longer changed", async () => {
    homeDir = homeOfRecordings("03-subagents-parallel");
    timesAsRecorded();
    const [{ path } = { path: "" }] = sessions();
    utimesSync(path, new Date("2026-11-01"), new Date("2026-11-01"));
    expect(await look(["--since", "2026-11-21"])).toEqual({ counted: 1, read: 1 });
  });
});

describe("a second stats that is about a part of the history", () => {
  const requests = async (args: readonly string[]) => {
    await stats(args);
    const reads = countReads();
    const parse = vi.spyOn(JSON, "parse");
    const { stdout } = await stats(args);
    const summaries = parse.mock.calls.filter(([text]) => String(text).startsWith('{"rows":['));
    parse.mockRestore();
    return {
      sessions: JSON.parse(stdout).total?.sessions,
      summaries: summaries.length,
      catalog: reads.opened("catalog.tsv").length,
      transcripts: reads.opened(".jsonl").length,
    };
  };

  it("decodes only the summaries of sessions that it counts", async () => {
    homeDir = homeOfRecordings("01-two-turns", "2.1.200-bash-mode", "2.0.45-skill-tool", "07-mcp");
    const days = JSON.parse((await stats()).stdout).rows as { day: string; sessions: number }[];
    expect(days.length).toBeGreaterThan(1);
    for (const { day, sessions: count } of days)
      expect(await requests(["--since", day, "--until", day])).toMatchObject({
        sessions: count,
        summaries: count,
        transcripts: 0,
      });
    expect(await requests(["--model", "claude-nothing"])).toMatchObject({ summaries: 0, catalog: 0 });
    expect(await requests(["--project", "no such project"])).toMatchObject({ summaries: 0, catalog: 0 });
  });

  it("opens no catalog if nothing is from that time, and none for windows of five hours", async () => {
    const nothing = { summaries: 0, catalog: 0, transcripts: 0 };
    expect(await requests(["--since", "2026-12-24"])).toEqual({ sessions: 0, ...nothing });
    expect(await requests(["--by", "block"])).toMatchObject(nothing);
    expect(await requests(["--by", "session"])).toMatchObject(nothing);
  });

  it("prints the same as one that looks up each session of the folder", async () => {
    homeDir = homeOfRecordings(
      "01-two-turns",
      "1.0.128-fork",
      "2.0.45-skill-tool",
      "fork",
      "04-compact-auto",
      "07-mcp",
    );
    timesAsRecorded();
    const when = fc
      .tuple(
        fc.integer({ min: Date.UTC(2026, 10, 18), max: Date.UTC(2026, 10, 30) }),
        fc.constantFrom(7, 10, 16),
      )
      .map(([ms, length]) => new Date(ms).toISOString().slice(0, length));
    const maybe = (flag: string, value: fc.Arbitrary<string>) =>
      fc.option(value, { nil: undefined }).map((one) => (one === undefined ? [] : [flag, one]));
    const args = fc
      .tuple(
        maybe("--since", when),
        maybe("--until", when),
        maybe("--project", fc.constantFrom("acme", "SHOP", "work", "", "x")),
        maybe("--model", fc.constantFrom("opus", "Sonnet", "haiku", "nothing")),
        maybe(
          "--by",
          fc.constantFrom("hour", "day,model", "project", "session", "tool,agent", "block", "branch,skill"),
        ),
        maybe("--timezone", fc.constantFrom("Asia/Kathmandu", "America/New_York")),
      )
      .map((parts) => parts.flat());
    await fc.assert(
      fc.asyncProperty(args, async (one) => {
        const right = await stats([projects(), ...one]);
        expect([one, await stats(one)]).toEqual([one, right]);
        expect([one, await stats(one)]).toEqual([one, right]);
        expect([one, await fresh(one)]).toEqual([one, right]);
      }),
      { numRuns: 40 },
    );
  });
});

test("while sessions grow, a part of the history has the same sums as with a look at each session", async () => {
  homeDir = homeOfRecordings("01-two-turns", "2.0.45-skill-tool", "04-compact-auto", "03-subagents-parallel");
  const wholes = sessions().map(({ path }) => ({ path, text: readFileSync(path, "utf8") }));
  const requests = [
    ["--since", "2026-11-22"],
    ["--until", "2026-11-21", "--by", "model"],
    ["--by", "block"],
    ["--by", "session"],
    ["--project", "acme", "--by", "tool"],
  ];
  const share = fc.integer({ min: 1, max: 10 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(wholes.length - 1), share), { minLength: 2, maxLength: 5 }),
      async (steps) => {
        for (const { path } of wholes) rmSync(path, { force: true });
        for (const [index, tenths] of steps) {
          const { path, text } = wholes[index]!;
          // Sessions begin, grow, and are sometimes shorter than before.
          writeFileSync(path, text.slice(0, Math.ceil((text.length * tenths) / 10)));
          for (const request of requests) {
            const kept = await stats(request);
            expect([request, kept]).toEqual([request, await fresh([projects(), ...request])]);
          }
        }
      },
    ),
    { numRuns: 12 },
  );
});

describe("what stats keeps depends on", () => {
  it("the time zone of this system, and the first day of the week", async () => {
    for (const TZ of ["UTC", "Pacific/Apia", "America/Los_Angeles"]) {
      useTimeZone(TZ);
      for (const args of [[], ["--by", "week"], ["--by", "week", "--start-of-week", "sunday"]])
        expect([TZ, args, await stats(args)]).toEqual([TZ, args, await fresh(args)]);
    }
  });

  it("the user's prices", async () => {
    const before = await stats();
    const model = JSON.parse((await stats(["--by", "model"])).stdout).rows[0].model;
    const prices = join(homeDir, "prices.json");
    const price = { input: 1000, output: 1000, cacheRead: 1000, cacheWrite5m: 1000, cacheWrite1h: 1000 };
    writeFileSync(prices, JSON.stringify({ models: { [model]: { ...price, contextWindow: 200_000 } } }));
    const env = { CCOTEL_PRICES: prices };
    const right = await fresh([], env);
    expect(right.exitCode).toBe(0);
    expect(right.stdout).not.toBe(before.stdout);
    expect(await stats([], env)).toEqual(right);
    expect(await stats()).toEqual(before);
  });

  it("the catalog: everything is read again after it was deleted", async () => {
    await stats();
    rmSync(join(homeDir, ".ccotel/catalog.tsv"));
    const reads = countReads();
    await stats();
    expect(new Set(reads.opened(".jsonl")).size).toBeGreaterThanOrEqual(sessions().length);
  });
});

test("a second stats opens no catalog, unless a session has changed", async () => {
  await stats();
  const reads = countReads();
  await stats();
  expect(reads.opened("catalog.tsv")).toEqual([]);
  const [changed] = sessions();
  utimesSync(changed!.path, new Date(), new Date(Date.now() - 5_000));
  reads.reset();
  await stats();
  expect(reads.opened("catalog.tsv")).not.toEqual([]);
});

test("a session that grows is a part of its own, so its change affects no other part", () => {
  const [one] = sessions();
  const parts = () => lookAtHistory(projects(), new Set([one!.sessionId]))!.parts;
  const before = parts();
  const ids = before.map((part) => part.sessions().map(({ sessionId }) => sessionId));
  expect(ids).toContainEqual([one!.sessionId]);
  expect(ids.flat().sort()).toEqual(
    sessions()
      .map(({ sessionId }) => sessionId)
      .sort(),
  );
  appendFileSync(one!.path, "\n");
  const changed = parts().filter(({ digest }, at) => digest !== before[at]!.digest);
  expect(changed.map(({ key }) => key)).toEqual([one!.path]);
});

test("the digest of a part changes with a transcript in it, and not with other files", () => {
  const digests = () => lookAtHistory(projects())!.parts.map(({ digest }) => digest);
  const [one] = sessions();
  const before = digests();
  expect(lookAtHistory(projects())!.parts.flatMap((part) => part.sessions())).toHaveLength(sessions().length);
  writeFileSync(join(dirname(one!.path), "notes.txt"), "not a transcript");
  expect(digests()).toEqual(before);
  appendFileSync(one!.path, "\n");
  const changed = digests().filter((digest) => !before.includes(digest));
  expect(changed).toHaveLength(1);
});
