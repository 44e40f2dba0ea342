import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auditSessions } from "../../src/audit/audit.ts";
import { auditFilesOf, createAuditIndexes } from "../../src/commands/audit/audit-files.ts";
import { comparedOf } from "../support/audit-files.ts";
import { readWhole } from "../support/read-files.ts";
import { filesUnder, type Recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { sample } from "../support/runs.ts";

type Row = Record<string, unknown> & { message?: Record<string, unknown> };

/** Changes that gateways, tools and clients make to transcripts. Each one takes the rows of one file. */
const CHANGES: Record<string, (rows: Row[], isMain: boolean) => Row[]> = {
  "no message ids": eachMessage(({ id: _, ...message }) => message),
  "empty message ids": eachMessage((message) => ({ ...message, id: "" })),
  "one message id for all": eachMessage((message) => ({ ...message, id: "msg_proxy" })),
  "no request ids": (rows) => rows.map(({ requestId: _, requestRef: __, ...row }) => row),
  "no request ids and one message id": (rows) =>
    eachMessage((message) => ({ ...message, id: "resp" }))(
      rows.map(({ requestId: _, requestRef: __, ...row }) => row),
    ),
  "no ids of tool calls": eachBlock((block) => ({
    ...block,
    ...(block.type === "tool_use" ? { id: "" } : {}),
    ...(block.type === "tool_result" ? { tool_use_id: "" } : {}),
  })),
  "history written again by another version": (rows) => [
    ...rows,
    ...rows.map((row) => ({ ...row, version: "2.1.400" })),
  ],
  "one time for all": (rows) =>
    rows.map((row) => (row.timestamp === undefined ? row : { ...row, timestamp: TIME })),
  "history written again": (rows) => [...rows, ...rows],
  "history written again on another branch": (rows) => [
    ...rows,
    ...rows.map((row) => ({ ...row, gitBranch: "other" })),
  ],
  "half of the history written again": (rows) => [
    ...rows,
    ...rows.slice(0, rows.length / 2),
    ...rows.slice(rows.length / 3),
  ],
};

const TIME = "2026-11-21T10:00:00.000Z";

describe.each(Object.keys(CHANGES))("an audit reports no difference with %s", (change) => {
  test.each(sample(recordings(), Object.keys(CHANGES).indexOf(change)))("in $name", async (recorded) => {
    const changed = changedCopy(recorded, CHANGES[change]!);
    const indexes = createAuditIndexes();
    const audits = await auditSessions(
      transcriptsOf(changed).map((path) => ({
        sessionId: sessionIdOf(path),
        files: auditFilesOf(path, sessionIdOf(path), indexes),
        ...comparedOf(readWhole(path)),
      })),
    );
    expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
  });
});

function changedCopy(recorded: Recording, change: (rows: Row[], isMain: boolean) => Row[]): Recording {
  const folder = temporaryFolder();
  cpSync(recorded.folder, folder, { recursive: true });
  for (const path of filesUnder(join(folder, "projects")).filter((name) => name.endsWith(".jsonl"))) {
    const rows = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => parsed(line));
    const isMain = !/[/\\]agent-/.test(path);
    writeFileSync(
      path,
      change(rows, isMain)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(""),
    );
  }
  return { name: recorded.name, folder };
}

function parsed(line: string): Row[] {
  try {
    return [JSON.parse(line) as Row];
  } catch {
    return [];
  }
}

function eachMessage(change: (message: Record<string, unknown>) => Record<string, unknown>) {
  return (rows: Row[]): Row[] =>
    rows.map((row) =>
      row.type === "assistant" && row.message !== undefined ? { ...row, message: change(row.message) } : row,
    );
}

function eachBlock(change: (block: Record<string, unknown>) => Record<string, unknown>) {
  return (rows: Row[]): Row[] =>
    rows.map((row) => {
      const content = row.message?.content;
      if (!Array.isArray(content)) return row;
      return { ...row, message: { ...row.message, content: content.map((block) => change(block as never)) } };
    });
}
