import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuditedSession } from "../../src/audit/audit.ts";
import { auditSessions } from "../../src/audit/audit.ts";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { auditedOf } from "../support/audit-files.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { expectedOf, recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { answer, at, type Fields, prompt, textOf } from "../support/transcripts/scripted-session.ts";

/** The totals of all sessions. */
function totalsOf(sessions: readonly Finished[][]) {
  const sum = { turns: 0, requests: 0, toolCalls: 0, output: 0 };
  for (const pieces of sessions) {
    const counts = countsOf(summarize(pieces).rows);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
  }
  return sum;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-renewed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/**
 * The rows of all sessions in the order in which they were written: by time, and within a file by line. Rows before the
 * first row with a time have its time.
 */
function writingOrder(paths: readonly string[]): { file: string; line: string }[] {
  const rows = paths.flatMap((path) => {
    let atMs = 0;
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    const first = lines.find((line) => line.includes('"timestamp"')) ?? "";
    return lines.map((line) => {
      const time = /"timestamp":"([^"]+)"/.exec(line.includes('"timestamp"') ? line : first)?.[1] ?? "";
      atMs = Math.max(atMs, Date.parse(time));
      return { atMs, file: basename(path), line };
    });
  });
  return rows.sort((a, b) => a.atMs - b.atMs);
}

describe.each(["1.0.25-fork-resumed", "1.0.60-fork-mcp"])(
  "sessions whose rows were copied under new ids: %s",
  (name) => {
    const one = recording(name);
    const paths = transcriptsOf(one);
    const { turns, toolCalls, tokensByModelInTranscript } = expectedOf(one);
    const models = Object.values(tokensByModelInTranscript);
    const expected = {
      turns,
      toolCalls,
      requests: models.reduce((sum, { requests }) => sum + requests, 0),
      output: models.reduce((sum, { output }) => sum + output, 0),
    };

    test("count each row once, whichever session is read first", () => {
      expect(totalsOf(paths.map((path) => readWhole(path)))).toEqual(expected);
      expect(totalsOf(paths.toReversed().map((path) => readWhole(path)))).toEqual(expected);
    });

    test.each([1, 2, 5])(
      "count each row once while they are written, if they are read after each %i rows",
      (every) => {
        const folder = emptyFolder();
        const saved = new Map<string, string>();
        const pieces = new Map<string, Finished[]>();
        const look = (ended: boolean) => {
          for (const file of saved.keys()) {
            const state = restoreReadState(JSON.parse(saved.get(file) as string) as ReadState);
            const peek = (id: string) => {
              const other = saved.get(`${id}.jsonl`);
              return other === undefined ? undefined : (JSON.parse(other) as ReadState);
            };
            const found = readOn(join(folder, file), state, { quiet: ended, ended, peek });
            pieces.set(file, [...(pieces.get(file) ?? []), ...found]);
            saved.set(file, JSON.stringify(state));
          }
        };
        for (const [index, { file, line }] of writingOrder(paths).entries()) {
          appendFileSync(join(folder, file), `${line}\n`);
          if (!saved.has(file)) saved.set(file, JSON.stringify(newReadState(sessionIdOf(file))));
          if (index % every === 0) look(false);
        }
        look(true);
        expect(totalsOf([...pieces.values()])).toEqual(expected);
      },
    );

    test("show no difference in an audit", async () => {
      const sessions: AuditedSession[] = paths.toReversed().map(auditedOf);
      const audits = await auditSessions(sessions);
      expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
    });
  },
);

