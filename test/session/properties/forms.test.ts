import { expect, test } from "vitest";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { type FileText, readTexts, sessionsOf } from "../../support/read-in-memory.ts";
import { recordings } from "../../support/recordings.ts";

type Row = Record<string, unknown> & { message?: Record<string, unknown> };

/** Rewrites the lines of a file in another form with the same meaning. */
type Form = (lines: string[]) => string[];

function eachRow(change: (row: Row) => unknown): Form {
  return (lines) => lines.map((line) => JSON.stringify(change(JSON.parse(line) as Row)));
}

/** Changes the value of each field, at any depth. */
function eachField(change: (value: unknown, key: string) => unknown) {
  return function deep(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(deep);
    if (typeof node !== "object" || node === null) return node;
    const fields = Object.entries(node).map(([key, value]) => [key, deep(change(value, key))]);
    return Object.fromEntries(fields);
  };
}

function reversed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(reversed);
  if (typeof node !== "object" || node === null) return node;
  const fields = Object.entries(node).toReversed();
  return Object.fromEntries(fields.map(([key, value]) => [key, reversed(value)]));
}

const NEW_KIND = JSON.stringify({
  type: "of-a-later-version",
  uuid: "new",
  message: { id: "new", content: [], usage: { input_tokens: 5, output_tokens: 5 } },
});

const FORMS: Record<string, Form> = {
  "numbers as strings": eachRow((row) =>
    eachField((value, key) =>
      /_tokens$|_requests$/.test(key) && typeof value === "number" ? String(value) : value,
    )(row),
  ),
  "times as numbers": eachRow((row) =>
    typeof row.timestamp === "string" ? { ...row, timestamp: Date.parse(row.timestamp) } : row,
  ),
  "times as seconds": eachRow((row) =>
    typeof row.timestamp === "string" ? { ...row, timestamp: Date.parse(row.timestamp) / 1000 } : row,
  ),
  "keys in another order": eachRow(reversed),
  "spaces between keys and values": (lines) =>
    lines.map((line) => JSON.stringify(JSON.parse(line), null, 1).replaceAll(/\n\s*/g, " ")),
  "prompts as blocks": eachRow((row) =>
    row.type === "user" && typeof row.message?.content === "string"
      ? { ...row, message: { ...row.message, content: [{ type: "text", text: row.message.content }] } }
      : row,
  ),
  "fields of a later version": eachRow((row) => ({
    ...row,
    later: { usage: { input_tokens: 5 }, list: [null] },
  })),
  "blocks of a later version": eachRow((row) =>
    row.type === "assistant" && Array.isArray(row.message?.content)
      ? {
          ...row,
          message: { ...row.message, content: [...row.message.content, { type: "later", id: "new" }] },
        }
      : row,
  ),
  "records of a later version": (lines) => lines.flatMap((line) => [line, NEW_KIND]),
  "parts of records between the lines": (lines) =>
    lines.flatMap((line) => [line, '{"type":"assis', "[]", "null"]),
  "records without content and id between them": (lines) =>
    lines.flatMap((line) => [line, '{"type":"user"}', '{"type":"user","message":{"content":null}}']),
  "Windows line ends and a byte order mark": (lines) =>
    lines.map((line, index) => `${index === 0 ? "\ufeff" : ""}${line}\r`),
  "NUL characters before some records": (lines) =>
    lines.map((line, index) => (index % 7 === 3 ? `\0\0\0${line}` : line)),
  "no line feed between some records": (lines) =>
    lines.flatMap((line, index) => {
      if (index % 3 === 2) return [];
      const next = index % 3 === 1 ? lines[index + 1] : undefined;
      return [next === undefined ? line : line + next];
    }),
  "all lines twice": (lines) => [...lines, ...lines],
};

/**
 * The counts without durations, because a record after the last one has a time as well. The lines of a large new file
 * are only counted in the form that the client writes, since the file's text is cut before it is parsed.
 */
function counted(sessions: readonly FileText[][]) {
  return sessions.map((files) => {
    const { turnMs: _, toolMs: __, linesAdded: ___, ...counts } = countsOf(summarize(readTexts(files)).rows);
    return counts;
  });
}

// Without 2.0 clients: the second line of an agent's file must name the session.
const whole = recordings().filter(({ name }) => !name.startsWith("2.0."));

test.each(Object.keys(FORMS))("a session has the same counts with %s", (form) => {
  for (const one of whole) {
    const sessions = sessionsOf(one);
    const changed = sessions.map((files) =>
      files.map((file) => {
        if (!file.path.endsWith(".jsonl")) return file;
        const lines = file.text.split("\n").filter((line) => line !== "");
        return { ...file, text: `${(FORMS[form] as Form)(lines).join("\n")}\n` };
      }),
    );
    expect(counted(changed), one.name).toEqual(counted(sessions));
  }
});
