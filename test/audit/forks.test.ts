import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type AuditFile, auditSessions } from "../../src/audit/audit.ts";
import { addSums, noSums } from "../../src/audit/sums.ts";
import { auditFilesOf } from "../support/audit-files.ts";
import { type Recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { type Row, small } from "../support/transcripts/small-session.ts";

const FORK = "2d9c0d6a-9f7e-4f7a-8a3b-3b6cf5b7d5b2";

/** The form of copied rows in the forks of different clients and tools. */
const COPIES: Record<string, (row: Row, sourceId: string) => Row> = {
  "with the id of their source": (row) => row,
  "with the id of the fork": (row) => ({ ...row, sessionId: FORK }),
  "with the id of their source in forkedFrom": (row, sessionId) => ({
    ...row,
    sessionId: FORK,
    forkedFrom: { sessionId, messageUuid: row.uuid },
  }),
  "with the time of the fork and no request id": ({ requestId: _, ...row }) => ({
    ...row,
    sessionId: FORK,
    timestamp: "2026-12-01T00:00:00.000Z",
  }),
};

describe.each(Object.keys(COPIES))("a fork whose copied rows are %s", (style) => {
  test.each(sources())("adds its own turn to $name and nothing else", async ({ path }) => {
    const rows = rowsOf(path);
    const copied = rows.map((row) => COPIES[style]!(row, sessionIdOf(path)));
    const { prompt, answer } = small(FORK);
    const own = [prompt("Another way"), answer("Yes")].map((row) => ({
      ...row,
      timestamp: "2026-12-01T00:01:00Z",
    }));
    const source = { sessionId: sessionIdOf(path), files: auditFilesOf(path) };
    const fork = { sessionId: FORK, files: [fileOf([...copied, ...own])] };
    const [alone] = await auditSessions([source]);
    for (const order of [
      [source, fork],
      [fork, source],
    ]) {
      const audits = await auditSessions(order);
      const together = noSums();
      for (const { recount } of audits) addSums(together, recount.own);
      const { requests, failedRequests, toolCalls } = alone!.recount.own;
      expect(together).toMatchObject({ requests: requests + 1, failedRequests, toolCalls });
    }
    const [gone] = await auditSessions([fork]);
    const inMain = await auditSessions([{ sessionId: source.sessionId, files: [fileOf(rows)] }]);
    expect(gone!.recount.own.requests).toBe(inMain[0]!.recount.own.requests + 1);
  });
});

/** Sessions that are not forks. */
function sources(): { name: string; path: string }[] {
  return recordings()
    .filter((recorded) => !/fork|branch|clear/.test(recorded.name))
    .map((recorded: Recording) => ({ name: recorded.name, path: transcriptsOf(recorded)[0] as string }))
    .filter(({ path }) => readFileSync(path, "utf8") !== "");
}

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Row);
}

function fileOf(rows: Row[]): AuditFile {
  return { file: `${FORK}.jsonl`, isMain: true, lines: rows.map((row) => JSON.stringify(row)) };
}
