import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { spansOf, spansOfSession } from "../support/read-files.ts";
import { kindOf, recording, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const ofKind = (name: string, kind: ReturnType<typeof kindOf>): Span[] =>
  spansOf(recording(name), "session").filter((span) => kindOf(span) === kind);

const turnsOf = (name: string) =>
  ofKind(name, "turn").map(({ attributes }) => attributes["ccotel.turn.outcome"]);

const callsOf = (name: string) =>
  ofKind(name, "tool").map(({ attributes }) => [
    attributes["gen_ai.tool.name"],
    attributes["ccotel.tool.outcome"],
  ]);

describe("records of only some versions of Claude Code:", () => {
  test("a fork of a fork counts its own turns, although no row names a source (2.1.200)", () => {
    const summaries = ofKind("2.1.200-fork-of-fork", "summary");
    const found = summaries.map(({ attributes }) => [
      attributes["ccotel.forked_from"],
      attributes["ccotel.turns"],
    ]);
    const [source, fork] = summaries.map(({ attributes }) => attributes["gen_ai.conversation.id"]);
    expect(found).toEqual([
      [undefined, 2],
      [source, 2],
      [fork, 1],
    ]);
  });

  test.each(["2.0.30", "2.0.76", "2.1.29"])(
    "a session that takes rows from its fork when it is continued counts its own turns only (%s)",
    (version) => {
      const folder = temporaryFolder();
      const recorded = recording("2.0.76-continue-over-fork");
      cpSync(recorded.folder, folder, { recursive: true, preserveTimestamps: true });
      for (const path of transcriptsOf({ ...recorded, folder })) {
        const text = readFileSync(path, "utf8").replaceAll('"version":"2.0.76"', `"version":"${version}"`);
        writeFileSync(path, text);
      }
      const spans = spansOf({ ...recorded, folder }, "session");
      const summaries = spans.filter((span) => kindOf(span) === "summary");
      const found = summaries.map(({ attributes }) => [
        attributes["ccotel.forked_from"],
        attributes["ccotel.turns"],
      ]);
      const [source] = summaries.map(({ attributes }) => attributes["gen_ai.conversation.id"]);
      expect(found).toEqual([
        [undefined, 3],
        [source, 2],
      ]);
      expect(spans.filter((span) => kindOf(span) === "turn")).toHaveLength(5);
    },
  );

  test("a fork leaves out the rows that it copied, although they have the time of the fork (2.0.14)", () => {
    const turns = ofKind("2.0.14-fork", "summary").map(({ attributes }) => attributes["ccotel.turns"]);
    expect(turns).toEqual([1, 4]);
  });

  test("the answer to a ! command is a turn, although its record has no turnOrigin (2.1.200)", () => {
    expect(turnsOf("2.1.200-bash-mode")).toEqual(["completed", "completed", "completed"]);
    const requests = ofKind("2.1.200-bash-mode", "turn").map(
      ({ attributes }) => attributes["ccotel.requests"],
    );
    expect(requests).toEqual([1, 1, 1]);
  });

  test("an answer that is written before its prompt belongs to the prompt's turn (2.1.250)", () => {
    const [path = ""] = transcriptsOf(recording("2.1.200-bash-mode"));
    const lines = readFileSync(path, "utf8").split(/(?<=\n)/);
    const prompt = lines.findIndex((line) => line.includes('"content":"Hello"'));
    const answer = lines.findIndex((line) => line.includes('"type":"assistant"'));
    expect(prompt).toBeLessThan(answer);
    const swapped = lines.toSpliced(answer, 1).toSpliced(prompt, 0, lines[answer] ?? "");
    const folder = mkdtempSync(join(tmpdir(), "ccotel-versions-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, basename(path)), swapped.join(""));
    expect(spansOfSession(join(folder, basename(path)), "session")).toEqual(spansOfSession(path, "session"));
  });

  test("a /compact that is also written as it was typed is not a turn (2.1.250)", () => {
    expect(turnsOf("2.1.250-rewind")).toEqual(["completed", "completed", "completed", "completed"]);
    expect(ofKind("2.1.250-rewind", "compaction")).toHaveLength(1);
  });

  test("a skill that an agent runs in an agent of its own hangs on its call, which names no agent (2.1.200)", () => {
    const spans = spansOf(recording("2.1.200-skill-in-agent"), "session");
    const nameOf = (id: string | undefined) => spans.find(({ spanId }) => spanId === id)?.name;
    const parents = spans
      .filter((span) => kindOf(span) === "subagent")
      .map(({ parentSpanId }) => nameOf(parentSpanId));
    expect(parents).toEqual(["execute_tool Agent", "execute_tool Skill", "execute_tool Skill"]);
  });

  test("a call whose result is what a hook said against it was denied (2.1.100)", () => {
    const found = callsOf("2.1.100-hook-decisions").map(([, outcome]) => outcome);
    const ofMain = ["denied", "denied", "denied", "denied", "error", "ok"];
    // The file of the agent does not say that a hook was there, but its commands have no exit code.
    expect(found).toEqual([...ofMain, "ok", "denied", "denied", "error"]);
  });

  test("a result that is written before its call ends the call (2.1.290)", () => {
    expect(callsOf("2.1.290-agents").filter(([name]) => name === "Agent")).toEqual([
      ["Agent", "ok"],
      ["Agent", "ok"],
      ["Agent", "error"],
      ["Agent", "error"],
    ]);
  });

  test("a shell command that Esc kills is interrupted, whatever precedes the client's note (2.0.45)", () => {
    expect(callsOf("2.0.45-esc-tool")).toEqual([["Bash", "interrupted"]]);
  });

  test("the note that a skill was loaded is not a prompt (2.0.45)", () => {
    expect(turnsOf("2.0.45-skill-tool")).toEqual(["completed"]);
  });
});
