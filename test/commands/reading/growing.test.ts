// If a session has grown since the last command, the next one reads only the rest. Its sums equal those of a full read.

import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readingConfig } from "../../../src/cli/load-config.ts";
import { openSummaries } from "../../../src/commands/reading/summaries.ts";
import { type FoundSession, findAllSessions } from "../../../src/files/find-sessions.ts";
import type { Summary } from "../../../src/session/sums/summary.ts";
import { countReads } from "../../support/count-reads.ts";
import { homeOfRecordings } from "../../support/home-of-recordings.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../../support/recordings.ts";
import { runTool, temporaryFolder, testIo } from "../../support/run-tool.ts";
import { runs } from "../../support/runs.ts";
import { growSession, growthSteps } from "../../support/transcripts/growing-session.ts";
import { scriptSession } from "../../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  prompt,
  result,
  SESSION_ID,
  textOf,
  turnWithOutput,
} from "../../support/transcripts/scripted-session.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** A state folder, and the summaries that commands make with it. */
function stateFolder(root = temporaryFolder()) {
  const io = testIo({ env: { CCOTEL_HOME: root }, homeDir: root, cwd: root, now: Date.now });
  return {
    root,
    /** The summary that the next command makes. */
    summaryOf(session: FoundSession): Summary {
      const summaries = openSummaries(readingConfig({ targets: [], flags: {} }, io));
      const summary = summaries.of(session);
      summaries.save();
      return sorted(summary);
    },
    kept: () => {
      const folder = join(root, "growing");
      return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
    },
  };
}

/** The summary with sorted rows: an agent may finish before or after the next turn. */
function sorted(summary: Summary): Summary {
  const rows = summary.rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort();
  return { ...summary, rows: rows.map((row) => JSON.parse(row)) };
}

const fullRead = (session: FoundSession) => stateFolder().summaryOf(session);

describe("the summary of a growing session equals that of a full read", () => {
  test("in whatever steps it grows and is read", () => {
    fc.assert(
      fc.property(fc.constantFrom(...transcripts), growthSteps, ({ path }, steps) => {
        const session = growSession(path);
        const found = { sessionId: sessionIdOf(path), path: session.path };
        const state = stateFolder();
        try {
          const looks: [Summary, Summary][] = [];
          const look = () => {
            if (!existsSync(found.path)) return;
            // A changed agent's file beside the main file (old clients) does not make the session count as changed.
            utimesSync(found.path, looks.length, looks.length);
            looks.push([state.summaryOf(found), fullRead(found)]);
          };
          for (const { file, bytes, look: now } of steps) {
            session.grow(file, bytes, Number.POSITIVE_INFINITY);
            if (now) look();
          }
          session.growUntil(Number.POSITIVE_INFINITY);
          look();
          for (const [ours, right] of looks) expect(ours).toEqual(right);
        } finally {
          session.remove();
        }
      }),
      { numRuns: runs(600), interruptAfterTimeLimit: 20_000 },
    );
  });

  const CHANGES: Record<string, (files: Files, state: State) => void> = {
    "it is cut": ({ main }) => {
      const lines = readFileSync(main, "utf8").trimEnd().split("\n");
      writeFileSync(main, `${lines.slice(0, -3).join("\n")}\n`);
    },
    "its file is replaced": ({ main }) => {
      const text = readFileSync(main, "utf8");
      rmSync(main);
      writeFileSync(main, text.replaceAll('"input_tokens":', '"input_tokens":1'));
    },
    "a subagent's file is deleted": ({ agents }) => rmSync(agents[0] as string),
    "a subagent's file is cut": ({ agents }) => truncateSync(agents[0] as string, 3000),
    "a subagent is added": ({ agents, later }) => {
      const path = (agents[0] as string).replace(/agent-[^.]*/, "agent-alater");
      writeFileSync(path, later.replaceAll(/"agentId":"[^"]*"/g, '"agentId":"alater"'));
    },
    "it is copied into another project": ({ main }) => {
      const copy = join(dirname(dirname(main)), "-another", basename(main));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(main, copy);
    },
    "a fork of it is added": ({ main }) => {
      const [id = "", other = ""] = [basename(main, ".jsonl"), "11111111-2222-4333-8444-555555555555"];
      writeFileSync(join(dirname(main), `${other}.jsonl`), readFileSync(main, "utf8").replaceAll(id, other));
    },
    "the kept state is damaged": (_, { kept }) => {
      const [file = ""] = kept();
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.replace('"turnIndex":', '"turnIndex":7'));
    },
    "the kept state is cut": (_, { kept }) => truncateSync(kept()[0] as string, 900),
    "a folder is in the place of the kept state": (_, { kept }) => {
      const [file = ""] = kept();
      rmSync(file);
      mkdirSync(file);
    },
    "the state folder cannot be written": (_, { root }) => {
      rmSync(join(root, "growing"), { recursive: true });
      writeFileSync(join(root, "growing"), "");
    },
    "nothing else happens": () => {},
  };

  test.each(Object.keys(CHANGES))("if its state was kept and then %s", async (name) => {
    const { homeDir, files, grow, stats } = grownTwice();
    const state = stateFolder(join(homeDir, ".ccotel"));
    await stats();
    grow();
    await stats();
    expect(state.kept()).toHaveLength(1);
    CHANGES[name]?.(files(), state);
    grow();
    expect(await stats()).toEqual(await stats(temporaryFolder()));
    grow();
    expect(await stats()).toEqual(await stats(temporaryFolder()));
  });
});

