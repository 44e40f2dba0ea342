import { describe, expect, test } from "vitest";
import type { Finished, Turn } from "../../src/session/model.ts";
import {
  answer,
  call,
  costState,
  prompt,
  readScript,
  record,
  request,
  result,
  START_MS,
  stop,
  turnDuration,
} from "../support/transcripts/scripted-session.ts";

function turnsOf(finished: Finished[]): Turn[] {
  return finished.flatMap((piece) => (piece.type === "turn" ? [piece.turn] : []));
}

function readTurns(records: Record<string, unknown>[]): Turn[] {
  return turnsOf(readScript(records));
}

/** Fields of clients up to 2.0, which mark neither the origin of a turn nor the end of a response. */
const OLD = { version: "2.0.76", turnOrigin: undefined, promptId: undefined, requestedModel: undefined };
const provisional = { ...OLD, stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } };
const final = { ...OLD, stop_reason: null, usage: { input_tokens: 10, output_tokens: 20 } };

describe("a turn", () => {
  test("has the notifications of all agents that finish at once, with a note of the client between them", () => {
    const notice = { turnOrigin: "task_notification", turnPosition: { promptIndex: 1, turnIndex: 2 } };
    const first = prompt(10, "<task-notification>\n<task-id>a1</task-id>", notice);
    const note = prompt(10.1, "<system-reminder>\nNoted", {
      turnOrigin: undefined,
      isMeta: true,
      parentUuid: first.uuid,
    });
    const second = prompt(10.2, "<task-notification>\n<task-id>a2</task-id>", {
      ...notice,
      parentUuid: note.uuid,
    });
    const turns = readTurns([
      ...[prompt(0), answer(1, "m1", "Launched."), stop(1.1)],
      ...[first, note, second, answer(11, "m2", "Both are back."), stop(11.1)],
    ]);
    expect(turns.map(({ outcome, requests }) => [outcome, requests.length])).toEqual([
      ["completed", 1],
      ["completed", 1],
    ]);
  });

  test("has all notifications that claude -p answers together, of which only the last has the turn's number", () => {
    const notices = [1, 2, 3].map((index) =>
      prompt(10 + index / 10, `<task-notification>\n<task-id>b${index}</task-id>`, {
        uuid: `notice ${index}`,
        turnOrigin: "task_notification",
        turnPosition: index === 3 ? { promptIndex: 0, turnIndex: 2 } : undefined,
        parentUuid: index === 1 ? "stop" : `notice ${index - 1}`,
      }),
    );
    const numbered = (index: number) => ({ turnPosition: { promptIndex: 0, turnIndex: index } });
    const turns = readTurns([
      ...[prompt(0, "Start", numbered(1)), answer(1, "m1", "Started."), stop(1.1)],
      ...[...notices, answer(11, "m2", "All are back."), stop(11.1)],
      ...[prompt(20, "Next", numbered(3)), answer(21, "m3", "Yes."), stop(21.1)],
    ]);
    expect(turns.map(({ index, outcome, requests }) => [index, outcome, requests.length])).toEqual([
      [1, "completed", 1],
      [2, "completed", 1],
      [3, "completed", 1],
    ]);
  });

  test("is interrupted if a person took its prompt back with Esc, which leaves no record but the next prompt's number", () => {
    const outcomes = (firstIndex: number, entrypoint = "cli") => {
      const typed = (seconds: number, turnIndex: number) =>
        prompt(seconds, "Go", {
          entrypoint,
          parentUuid: "before",
          turnPosition: { promptIndex: 1, turnIndex },
        });
      const rows = [typed(0, firstIndex), typed(10, 2), answer(11, "m1", "Yes."), stop(12)];
      return readTurns(rows).map(({ outcome }) => outcome);
    };
    expect(outcomes(2)).toEqual(["interrupted", "completed"]);
    // A resume after a kill counts the turn that was cut.
    expect(outcomes(1)).toEqual(["cut_off", "completed"]);
    // Two `claude -p` at once may give two prompts the same number.
    expect(outcomes(2, "sdk-cli")).toEqual(["cut_off", "completed"]);
  });

  test("has the attempt that the client recorded before the prompt", () => {
    const [, turn] = readTurns([
      prompt(0),
      request(0.1, "cut"),
      request(10.1, "r2"),
      prompt(10),
      answer(11, "m2", "Back again.", { requestRef: "r2" }),
      stop(11.1),
    ]);
    expect(turn?.requests[0]).toMatchObject({ startMs: START_MS + 10_100, attempts: 1 });
  });

  test("counts with its compaction, even if their records have no ids", () => {
    const boundary = record("system", 2.5, {
      subtype: "compact_boundary",
      compactMetadata: { trigger: "auto" },
    });
    const rows = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      result(2, "c1"),
      boundary,
      answer(3, "m2", "Done."),
    ];
    const [turn, ...others] = readTurns(rows.map(({ uuid: _, ...row }) => row));
    expect(others).toEqual([]);
    expect([turn?.requests.length, turn?.toolCalls.length, turn?.compactions.length]).toEqual([2, 1, 1]);
  });

  test("is completed when a hook stops the client", () => {
    const stopped = record("attachment", 3, {
      attachment: { type: "hook_stopped_continuation", hookEvent: "PostToolUse", message: "Enough" },
    });
    const begun = [prompt(0), answer(1, "m1", call("c1", "Read")), result(2, "c1")];
    const rest = [prompt(10), answer(11, "m2", "Next."), stop(12)];
    expect(readTurns([...begun, stopped, ...rest]).map(({ outcome }) => outcome)).toEqual([
      "completed",
      "completed",
    ]);
    expect(readTurns([...begun, ...rest]).map(({ outcome }) => outcome)).toEqual(["cut_off", "completed"]);
  });

  test.each(["Unknown skill: help", "Unknown slash command: help"])(
    "does not start with a command that the client does not know: %s",
    (text) => {
      expect(
        readTurns([prompt(0, text, OLD), prompt(10, "Go", OLD), answer(11, "m1", "Hi.", OLD)]),
      ).toHaveLength(1);
      expect(readTurns([prompt(0, text, OLD), answer(1, "m1", "Hi.", OLD)])).toHaveLength(1);
    },
  );

  test("goes on behind what hooks said to clients up to 2.0.14, which do not mark it", () => {
    const old = { ...OLD, version: "1.0.128" };
    const turns = readTurns([
      prompt(0, "<session-start-hook>It is Monday.</session-start-hook>", old),
      prompt(0, "Go", old),
      prompt(0.1, "<user-prompt-submit-hook>Be brief.</user-prompt-submit-hook>", old),
      ...[answer(1, "m1", call("c1", "Bash"), old), result(2, "c1", old)],
      prompt(2.1, "<post-tool-use-hook>It has run.</post-tool-use-hook>", old),
      prompt(3, "Bash operation feedback:\n- Look again", old),
      answer(4, "m2", "Done.", old),
      prompt(5, "Stop hook feedback:\n- [sh stop.sh]: Do more\n", old),
      answer(6, "m3", "More is done.", old),
      ...[prompt(10, "Next", old), answer(11, "m4", "Fine.", old)],
    ]);
    expect(turns.map(({ requests }) => requests.length)).toEqual([3, 1]);
  });

  test("is interrupted if a prompt that was sent while a call ran ends it, and cut off if the prompt came later", () => {
    const outcomes = (sent: number) =>
      readTurns([
        ...[prompt(0), answer(1, "m1", call("c1", "Bash")), result(8, "c1")],
        ...[prompt(10, "Now", { sentAtMs: START_MS + sent * 1000 }), answer(11, "m2", "Here."), stop(12)],
      ]).map(({ outcome }) => outcome);
    expect(outcomes(2)).toEqual(["interrupted", "completed"]);
    expect(outcomes(9.9)).toEqual(["cut_off", "completed"]);
  });

  test("is completed if a hook has stopped it, also when the next prompt was sent before that", () => {
    const stopped = { type: "hook_stopped_continuation", hookName: "PostToolUse:Bash", toolUseID: "c1" };
    const turns = readTurns([
      ...[prompt(0), answer(1, "m1", call("c1", "Bash")), result(8, "c1")],
      record("attachment", 8, { attachment: stopped }),
      ...[prompt(10, "Now", { sentAtMs: START_MS + 2000 }), answer(11, "m2", "Here."), stop(12)],
    ]);
    expect(turns.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
  });

  test("is completed when a hook stops the client at the prompt, and a blocked prompt says nothing of it", () => {
    const said = (content: string) =>
      record("system", 1, { subtype: "informational", content, preventContinuation: true });
    const next = [prompt(10), answer(11, "m1", "Next."), stop(12)];
    const outcomes = (content: string) =>
      readTurns([prompt(0), said(content), ...next]).map(({ outcome }) => outcome);
    expect(outcomes("Operation stopped by hook: halted")).toEqual(["completed", "completed"]);
    // Up to 2.1.200, the client writes it as if it were a prompt; up to 2.1.100, only so.
    const alone = prompt(1, "Operation stopped by hook: halted", OLD);
    const turns = readTurns([prompt(0, "Go", OLD), alone, ...next]);
    expect(turns.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
    const blocked = "UserPromptSubmit operation blocked by hook:\nNo\n\nOriginal prompt: Go";
    expect(outcomes(blocked)).toEqual(["cut_off", "completed"]);
  });

  test("has no stop reason for a response whose stream broke, and marks its usage as provisional", () => {
    const noteOf = (text: string) =>
      prompt(2, text, { turnOrigin: undefined, isMeta: true, turnCompanion: true });
    const first = answer(1, "m1", "Yes", { usage: { input_tokens: 10, output_tokens: 1 } });
    const stopOf = (note: string) => {
      const [turn] = readTurns([prompt(0), first, noteOf(note), answer(3, "m2", "And more."), stop(4)]);
      const [request] = turn?.requests ?? [];
      return [request?.stopReason, request?.provisional];
    };
    expect(stopOf("Your response above was cut off mid-stream. Resume directly.")).toEqual([undefined, true]);
    expect(stopOf("Output token limit hit. Resume directly.")).toEqual(["end_turn", undefined]);
  });

  test.each([
    "Server error mid-response.",
    "Connection closed mid-response.",
    "Response stalled mid-stream.",
  ])("has one request where the client says that its stream broke: %s", (cause) => {
    const text = `API Error: ${cause} The response above may be incomplete.`;
    const message = { id: "uuid", model: "<synthetic>", content: [{ type: "text", text }], usage: {} };
    const error = { isApiErrorMessage: true, error: "server_error", message };
    const begun = { stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 1 } };
    const [failed, whole, alone] = readTurns([
      ...[prompt(0), answer(1, "m1", "It begins", begun), answer(2, "e1", text, error)],
      ...[prompt(10), answer(11, "m2", "It begins", begun), answer(12, "e2", text, error)],
      ...[answer(13, "m3", "Again, and whole."), stop(13.1)],
      ...[prompt(20), answer(21, "e3", text, error)],
    ]);
    expect(failed).toMatchObject({ outcome: "failed", error: { type: "server_error" } });
    expect(failed?.requests).toMatchObject([{ id: "m1", provisional: true }]);
    expect(failed?.requests[0]?.stopReason).toBeUndefined();
    expect(whole?.outcome).toBe("completed");
    expect(whole?.requests.map(({ id, provisional }) => [id, provisional])).toEqual([
      ["m2", true],
      ["m3", undefined],
    ]);
    expect(alone?.requests).toMatchObject([{ error: { type: "server_error" } }]);
  });

  test.each([
    ["refusal", "invalid_request", "2.1.332", true],
    ["refusal", "invalid_request", "2.0.76", false],
    ["max_tokens", "max_output_tokens", "2.1.332", false],
    ["model_context_window_exceeded", "max_output_tokens", "2.1.100", false],
  ])(
    "has failed, with all requests answered, where the client calls an answer that ends with %s an error (%s, %s)",
    (stop_reason, error, version, namesIt) => {
      const message = { id: "uuid", model: "<synthetic>", content: [{ type: "text", text: "API Error: …" }] };
      const requestId = namesIt ? "req-m2" : undefined;
      const [turn] = readTurns([
        ...[prompt(0), answer(1, "m1", "I begin", { stop_reason, version })],
        ...[prompt(2, "Go on.", { turnOrigin: undefined, isMeta: true, turnCompanion: true })],
        ...[answer(3, "m2", "I begin again", { stop_reason, version })],
        answer(3.1, "e1", "", { isApiErrorMessage: true, error, message, requestId, version }),
      ]);
      const type = error ?? "unknown";
      expect(turn).toMatchObject({ outcome: "failed", error: { type }, totals: { failedRequests: 0 } });
      expect(turn?.requests).toMatchObject([{ id: "m1" }, { id: "m2", stopReason: stop_reason }]);
      expect(turn?.requests.map(({ badAnswer }) => badAnswer)).toEqual([undefined, { type }]);
    },
  );

  test.each([
    "Claude's response exceeded the 32000 output token maximum.",
    "Claude Code is unable to respond to this request, which appears to violate our Usage Policy",
    "The model has reached its context window limit.",
  ])("has failed, with all requests answered, where an old client writes no stop reason: %s", (text) => {
    const message = {
      id: "e1",
      model: "<synthetic>",
      content: [{ type: "text", text: `API Error: ${text}` }],
    };
    const error = { ...OLD, isApiErrorMessage: true, message, requestId: undefined };
    const [turn, next] = readTurns([
      ...[prompt(0, "Go", OLD), answer(1, "m1", "I begin", final), answer(1.1, "e1", "", error)],
      ...[prompt(10, "Go", OLD), answer(11, "e2", "", error)],
    ]);
    expect(turn).toMatchObject({ outcome: "failed", error: { type: "unknown" } });
    expect(turn?.requests).toMatchObject([{ id: "m1", badAnswer: { type: "unknown" } }]);
    // Behind a prompt, it is about an answer that the file does not hold.
    expect(next?.requests).toMatchObject([{ error: { type: "unknown" } }]);
  });

  test("has a failed request where another model was asked behind a refusal, and failed", () => {
    const message = { id: "uuid", model: "<synthetic>", content: [{ type: "text", text: "API Error: 529" }] };
    const error = { isApiErrorMessage: true, error: "overloaded_error", message };
    const refused = [prompt(0), request(0.1, "r1"), answer(1, "m1", "No", { stop_reason: "refusal" })];
    const failed = (requestId: string | undefined) =>
      readTurns([...refused, request(1.1, "r2"), answer(2, "e1", "", { ...error, requestId })])[0]?.requests;
    for (const requestId of ["req-e1", undefined])
      expect(failed(requestId)).toMatchObject([{ id: "m1" }, { error: { type: "overloaded_error" } }]);
  });

  test("has a failed request behind an answer that ended well, also if a gateway gives all requests one id", () => {
    const message = { id: "uuid", model: "<synthetic>", content: [{ type: "text", text: "API Error: 400" }] };
    const error = { isApiErrorMessage: true, error: "invalid_request", message, requestId: "proxy" };
    const [turn] = readTurns([
      ...[prompt(0), answer(1, "m1", "Yes", { requestId: "proxy" }), answer(2, "e1", "", error)],
    ]);
    expect(turn?.requests).toMatchObject([{ id: "m1" }, { error: { type: "invalid_request" } }]);
  });

  test("is cut off if the last response of an old client has no final usage", () => {
    const [cut, whole] = readTurns([
      prompt(0, "Go", OLD),
      answer(1, "m1", "A first block", provisional),
      prompt(10, "Again", OLD),
      answer(11, "m2", "A first block", provisional),
      answer(12, "m2", "and a last one.", final),
    ]);
    expect(cut?.outcome).toBe("cut_off");
    expect(whole?.outcome).toBe("completed");
  });

  test("belongs to the session even if the clock was set back after the first one", () => {
    const turns = readTurns([
      record("queue-operation", 100, { operation: "enqueue" }),
      prompt(101),
      answer(102, "m1", "One."),
      stop(102.1),
      prompt(20),
      answer(21, "m2", "Two."),
      stop(21.1),
    ]);
    expect(turns.map(({ index }) => index)).toEqual([1, 2]);
  });

  test("is reported once if its lines are written twice", () => {
    const lines = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      result(2, "c1"),
      answer(3, "m2", "Done."),
      stop(3.1),
    ];
    const [turn, ...others] = readTurns(lines.flatMap((line) => [line, line]));
    expect(others).toEqual([]);
    expect(turn?.requests.map(({ id }) => id)).toEqual(["m1", "m2"]);
    expect(turn?.toolCalls.map(({ id }) => id)).toEqual(["c1"]);
    expect(turnsOf(readScript([...lines, ...lines]))).toHaveLength(1);
  });

  test("ends at the client's note of its duration if no Stop hook ran, and has the wait for a dialog", () => {
    const write = answer(1, "m1", call("call-1", "Write"));
    const asked = { permissionDecision: { decision: "accept", source: "user_temporary" } };
    const [turn] = readTurns([
      ...[prompt(0), write, result(9, "call-1", asked), answer(10, "m2", "Written.")],
      ...[turnDuration(10.2, 2_200), prompt(60)],
    ]);
    expect(turn?.endMs).toBe(START_MS + 10_200);
    expect(turn?.waitedMs).toBe(8_000);
  });

  test("goes on behind a note of a duration while a call has no result", () => {
    const [turn, ...others] = readTurns([
      ...[prompt(0), answer(1, "m1", call("call-1", "Bash")), turnDuration(2, 2_000)],
      ...[result(3, "call-1"), answer(4, "m2", "Done."), stop(5)],
    ]);
    expect(others).toEqual([]);
    expect(turn?.requests).toHaveLength(2);
  });

  test.each(["HEAD", ""])("has no branch if the client writes %j for it, as without git", (gitBranch) => {
    const boundary = { subtype: "compact_boundary", compactMetadata: { trigger: "manual" }, gitBranch };
    const pieces = readScript([
      ...[prompt(0, "Go on", { gitBranch }), answer(1, "m1", "Done."), stop(2)],
      record("system", 10, boundary),
    ]);
    const places = pieces.flatMap((piece) =>
      piece.type === "turn" ? [piece.turn.place] : piece.type === "part_started" ? [piece.part.place] : [],
    );
    expect(places).toHaveLength(2);
    expect(places.map(({ branch }) => branch)).toEqual([undefined, undefined]);
    const [compacted] = readScript([record("system", 10, boundary)]);
    expect(compacted).toMatchObject({ part: { place: expect.not.objectContaining({ branch: gitBranch }) } });
  });

  test("has no source if the entrypoint is unknown", () => {
    const [turn] = readTurns([prompt(0, "Go", { ...OLD, entrypoint: "constructor" })]);
    expect(turn?.source).toBeUndefined();
  });
});

