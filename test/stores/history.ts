import {
  again,
  copyOf,
  hex,
  IMAGE_PROMPT,
  keepsTimes,
  type Row,
  renew,
  retold,
  Session,
  START_MS,
  toolId,
  use,
} from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** History that is written a second time into the same file. */
export const HISTORY: Case[] = [
  when("25 turns of an old client after a compaction", () => {
    const session = new Session({ version: "2.1.100" });
    session.turns(25, { tools: true });
    const past = [...session.rows];
    session.compact();
    session.rows.push(...again(past, "2.1.101"));
    session.turns(2, { tools: true });
    return session;
  }),
  when("three times, including the earlier repetitions", () => {
    const session = new Session();
    session.turns(6, { tools: true });
    for (let time = 0; time < 3; time++) {
      const past = [...session.rows];
      session.compact();
      session.rows.push(...again(past));
      session.turns(2, { tools: true });
    }
    return session;
  }),
  ...["1.0.128", "2.0.29", "2.0.30", "2.1.29"].map((version) =>
    when(`under new ids, from a response without streaming on (${version})`, () => {
      const session = new Session({ version });
      session.turns(2, { tools: true });
      session.prompt("Go");
      const call = toolId();
      const lines = session.answer(["Hm.", use(call)]);
      // Such a response is one line. A resume writes a line for each of its blocks, and then all that followed.
      const at = session.rows.length - 2;
      const [first] = lines as [Row];
      const message = first.message as Row;
      const content = lines.flatMap((row) => (row.message as Row).content);
      session.rows.splice(at, 2, { ...first, message: { ...message, content } });
      session.last = first.uuid as string;
      session.result(call);
      session.turns(20, { tools: true });
      session.clock += 60_000;
      const { timestamp } = first;
      const past = [...lines.map((row) => ({ ...row, timestamp })), ...session.rows.slice(at + 1)];
      const resumed = { timestamp: new Date(session.clock).toISOString(), requestId: undefined };
      const isRetimed = !keepsTimes(version);
      const copies = renew(copyOf(past)).map(
        (row): Row => (isRetimed ? inBlocks({ ...row, ...resumed }) : row),
      );
      for (const [index, row] of copies.entries()) if (index > 0) row.parentUuid = copies[index - 1]?.uuid;
      session.rows.push(...copies);
      session.last = copies.at(-1)?.uuid as string;
      session.turns(2, { tools: true });
      return session;
    }),
  ),
  ...["1.0.128", "2.0.29", "2.0.30", "2.1.29"].flatMap((version) =>
    [0, 1].map((before) =>
      when(`from a prompt of two blocks on, behind ${before} other turns (${version})`, () => {
        const session = new Session({ version });
        session.turns(before);
        const from = session.rows.length;
        session.prompt("", { message: IMAGE_PROMPT });
        session.step();
        session.answer("Done.");
        session.turns(1, { tools: true });
        const past = session.rows.slice(from);
        resumed(session, past);
        session.turns(1, { tools: true });
        return session;
      }),
    ),
  ),
  when("without the prompts, at each prompt of a program (1.0.60)", () => {
    const session = new Session({ version: "1.0.60" });
    const past: Row[] = [];
    for (let time = 0; time < 4; time++) {
      if (time > 0) resumed(session, past);
      const own = session.rows.length;
      session.turns(1, { tools: true });
      past.push(...session.rows.slice(own).filter(({ message }) => isAnswered(message)));
    }
    return session;
  }),
  ...["2.0.76", "2.1.70", "2.1.332"].flatMap((version) =>
    [2, 40].map((turns) =>
      when(`${turns} turns under new ids, but with their times (${version})`, () => {
        const session = new Session({ version });
        session.turns(turns, { tools: true });
        underNewIds(session, session.rows);
        session.turns(1, { tools: true });
        return session;
      }),
    ),
  ),
  when("the last turn of many under new ids, twice, while its tool runs", () => {
    const session = new Session();
    session.turns(30, { tools: true });
    const from = session.rows.length;
    session.turns(1, { tools: true });
    session.prompt("Go");
    const call = toolId();
    session.answer(["Hm.", use(call)]);
    const past = session.rows.slice(from);
    underNewIds(session, past);
    underNewIds(session, past);
    session.result(call);
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("in the middle of a turn while its tool runs", () => {
    const session = new Session();
    session.turns(4);
    session.prompt("Go");
    const call = toolId();
    session.answer(use(call));
    session.rows.push(...again(session.rows));
    session.result(call);
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("between the lines of a response", () => {
    const session = new Session();
    session.turns(3);
    session.prompt("Go");
    const calls = [toolId(), toolId()] as const;
    session.answer(["First", use(calls[0]), use(calls[1])]);
    session.rows.push(...again(session.rows.slice(-2)), ...again(session.rows.slice(2, -3)));
    session.result(calls[0]);
    session.rows.push(...again(session.rows.slice(-4)));
    session.result(calls[1]);
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("in an agent's file", () => {
    const session = new Session();
    const { call, agent } = session.delegate();
    for (let step = 0; step < 30; step++) {
      agent.step();
    }
    agent.rows.push(...again(agent.rows.slice(5)));
    agent.answer("Found.");
    session.completed(call, agent);
    return session;
  }),
  when("with requests and costs of several processes", () => {
    const session = new Session({ entrypoint: "sdk-cli" });
    const sdk = { promptSource: "sdk", turnOrigin: "sdk" };
    for (let turn = 1; turn <= 3; turn++) {
      session.prompt("Question", sdk);
      const id = `req-${hex(10)}`;
      const timestamp = new Date(session.clock + 5).toISOString();
      const params = { model: "claude-opus-5-5" };
      session.rows.push({ type: "api-request", id, timestamp, sessionId: session.id, params });
      session.answer("Answer", { requestRef: id, apiBlockIndex: 0, requestedModel: "claude-opus-5-5" });
      session.stop();
      const totals = { totalCostUSD: 0.00044 * turn, totalDuration: session.clock - START_MS };
      const begun = { sessionId: session.id, startTime: START_MS - 500, modelUsage: {} };
      session.rows.push({ type: "cost-state", ...begun, ...totals });
    }
    session.rows.push(...again(session.rows));
    session.prompt("Once more", sdk);
    session.answer("Answer");
    session.stop();
    return session;
  }),
  when("from a gateway that gives all responses the same id", () => {
    const session = new Session({ version: "2.1.120" });
    const proxy = { id: "msg_proxy", requestId: null };
    for (let turn = 0; turn < 30; turn++) {
      session.prompt("Question");
      session.answer(use("call_0"), proxy);
      session.result("call_0");
      session.answer(`Answer ${turn}`, proxy);
    }
    session.rows.push(...again(session.rows));
    session.prompt("Once more");
    session.answer("Answer", proxy);
    return session;
  }),
  when("with an agent of 1.0 in the main file", () => {
    const session = new Session({ version: "1.0.128" });
    session.prompt("Look");
    const call = toolId();
    session.answer(use(call, "Task", { prompt: "look", subagent_type: "x", description: "d" }));
    const agent = session.agent();
    agent.prompt("look");
    agent.answer("Found.");
    session.agents.pop();
    session.rows.push(...agent.rows.map((row) => ({ ...row, agentId: undefined })));
    session.result(call, { toolUseResult: { content: [], totalTokens: 3 } });
    session.answer("Done.");
    session.rows.push(...again(session.rows));
    session.prompt("Next");
    session.answer("Answer");
    return session;
  }),
  when("only the model's messages", () => {
    const session = new Session();
    session.turns(10, { tools: true });
    session.rows.push(...again(session.rows.filter(({ type }) => type === "assistant")));
    session.turns(1);
    return session;
  }),
  when("with the same time in all rows", () => {
    const session = new Session({ version: "2.1.150" });
    session.turns(30);
    for (const row of session.rows) row.timestamp = new Date(START_MS).toISOString();
    session.rows.push(...again(session.rows));
    return session;
  }),
  when("the last rows, which a compaction kept below its summary", () => {
    const session = new Session();
    session.turns(10, { tools: true });
    const tail = session.rows.slice(-8);
    session.compact("auto");
    const [first, ...rest] = again(tail);
    session.rows.push({ ...first, parentUuid: session.last }, ...rest);
    session.turns(1);
    return session;
  }),
];

/** A prompt as the copies of it are: its text is a block. */
function inBlocks(row: Row): Row {
  const { content } = row.message as { content: unknown };
  return typeof content === "string"
    ? { ...row, message: { role: "user", content: [{ type: "text", text: content }] } }
    : row;
}

/** Whether the message is an answer, or has a result. */
function isAnswered(message: unknown): boolean {
  return typeof (message as Row | undefined)?.content !== "string";
}

/** Appends the rows under new ids, with their own times. */
function underNewIds(session: Session, rows: readonly Row[]): void {
  const copies = renew(copyOf(rows));
  session.rows.push(...copies);
  session.last = copies.at(-1)?.uuid as string;
}

/** Appends the rows as a resume does. */
function resumed(session: Session, rows: readonly Row[]): void {
  session.clock += 60_000;
  const copies = retold(
    rows,
    keepsTimes(session.version) ? undefined : new Date(session.clock).toISOString(),
  );
  session.rows.push(...copies);
  session.last = copies.at(-1)?.uuid as string;
}
