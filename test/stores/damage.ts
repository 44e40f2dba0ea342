import {
  linesOf,
  PROJECT,
  type Row,
  Session,
  type Store,
  toolId,
  use,
} from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** Damage that other programs leave in files. */
export const DAMAGE: Case[] = [
  when("a byte order mark, and zeros between and within lines", () => {
    const session = new Session();
    session.turns(3);
    const lines = linesOf(session.rows).split("\n");
    lines[4] = `\0\0\0\0${lines[4]}`;
    lines[2] = `${lines[2]}\0\0`;
    return textOf(session, `\uFEFF${lines.join("\n")}\0\0\0`);
  }),
  when("zeros after half a line", () => {
    const session = new Session();
    session.turns(2);
    const lines = linesOf(session.rows).split("\n");
    lines[3] = `{"parentUuid":"x","isSidechain":fal${"\0".repeat(4000)}${lines[3]}`;
    return textOf(session, lines.join("\n"));
  }),
  when("half a line, directly followed by the next one", () => {
    const session = new Session();
    session.turns(3, { tools: true });
    const lines = linesOf(session.rows).split("\n");
    lines[7] = `${linesOf([session.rows[6] as Row]).slice(0, 210)}${lines[7]}`;
    lines[5] = `{"parentUuid":"x","isSidechain":false,"message":{"content":[{"text":"\\"${lines[5]}`;
    return textOf(session, lines.join("\n"));
  }),
  when("lines without line feeds between them", () => {
    const session = new Session();
    session.turns(3, { tools: true });
    const lines = linesOf(session.rows).split("\n");
    lines.splice(3, 3, lines.slice(3, 6).join(""));
    lines.splice(6, 2, lines.slice(6, 8).join(" "));
    return textOf(session, lines.join("\n"));
  }),
  when("an array with a record on each line", () => {
    const session = new Session();
    session.turns(2, { tools: true });
    return textOf(session, `[\n${linesOf(session.rows).trimEnd().replaceAll("\n", ",\n")}\n]\n`);
  }),
  when("an array on one line", () => {
    const session = new Session();
    session.turns(2, { tools: true });
    return textOf(session, `${JSON.stringify(session.rows)}\n`);
  }),
  when("blanks before and behind the lines, and between them", () => {
    const session = new Session();
    session.turns(2, { tools: true });
    return textOf(session, linesOf(session.rows).replaceAll("\n", " \t\n \n\n\t"));
  }),
  when("no line feed at the end", () => {
    const session = new Session();
    session.turns(2);
    session.prompt("Last");
    session.answer("Words.");
    return textOf(session, linesOf(session.rows).trimEnd());
  }),
  when("carriage returns, and a byte order mark in the middle", () => {
    const session = new Session();
    session.turns(1);
    const first = linesOf(session.rows);
    const before = session.rows.length;
    session.turns(1);
    const rest = linesOf(session.rows.slice(before));
    return textOf(session, `\uFEFF${first}\uFEFF${rest}`.replaceAll("\n", "\r\n"));
  }),
  when("answers without a time", () => {
    const session = new Session({ version: "2.1.100" });
    session.prompt("First");
    session.answer("Yes.", { timestamp: undefined });
    session.prompt("Second");
    const call = toolId();
    session.answer(use(call), { timestamp: "" });
    session.result(call, { timestamp: undefined });
    session.answer("Done.", { timestamp: null });
    return session;
  }),
  ...[false, true].map((isTwice) =>
    when(`rows of another program without any id${isTwice ? ", written twice" : ""}`, () => {
      const session = new Session();
      session.turns(3, { tools: true, answer: { id: null, requestId: null } });
      const rows = session.rows.filter(({ type }) => type !== "system");
      for (const row of rows) for (const id of ["uuid", "parentUuid", "promptId"]) delete row[id];
      return { store: session.store(isTwice ? [...rows, ...rows] : rows), truth: session.truth };
    }),
  ),
  ...["2.0.30", "2.1.332"].map((version) =>
    when(`lines that a program writes again, each time with more output (${version})`, () => {
      const session = new Session({ version });
      for (const isAgents of [false, true]) {
        const { call, agent } = isAgents ? session.delegate() : { call: "", agent: session };
        if (!isAgents) session.prompt("Go");
        const thread = isAgents ? agent : session;
        const [row] = thread.answer("Answer", { usage: { output_tokens: 300 } });
        const before = [2, 80].map((output_tokens) => {
          const earlier = structuredClone(row) as Row;
          const message = earlier.message as Row;
          Object.assign(message, { stop_reason: null, usage: { ...(message.usage as Row), output_tokens } });
          return earlier;
        });
        thread.rows.splice(-1, 0, ...before);
        if (isAgents) session.completed(call, agent);
      }
      session.turns(1);
      return session;
    }),
  ),
  when("an impossible number of tokens", () => {
    const session = new Session();
    session.prompt("Question");
    session.answer("Answer", { usage: { input_tokens: 1e308 } });
    session.stop();
    session.turns(1);
    const { input: _, ...truth } = session.truth;
    return { store: session.store(), truth: { ...truth, input: 10 } };
  }),
  when("an old summary without its flag, and two turns", () => {
    const session = new Session({ version: "1.0.80" });
    session.rows.push({ type: "summary", summary: "Old", leafUuid: "x" });
    session.turns(2);
    return session;
  }),
];

