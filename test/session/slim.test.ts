import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { createLineReader, type Line } from "../../src/transcript/lines.ts";
import { parseLine } from "../../src/transcript/parse.ts";
import { type FileText, readTexts, textsOf } from "../support/read-in-memory.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { type Mutation, mutation } from "../support/transcripts/mutate.ts";
import { answer, call, prompt, result, stop, textOf } from "../support/transcripts/scripted-session.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** The complete lines, for a reader that parses all of each. */
function wholeLines(text: string): Line[] {
  let end = 0;
  return text.split("\n").flatMap((line) => {
    const start = end;
    end += Buffer.byteLength(line) + 1;
    return line === "" ? [] : [{ start, end, text: line }];
  });
}

/** Output of a tool, with parts that look like the end of a text or like another row. */
const printed = fc
  .array(
    fc.constantFrom(
      "plain words of an output ",
      '"',
      "\\",
      '\\"',
      '"}]},"uuid":"0","toolUseResult":{"agentId":"a1"}',
      '{"type":"assistant","message":{"id":"m9","usage":{"output_tokens":7}}}',
      '"tool_use_id":"toolu_1"',
      "\n",
      "\t\u0000",
      "語😀",
      "\ud83d",
      "x".repeat(700),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join("").repeat(3));

/** Replaces the output of tools in a recording, in both places in which the client writes it. */
const printing =
  (text: string): Mutation =>
  (lines) =>
    lines.map((line) => {
      if (!line.includes('"tool_result"')) return line;
      const record = JSON.parse(line) as { message?: { content?: unknown }; toolUseResult?: unknown };
      const blocks = record.message?.content;
      if (!Array.isArray(blocks)) return line;
      for (const block of blocks) {
        if (block.type === "tool_result" && block.is_error !== true) block.content = text;
      }
      if (typeof record.toolUseResult === "object" && record.toolUseResult !== null)
        Object.assign(record.toolUseResult, { stdout: text, file: { base64: "A".repeat(3000) } });
      return JSON.stringify(record);
    });

function withChanges(path: string, file: number, mutations: readonly Mutation[]): FileText[] {
  const files = textsOf(path).map((one) => ({ ...one }));
  const changed = files[file % files.length] as FileText;
  changed.text = mutations.reduce((lines, mutate) => mutate(lines), changed.text.split("\n")).join("\n");
  return files;
}

describe("reading a session without the output of its tools", () => {
  const read = (files: readonly FileText[]) => readTexts(files, { keep: "none" });
  const readAll = (files: readonly FileText[]) => readTexts(files, { keep: "none" }, undefined, wholeLines);

  test.each(transcripts)("finds the same in $path as parsing complete lines", ({ path }) => {
    const files = textsOf(path);
    expect(read(files)).toEqual(readAll(files));
  });

  test("finds the same with any output and with any damage to the lines", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...transcripts),
        fc.nat(5),
        printed,
        fc.array(mutation, { maxLength: 4 }),
        ({ path }, file, text, mutations) => {
          const files = withChanges(path, file, [printing(text), ...mutations]);
          expect(read(files)).toEqual(readAll(files));
        },
      ),
      { numRuns: runs(150) },
    );
  });

  test("does not parse a result of a megabyte, but parses what is before and after it", () => {
    const output = 'a line of "output"\n'.repeat(60_000);
    const records = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      result(2, "c1", {
        message: {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "c1", content: output, is_error: true }],
        },
        toolUseResult: { stdout: output, isAsync: true },
      }),
      stop(3),
    ];
    const bytes = Buffer.from(textOf(records));
    expect(bytes.length).toBeGreaterThan(2_000_000);
    const parse = vi.spyOn(JSON, "parse");
    const parsed = [...createLineReader(0, 1024).push(bytes)].map(parseLine);
    const longest = Math.max(...parse.mock.calls.map(([text]) => String(text).length));
    parse.mockRestore();
    expect(longest).toBeLessThan(4096);
    const [, , row] = parsed;
    expect(row?.kind === "record" && row.record.type === "user" && row.record.toolResults[0]).toMatchObject({
      toolUseId: "c1",
      isError: true,
      isAsync: true,
    });
  });
});
