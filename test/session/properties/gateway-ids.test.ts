import { describe, expect, test } from "vitest";
import type { Finished } from "../../../src/session/model.ts";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import { type FileText, readTexts, textsOf } from "../../support/read-in-memory.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../../support/recordings.ts";

type Row = Record<string, unknown> & {
  message?: Record<string, unknown> & { id?: string; content?: unknown };
};

const transcripts = recordings()
  .filter(({ name }) => !/fork|branch/.test(name))
  .flatMap((recording) =>
    transcriptsOf(recording).map((path) => ({
      path,
      toString: () => `${recording.name} ${sessionIdOf(path)}`,
    })),
  );

/** Changes that gateways make to the API's ids. */
const MESSAGE_IDS: Record<string, (id: string, nth: number) => string | undefined> = {
  "left out": () => undefined,
  empty: () => "",
  "a word": () => "msg_responses",
  "one that looks like the API's": () => "msg_01AbCdEfGhIjKlMnOpQrStUv",
  numbered: (_, nth) => `chatcmpl-${nth}`,
  "one of two in turn": (_, nth) => `msg_01AbCdEfGhIjKlMnOpQrSt0${nth % 2}`,
};

function withMessageIds(lines: string[], rename: (id: string, nth: number) => string | undefined): string[] {
  const known = new Map<string, number>();
  return lines.map((line) => {
    const row = JSON.parse(line) as Row;
    if (row.type !== "assistant" || row.message?.id === undefined || row.isApiErrorMessage) return line;
    const nth = known.get(row.message.id) ?? known.size;
    known.set(row.message.id, nth);
    const id = rename(row.message.id, nth);
    if (id === undefined) delete row.message.id;
    else row.message.id = id;
    return JSON.stringify(row);
  });
}

/** Numbers the calls of each response from 0, as some gateways do. */
function withToolIds(lines: string[], rename: (nth: number) => string): string[] {
  const renamed = new Map<string, string>();
  const ofResponse = new Map<unknown, number>();
  const change = (block: Row): Row => {
    const id = renamed.get(String(block.tool_use_id));
    return id === undefined ? block : { ...block, tool_use_id: id };
  };
  return lines.map((line) => {
    const row = JSON.parse(line) as Row;
    const content = row.message?.content;
    if (!Array.isArray(content)) return line;
    const blocks = (content as Row[]).map((block) => {
      if (block.type !== "tool_use") return change(block);
      const nth = ofResponse.get(row.message?.id) ?? 0;
      ofResponse.set(row.message?.id, nth + 1);
      renamed.set(String(block.id), rename(nth));
      return { ...block, id: rename(nth) };
    });
    return JSON.stringify({ ...row, message: { ...row.message, content: blocks } });
  });
}

/** The session's files with other lines in the main one. */
function withMain(path: string, change: (lines: string[]) => string[]): FileText[] {
  return textsOf(path).map((file) =>
    file.path === path ? { path, text: change(file.text.split("\n").filter(Boolean)).join("\n") } : file,
  );
}

function sumOf(finished: Finished[], path: string) {
  const spans = toSpans(finished, { sessionId: sessionIdOf(path), scope: "session" });
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  const { toolMs: _, ...counts } = countsOf(summarize(finished).rows);
  return {
    counts,
    turns: spans.filter(({ attributes }) => attributes["ccotel.turn.index"] !== undefined).length,
  };
}

describe("ids of gateways", () => {
  test.each(Object.entries(MESSAGE_IDS))(
    "a message.id that is %s loses no request and no token",
    (_, rename) => {
      for (const { path } of transcripts) {
        const change = (lines: string[]) => withMessageIds(lines, rename);
        const renamed = sumOf(readTexts(withMain(path, change)), path);
        expect(renamed, path).toEqual(sumOf(readTexts(textsOf(path)), path));
      }
    },
  );

  test.each([
    ["numbered from 0 in each response", (nth: number) => `call_${nth}`],
    ["the tool's name", () => "Bash"],
  ])("a call's id that is %s loses no call", (_, rename) => {
    for (const { path } of transcripts.filter(({ path: one }) => !/subagent|agent-|nested/.test(one))) {
      const change = (lines: string[]) => withToolIds(lines, rename);
      const renamed = sumOf(readTexts(withMain(path, change)), path);
      expect(renamed.counts.toolCalls, path).toEqual(sumOf(readTexts(textsOf(path)), path).counts.toolCalls);
      expect(renamed.counts.requests, path).toEqual(sumOf(readTexts(textsOf(path)), path).counts.requests);
    }
  });
});