describe("a failed request", () => {
  test.each([
    ["1.0.128", undefined],
    ["2.1.100", "unknown"],
  ])("of client %s has the API's error type, not the client's", (version, error) => {
    const text = 'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"no"}}';
    const [turn] = readTurns([
      prompt(0),
      answer(1, "uuid", text, { version, error, isApiErrorMessage: true, message: synthetic(text) }),
    ]);
    expect(turn?.requests[0]?.error).toMatchObject({ type: "invalid_request_error", status: 400 });
    expect(turn?.error).toMatchObject({ type: "invalid_request_error" });
  });

  function synthetic(text: string) {
    return { id: "uuid", model: "<synthetic>", content: [{ type: "text", text }], usage: {} };
  }
});

describe("a compaction", () => {
  test("does not begin after its end, even if its record has a negative duration", () => {
    const compaction = record("system", 5, {
      subtype: "compact_boundary",
      compactMetadata: { trigger: "manual", durationMs: -1000 },
    });
    const [, piece] = readScript([compaction]);
    expect(piece).toMatchObject({ compaction: { startMs: START_MS + 5000, endMs: START_MS + 5000 } });
  });
});

describe("a run's hidden cost", () => {
  test("is Claude Code's own sum minus the prices of the run's requests, also with unknown models", () => {
    const unknown = { requestedModel: "gateway-model-v9" };
    const known = [prompt(0), answer(1, "m1", "One."), stop(1.1), costState(1)];
    const unpriced = [prompt(10), answer(11, "m2", "Two.", unknown), stop(11.1), costState(3)];
    const later = [prompt(20), answer(21, "m3", "Three."), stop(21.1), costState(4)];
    const hidden = readScript([...known, ...unpriced, ...later]).flatMap((piece) =>
      piece.type === "run_finished" ? [piece.summary.hiddenUsd] : [],
    );
    const costUsd = 0.00044;
    expect(hidden).toEqual([expect.closeTo(1 - costUsd), expect.closeTo(2), expect.closeTo(1 - costUsd)]);
  });
});