describe("a client that copies rows under new ids", () => {
  const OLD = { version: "1.0.60", turnOrigin: undefined, promptId: undefined, requestedModel: undefined };
  const turn = (seconds: number, id: string): Fields[] => [
    prompt(seconds, "continue", OLD),
    answer(seconds + 1, id, "Done.", OLD),
  ];
  let renewed = 0;
  const copied = (rows: Fields[], seconds: number): Fields[] =>
    rows.map(({ requestId: _, ...row }) => ({
      ...row,
      uuid: `renewed-${++renewed}`,
      timestamp: at(seconds),
    }));

  function totalsOfFiles(files: Record<string, Fields[]>) {
    const folder = emptyFolder();
    const paths = Object.values(files).map((rows, index) => {
      const sessionId = `00000000-0000-4000-8000-00000000000${index}`;
      const path = join(folder, `${sessionId}.jsonl`);
      appendFileSync(path, textOf(rows.map((row) => ({ ...row, sessionId }))));
      return path;
    });
    return totalsOf(paths.map((path) => readWhole(path)));
  }

  const source = [...turn(0, "msg_1"), ...turn(10, "msg_2")];

  test("can repeat a prompt, and each turn counts", () => {
    const fork = [...copied(source, 100), ...turn(100.01, "msg_3"), ...turn(110, "msg_4")];
    expect(totalsOfFiles({ source, fork })).toMatchObject({ turns: 4, requests: 4 });
    expect(totalsOfFiles({ fork })).toMatchObject({ turns: 4, requests: 4 });
  });

  test("can be behind a gateway that gives all responses the same id", () => {
    const other = [...turn(200, "msg"), ...turn(210, "msg")];
    expect(totalsOfFiles({ source: [...turn(0, "msg"), ...turn(10, "msg")], other })).toMatchObject({
      turns: 4,
      requests: 4,
    });
  });

  test("can copy an API error", () => {
    const failed = answer(11, "e-1", "API Error: 400 no", {
      ...OLD,
      isApiErrorMessage: true,
      usage: { input_tokens: 0, output_tokens: 0 },
      requestId: undefined,
    });
    const before = [...turn(0, "msg_1"), prompt(10, "And now", OLD), failed];
    const fork = [...copied(before, 100), ...turn(100.01, "msg_3")];
    expect(totalsOfFiles({ source: before, fork })).toMatchObject({ turns: 3, requests: 3 });
  });
});

describe.each([
  ["2.0.1", "gives new ids and times", true],
  ["2.0.76", "gives new ids", false],
] as const)("a fork by %s, which %s to rows behind a prompt with an image", (version, _, isRetimed) => {
  const OLD = { version, turnOrigin: undefined, promptId: undefined, requestedModel: undefined };
  const text = { type: "text", text: "What is this?" };
  const session = (imageBytes: number) => {
    const image = { type: "image", source: { type: "base64", data: "A".repeat(imageBytes) } };
    const source = [
      prompt(0, "", { ...OLD, uuid: "p", message: { role: "user", content: [text, image] } }),
      answer(1, "msg_1", "A dot.", { ...OLD, uuid: "a", parentUuid: "p" }),
    ];
    const copy = (uuid: string, seconds: number, content: unknown): Fields =>
      prompt(isRetimed ? 100 : seconds, "", { ...OLD, uuid, message: { role: "user", content: [content] } });
    const { requestId: _, ...copied } = answer(isRetimed ? 100 : 1, "msg_1", "A dot.", OLD);
    const fork = [
      copy("p1", 0, text),
      { ...copy("p2", 0, image), parentUuid: "p1" },
      { ...copied, uuid: "a1", parentUuid: "p2" },
      prompt(100.1, "Go on", { ...OLD, uuid: "q", parentUuid: "a1" }),
      answer(101, "msg_2", "Gone on.", { ...OLD, uuid: "b", parentUuid: "q" }),
    ];
    return { source, fork };
  };

  test.each([100, 100_000, 2_000_000])("counts them once, with an image of %i bytes", async (imageBytes) => {
    const folder = emptyFolder();
    const { source, fork } = session(imageBytes);
    const paths = [source, fork].map((rows, index) => {
      const sessionId = `00000000-0000-4000-8000-00000000000${index}`;
      const path = join(folder, `${sessionId}.jsonl`);
      appendFileSync(path, textOf(rows.map((row) => ({ ...row, sessionId }))));
      return path;
    });
    const counts = { turns: 2, requests: 2 };
    expect(totalsOf(paths.map((path) => readWhole(path)))).toMatchObject(counts);
    expect(totalsOf(paths.toReversed().map((path) => readWhole(path)))).toMatchObject(counts);
    const audits = await auditSessions(paths.toReversed().map(auditedOf));
    expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
  });
});