function textOf(session: Session, text: string): { store: Store; truth: Session["truth"] } {
  return { store: { ...session.store(), [`${PROJECT}/${session.id}.jsonl`]: text }, truth: session.truth };
}

/** Two processes that write to one file. */
export const WINDOWS: Case[] = [
  windows("take turns", (first, second) => {
    const call = toolId();
    first.prompt("One");
    first.answer(use(call));
    second.clock = first.clock + 20;
    second.prompt("Two", {}, 0);
    second.answer("Done.");
    second.stop();
    first.clock = second.clock;
    first.result(call);
    first.answer("Done.");
    first.stop();
  }),
  windows("a response ends after the other window's prompt", (first, second) => {
    const call = toolId();
    first.prompt("One");
    first.answer(["Let me look.", use(call)]);
    second.clock = first.clock - 20;
    second.prompt("Two", {}, 0);
    second.answer("Done.", {}, 600);
    second.stop();
    first.clock = second.clock;
    first.result(call);
    first.answer("Done.");
    first.stop();
  }),
  windows("a response ends after the other window's turn", (first, second) => {
    const call = toolId();
    first.prompt("One");
    first.answer(["Let me look.", use(call)], { stop: "tool_use" });
    second.clock = first.clock - 30;
    second.prompt("Two", {}, 0);
    second.answer("Done.", {}, 5);
    second.stop();
    const late = first.rows.at(-1) as Row;
    late.timestamp = new Date(second.clock + 20).toISOString();
    first.clock = second.clock + 20;
  }),
  windows("three alternating steps each", (first, second) => {
    const [a, b] = [toolId(), toolId()];
    first.prompt("One");
    second.clock = first.clock + 1;
    second.prompt("Two", {}, 0);
    first.answer(["One.", use(a)]);
    second.clock = first.clock - 10;
    second.answer(["Two.", use(b)], {}, 0);
    first.clock = second.clock + 5;
    first.result(a);
    second.result(b);
    first.answer("Done one.");
    second.clock = first.clock - 1;
    second.answer("Done two.", {}, 0);
    first.clock = second.clock + 10;
    first.stop();
    second.clock = first.clock;
    second.stop();
  }),
];

function windows(name: string, write: (first: Session, second: Session) => void): Case {
  return when(name, () => {
    const first = new Session();
    first.turns(1);
    const { id, truth, clock } = first;
    const second = new Session({ id, truth, clock });
    second.last = first.last;
    second.turn = first.turn;
    write(first, second);
    const time = ({ timestamp }: Row) => Date.parse(String(timestamp));
    const rows = [...first.rows, ...second.rows].sort((a, b) => time(a) - time(b));
    return { store: first.store(rows), truth };
  });
}

/** One file in two project folders. */
export const COPIES: Case[] = [
  when("one copy is cut off", () => {
    const session = new Session();
    session.turns(5, { tools: true });
    const cut = session.store(session.rows.slice(0, 9), "-home-dev-other");
    return { store: { ...session.store(), ...cut }, truth: session.truth };
  }),
  when("one copy was continued", () => {
    const session = new Session();
    session.turns(3);
    const { store, elsewhere } = moved(session);
    elsewhere.turns(2);
    return { store: store(), truth: session.truth };
  }),
  when("both copies were continued", () => {
    const session = new Session();
    session.turns(3);
    const { store, elsewhere } = moved(session);
    elsewhere.turns(2);
    session.clock = elsewhere.clock + 10_000;
    session.turns(1);
    return { store: store(), truth: session.truth };
  }),
  when("one copy has agents", () => {
    const session = new Session();
    const { call, agent } = session.delegate();
    agent.answer("Found.");
    session.completed(call, agent);
    return {
      store: { ...session.store(), [`-a-other/${session.id}.jsonl`]: session.rows },
      truth: session.truth,
    };
  }),
];

/** Continues the session in a copy of its file in another folder. */
function moved(session: Session) {
  const { id, truth, version } = session;
  const elsewhere = new Session({ id, truth, version, clock: session.clock + 100_000 });
  elsewhere.rows.push(...session.rows);
  elsewhere.last = session.last;
  elsewhere.turn = session.turn;
  return {
    elsewhere,
    store: (): Store => ({ ...session.store(), ...elsewhere.store(elsewhere.rows, "-home-dev-a-other") }),
  };
}
