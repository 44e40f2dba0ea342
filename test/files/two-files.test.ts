import { expect, test } from "vitest";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { walk } from "../../src/session/walk.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import { answer, call, prompt, result, SESSION_ID, stop } from "../support/transcripts/scripted-session.ts";

const turns = [0, 10, 20].flatMap((at) => [prompt(at), answer(at + 1, `m${at}`, "Done."), stop(at + 1.1)]);
const copies = turns
  .filter(({ type }) => type !== "system")
  .map((row): Record<string, unknown> => ({ ...row, isSidechain: true, agentId: "hidden" }));
const question = [
  prompt(30, "What is a cart?", { isSidechain: true, turnOrigin: undefined }),
  answer(31, "m30", "A list.", { isSidechain: true }),
];

function contentOf(pieces: Finished[]) {
  const requests: (string | undefined)[] = [];
  const agents: string[] = [];
  let count = 0;
  walk(pieces, {
    request: ({ id }) => void requests.push(id),
    turn: () => count++,
    subagent: ({ agentType, startMs, endMs }) => void agents.push(`${agentType} ${endMs - startMs} ms`),
  });
  return { requests: requests.sort(), turns: count, agents };
}

test.each([
  ["aside_question-a1b2c3d4e5f60718", "side_question 1000 ms"],
  ["acompact-0011223344556677", "compact 1000 ms"],
])(
  "a file of the client (%s) that repeats the conversation is one agent with only the new rows",
  (id, agent) => {
    const session = scriptSession(turns.slice(0, 6));
    const state = newReadState(SESSION_ID);
    const live = readOn(session.path, state, { quiet: false, ended: false });
    session.append(turns.slice(6));
    session.appendToAgent({ id, records: [...copies, ...question] });
    const saved = restoreReadState(JSON.parse(JSON.stringify(state)) as ReadState);
    live.push(...readOn(session.path, saved, { quiet: false, ended: false }));
    live.push(...readOn(session.path, saved, { quiet: true, ended: true }));
    const expected = { requests: ["m0", "m10", "m20", "m30"], turns: 3, agents: [agent] };
    expect(contentOf(live)).toEqual(expected);
    expect(contentOf(readWhole(session.path))).toEqual(expected);
  },
);

test("an agent whose rows are in the main file and in its own file counts once", () => {
  const side = { isSidechain: true, agentId: "a5e94f0" };
  const agentRows = [
    prompt(1.2, "look", { ...side, turnOrigin: undefined }),
    answer(2, "m1", call("c2", "Bash"), side),
    result(2.5, "c2", side),
    answer(3, "m2", "Found.", side),
  ];
  const session = scriptSession([
    prompt(0),
    answer(1, "m0", call("c1", "Agent", { prompt: "look" })),
    ...agentRows,
    result(4, "c1", { toolUseResult: { agentId: "a5e94f0", status: "completed" } }),
    answer(5, "m3", "Done."),
    stop(5.1),
  ]);
  session.appendToAgent({
    id: "a5e94f0",
    meta: { agentType: "Explore", toolUseId: "c1" },
    records: agentRows,
  });
  const { requests, agents } = contentOf(readWhole(session.path));
  expect(requests).toEqual(["m0", "m1", "m2", "m3"]);
  expect(agents).toEqual(["Explore 1800 ms"]);
});