/** A session with subagents whose last lines are not written yet. */
function grownTwice() {
  const homeDir = homeOfRecordings("03-subagents-parallel");
  const [session] = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
  const { path } = session as FoundSession;
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const rest = lines.splice(-5);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const folder = join(path.replace(/\.jsonl$/, ""), "subagents");
  const agents = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
  const later = readFileSync(join(folder, agents.pop() as string), "utf8");
  return {
    homeDir,
    files: () => ({ main: path, agents: agents.map((name) => join(folder, name)), later }),
    grow: () => appendFileSync(path, `${rest.shift()}\n`),
    async stats(CCOTEL_HOME = join(homeDir, ".ccotel")) {
      const by = async (what: string) =>
        (await runTool(["stats", "--by", what, "--json"], { homeDir, env: { CCOTEL_HOME } })).stdout;
      return `${await by("session,agent,model")}${await by("session,agent,tool")}`;
    },
  };
}

type Files = ReturnType<ReturnType<typeof grownTwice>["files"]>;
type State = ReturnType<typeof stateFolder>;

test("if the source of a session is restored between two looks, what the session copied no longer counts", async () => {
  const begun = turnWithOutput(0, "1", "an output of the tool\n".repeat(50_000));
  const { path, append } = scriptSession(begun);
  const found = { sessionId: SESSION_ID, path };
  const state = stateFolder();
  for (const at of [2, 3, 4]) {
    state.summaryOf(found);
    append(turnWithOutput(10 * at, String(at), "short"));
  }
  const before = state.summaryOf(found);
  expect(before).toEqual(fullRead(found));
  // A listing of the folder is valid for up to two seconds within one process.
  await setTimeout(2100);
  const id = "11111111-2222-4333-8444-555555555555";
  const source = [...begun, ...turnWithOutput(10, "7", "short")];
  writeFileSync(join(dirname(path), `${id}.jsonl`), textOf(source).replaceAll(SESSION_ID, id));
  append(turnWithOutput(50, "5", "short"));
  const after = state.summaryOf(found);
  expect(after.forkedFrom).toBe(id);
  expect(after).toEqual(fullRead(found));
});

test("after a session has grown again, only its new rows are read, and nothing of the catalog", () => {
  const { path, append } = scriptSession(turnWithOutput(0, "1", "an output of the tool\n".repeat(50_000)));
  const found = { sessionId: SESSION_ID, path };
  const state = stateFolder();
  for (const at of [2, 3]) {
    state.summaryOf(found);
    append(turnWithOutput(10 * at, String(at), "short"));
  }
  state.summaryOf(found);
  const more = turnWithOutput(40, "4", "short");
  append(more);
  const reads = countReads();
  const summary = state.summaryOf(found);
  const marks = 8 * 512;
  expect(reads.bytes(".jsonl")).toBeLessThan(Buffer.byteLength(textOf(more)) + marks);
  expect(reads.bytes("catalog.tsv")).toBe(0);
  expect(summary).toEqual(fullRead(found));
});

test("the states of at most 16 sessions are kept, readable only by their owner, without text of a conversation", () => {
  const state = stateFolder();
  const sessions = Array.from({ length: 18 }, (_, at) => {
    const sessionId = `${String(at).padStart(8, "0")}-2222-4333-8444-555555555555`;
    const path = join(temporaryFolder(), `${sessionId}.jsonl`);
    const records = [prompt(0), answer(1, "msg_1", call("toolu_1", "Bash"))];
    writeFileSync(path, textOf(records).replaceAll(SESSION_ID, sessionId));
    return { sessionId, path };
  });
  const rest = textOf([result(2, "toolu_1", { toolUseResult: { stdout: "a marigold" } })]);
  for (const session of sessions) {
    state.summaryOf(session);
    appendFileSync(session.path, rest.replaceAll(SESSION_ID, session.sessionId));
    state.summaryOf(session);
  }
  expect(state.kept()).toHaveLength(16);
  const spoken = JSON.parse(textOf([prompt(0)])).message.content as string;
  expect(spoken.length).toBeGreaterThan(3);
  for (const file of state.kept()) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    expect(text).toContain("toolu_1");
    for (const words of [spoken, "marigold"]) expect(text).not.toContain(words);
  }
});
