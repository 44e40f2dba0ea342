import { describe, expect, test } from "vitest";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { spansInMemory } from "../support/read-in-memory.ts";
import { kindOf, recording } from "../support/recordings.ts";
import {
  answer,
  prompt,
  readScript,
  record,
  SESSION_ID,
  stop,
} from "../support/transcripts/scripted-session.ts";

/** A turn whose prompt follows `parent`. The next turn follows `end-ID`. */
function turn(id: string, seconds: number, parent: string | null) {
  return [
    prompt(seconds, `Prompt ${id}`, { uuid: id, parentUuid: parent }),
    answer(seconds + 1, `m-${id}`, "Done.", { uuid: `answer-${id}`, parentUuid: id }),
    { ...stop(seconds + 1.1), uuid: `end-${id}`, parentUuid: `answer-${id}` },
  ];
}

function rewoundOf(records: Record<string, unknown>[]) {
  const pieces = readScript(records);
  const spans = toSpans(pieces, { sessionId: SESSION_ID, scope: "session" });
  const turns = spans.filter((span) => kindOf(span) === "turn");
  return turns.map(({ attributes, links }) => {
    const left = links.find((link) => link.attributes["ccotel.link"] === "rewound");
    const index = turns.findIndex(({ spanId }) => spanId === left?.spanId);
    return [attributes["ccotel.turn.rewound_turns"], ...(left === undefined ? [] : [index])];
  });
}

describe("a prompt after a rewind", () => {
  test("has the number of turns that it leaves, and a link to the first of them", () => {
    const records = [
      ...turn("a", 0, null),
      ...turn("b", 10, "end-a"),
      ...turn("c", 20, "end-b"),
      ...turn("d", 30, "end-c"),
      ...turn("e", 40, "end-a"),
      ...turn("f", 50, "end-e"),
    ];
    expect(rewoundOf(records)).toEqual([
      [undefined],
      [undefined],
      [undefined],
      [undefined],
      [3, 1],
      [undefined],
    ]);
  });

  test("can go back to an answer, as a program does that resumes there", () => {
    const records = [
      ...turn("a", 0, null),
      ...turn("b", 10, "end-a"),
      ...turn("c", 20, "end-b"),
      ...turn("d", 30, "answer-a"),
      ...turn("e", 40, "answer-d"),
    ];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [undefined], [2, 1], [undefined]]);
  });

  test("to before the first prompt follows the last record, but is numbered as the first turn", () => {
    const numbered = (records: Record<string, unknown>[], turnIndex: number) =>
      records.map((each) => (each.type === "user" ? { ...each, turnPosition: { turnIndex } } : each));
    const records = [
      ...numbered(turn("a", 0, null), 1),
      ...numbered(turn("b", 10, "end-a"), 2),
      ...numbered(turn("c", 20, "end-b"), 1),
      ...numbered(turn("d", 30, "end-c"), 2),
    ];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [2, 0], [undefined]]);
  });

  test("can go back before the first turn, and there can be several", () => {
    const records = [
      ...turn("a", 0, null),
      ...turn("b", 10, "end-a"),
      ...turn("c", 20, null),
      ...turn("d", 30, "end-c"),
      ...turn("e", 40, "end-c"),
    ];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [2, 0], [undefined], [1, 3]]);
  });

  test("may have a note of the client before it", () => {
    const note = prompt(20, "<system-reminder>Tools that were used</system-reminder>", {
      uuid: "note",
      parentUuid: "end-a",
      isMeta: true,
      turnOrigin: undefined,
      promptId: undefined,
    });
    const records = [...turn("a", 0, null), ...turn("b", 10, "end-a"), note, ...turn("c", 20, "note")];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [1, 1]]);
  });

  test("can go back past a compaction", () => {
    const records = [
      ...turn("a", 0, null),
      ...turn("b", 10, "end-a"),
      record("system", 20, { subtype: "compact_boundary", compactMetadata: { trigger: "manual" } }),
      ...turn("c", 30, "summary"),
      ...turn("d", 40, "end-a"),
      ...turn("e", 50, "end-d"),
    ];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [undefined], [2, 1], [undefined]]);
  });

  test("is neither the one after a compaction nor one that is written twice", () => {
    const records = [
      ...turn("a", 0, null),
      ...turn("b", 10, "end-a"),
      ...turn("b", 10, "end-a"),
      record("system", 20, { subtype: "compact_boundary", compactMetadata: { trigger: "manual" } }),
      ...turn("c", 30, null),
    ];
    expect(rewoundOf(records)).toEqual([[undefined], [undefined], [undefined]]);
  });

  test("is not recognised in a file whose records name no parent", () => {
    const plain = [0, 10, 20].flatMap((at) => [
      prompt(at),
      answer(at + 1, `m${at}`, "Done."),
      stop(at + 1.1),
    ]);
    expect(rewoundOf(plain)).toEqual([[undefined], [undefined], [undefined]]);
  });

  test("is recognised in a recording of the real client", () => {
    const turns = spansInMemory(recording("tui-rewind"), "turn").filter((span) => kindOf(span) === "turn");
    const [, left, rewinding] = turns;
    expect(rewinding?.attributes["ccotel.turn.rewound_turns"]).toBe(1);
    expect(rewinding?.links).toContainEqual({
      traceId: left?.traceId,
      spanId: left?.spanId,
      attributes: { "ccotel.link": "rewound" },
    });
  });
});

describe("a session that begins with /clear", () => {
  test("has a link to the session that its process began with", () => {
    const spans = spansInMemory(recording("tui-clear"), "session");
    const [before, after] = spans.filter((span) => kindOf(span) === "session");
    expect(before?.attributes).not.toHaveProperty("ccotel.after_clear");
    expect(after?.attributes).toMatchObject({
      "ccotel.after_clear": true,
      "ccotel.cleared_from": before?.attributes["session.id"],
    });
    expect(after?.links).toContainEqual({
      traceId: before?.traceId,
      spanId: before?.spanId,
      attributes: { "ccotel.link": "cleared_from" },
    });
  });

  test.each(["1.0.128", "2.0.76", "2.1.100"])(
    "is marked even if the client (%s) does not name the session before",
    (version) => {
      const sessions = spansInMemory(recording(`${version}-interactive`), "session").filter(
        (span) => kindOf(span) === "session",
      );
      const cleared = sessions.filter(({ attributes }) => attributes["ccotel.after_clear"] === true);
      expect(cleared).toHaveLength(1);
      expect(cleared[0]?.attributes).not.toHaveProperty("ccotel.cleared_from");
    },
  );

  test("is marked on its first turn if each turn is a trace", () => {
    const turns = spansInMemory(recording("tui-clear"), "turn").filter((span) => kindOf(span) === "turn");
    expect(turns.map(({ attributes }) => attributes["ccotel.after_clear"])).toEqual([
      undefined,
      undefined,
      true,
    ]);
  });
});
