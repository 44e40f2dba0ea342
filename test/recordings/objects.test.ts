import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { newReadState } from "../../src/files/read-state.ts";
import { readOn, spansOf } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

// V8 makes a hash table of an object from which properties are deleted, or that gets many by computed names. Such
// objects take three times as long to use, and they made a first export an eighth slower.

setFlagsFromString("--allow-natives-syntax");
const isObject = new Function("value", "return %HasFastProperties(value)") as (value: object) => boolean;

describe.each(recordings())("after %s was read", (recording) => {
  test.each(transcriptsOf(recording))("its requests and its state are no hash tables: %s", (path) => {
    const state = newReadState(sessionIdOf(path));
    const pieces = readOn(path, state, { quiet: true, ended: true });
    const requests = pieces.flatMap((piece) => (piece.type === "turn" ? piece.turn.requests : []));
    expect(requests.filter((request) => !isObject(request))).toEqual([]);
    expect(isObject(state.session)).toBe(true);
    expect(isObject(state.session.main)).toBe(true);
  });

  test("nor are the attributes of its spans", () => {
    const spans = spansOf(recording, "session");
    expect(spans.filter(({ attributes }) => !isObject(attributes)).map(({ name }) => name)).toEqual([]);
  });
});
