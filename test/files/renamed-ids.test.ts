import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readLive, readWhole } from "../support/read-files.ts";
import { filesUnder, type Recording, recordings, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { growthSteps } from "../support/transcripts/growing-session.ts";

type Row = Record<string, unknown> & { message?: Record<string, unknown> };

/** The value that gateways write as the id of the `nth` response. Undefined omits it. */
const NAMES: Record<string, (nth: number) => string | number | undefined> = {
  "long and random": (nth) => `msg_${String(nth).padStart(4, "0")}a7Qx9PzR4kLm2VbN8`,
  "Bedrock ids": (nth) => `msg_bdrk_01${String(nth).padStart(20, "0")}`,
  counters: (nth) => `m${nth}`,
  "ids of another API": (nth) => `chatcmpl-${nth}`,
  uuids: (nth) => `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`,
  "repeated after every third": (nth) => `resp_${nth % 3}`,
  "the same for all": () => "msg_proxy",
  "one uuid for all": () => "00000000-0000-4000-8000-000000000000",
  "a number": () => 1,
  empty: () => "",
  missing: () => undefined,
};

/** Changes that gateways make to the API's request ids. The client's own ids do not change. */
const REQUESTS: Record<string, (row: Row) => Row> = {
  "with request ids": (row) => row,
  "without request ids": ({ requestId: _, ...row }) => row,
  "with the same request id in all": (row) =>
    row.requestId === undefined ? row : { ...row, requestId: "proxy" },
};

const sessions = recordings().filter(({ name }) => !/fork|branch|clear/.test(name));

describe("gateways can give responses any ids:", () => {
  test("the counts, tokens and costs are the same in one pass and live", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sessions.map((one) => ({ ...one, toString: () => one.name }))),
        fc.constantFrom(...Object.keys(NAMES)),
        fc.constantFrom(...Object.keys(REQUESTS)),
        growthSteps,
        (recorded, names, requests, steps) => {
          withRenamed(recorded, NAMES[names]!, REQUESTS[requests]!, (renamed) => {
            const original = transcriptsOf(recorded);
            for (const [index, path] of transcriptsOf(renamed).entries()) {
              const expected = countsIn(readWhole(original[index] as string));
              expect(countsIn(readWhole(path))).toEqual(expected);
              expect(countsIn(readLive(path, steps))).toEqual(expected);
            }
          });
        },
      ),
      { numRuns: runs(300), interruptAfterTimeLimit: 20_000 },
    );
  });
});

function countsIn(pieces: Parameters<typeof summarize>[0]) {
  const counts = countsOf(summarize(pieces).rows);
  const { requests, failedRequests, input, output, cacheRead, cacheWrite5m, cacheWrite1h, costUsd } = counts;
  const { toolCalls, turns, subagents } = counts;
  const tokens = { input, output, cacheRead, cacheWrite5m, cacheWrite1h };
  return { requests, failedRequests, ...tokens, costUsd, toolCalls, turns, subagents };
}

function withRenamed(
  { folder, name }: Recording,
  rename: (nth: number) => unknown,
  change: (row: Row) => Row,
  use: (renamed: Recording) => void,
): void {
  const root = mkdtempSync(join(tmpdir(), "ccotel-renamed-"));
  try {
    cpSync(folder, root, { recursive: true });
    const numbers = new Map<unknown, number>();
    for (const path of filesUnder(join(root, "projects")).filter((file) => file.endsWith(".jsonl"))) {
      const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
      writeFileSync(path, lines.map((line) => `${renamedLine(line)}\n`).join(""));
    }
    use({ name, folder: root });

    function renamedLine(line: string): string {
      const row = JSON.parse(line) as Row;
      if (row.type !== "assistant" || row.message?.id === undefined) return line;
      const { id, ...message } = row.message;
      const nth = numbers.get(id) ?? numbers.size + 1;
      numbers.set(id, nth);
      return JSON.stringify(change({ ...row, message: { id: rename(nth), ...message } }));
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}
