import { copyOf, forkOf, hex, type Row, Session, toolId, use, uuid } from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** The same rows in two files of one session. */
export const HIDDEN_AGENTS: Case[] = [
  when("the file of an automatic compaction", () => {
    const session = new Session();
    session.turns(5, { tools: true });
    const past = said(session.rows);
    session.compact("auto");
    const after = session.clock;
    session.clock -= 450;
    const agent = hidden(session, "acompact", past);
    agent.prompt("Your task is to create a detailed summary", {}, 10);
    agent.answer("Summary", { usage: { input_tokens: 5000 } }, 300);
    session.clock = after;
    session.turns(1);
    return session;
  }),
  when("two side questions whose copies have other request ids", () => {
    const session = new Session();
    session.turns(2);
    for (let time = 0; time < 2; time++) {
      const past = said(session.rows).map((row) => {
        return row.requestId === undefined ? row : { ...row, requestId: `req_replay${hex(12)}` };
      });
      const agent = hidden(session, "aside_question", past);
      agent.prompt("Aside?");
      agent.answer("Yes.");
      session.turns(1);
    }
    return session;
  }),
  ...[false, true].map((ofRequests) =>
    when(`a side question whose copies have other row ids${ofRequests ? " and request ids" : ""}`, () => {
      const session = new Session();
      session.turns(3, { tools: true });
      session.prompt("Go");
      session.step();
      const past = said(session.rows).map((row) => ({
        ...row,
        uuid: uuid(),
        ...(ofRequests && row.requestId !== undefined ? { requestId: `req_replay${hex(12)}` } : {}),
      }));
      const agent = hidden(session, "aside_question", past);
      agent.prompt("Aside?");
      agent.answer(["Hm.", "Yes."]);
      session.answer("Done.");
      session.stop();
      session.turns(1);
      return session;
    }),
  ),
  when("a side question whose copies have other ids, and responses that a gateway gives UUIDs", () => {
    const session = new Session();
    const ofGateway = (id: string) => ({ id, requestId: null });
    session.turns(1, { answer: ofGateway(uuid()) });
    session.turns(1, { answer: ofGateway(`chatcmpl-${uuid()}`) });
    const past = said(session.rows).map((row) => ({ ...row, uuid: uuid() }));
    const agent = hidden(session, "aside_question", past);
    agent.prompt("Aside?");
    agent.answer("Yes.", ofGateway(uuid()));
    return session;
  }),
  when("a side question in a fork whose copies have other row ids", () => {
    const source = new Session();
    source.turns(2, { tools: true });
    const fork = forkOf(source);
    fork.turns(1);
    const agent = hidden(
      fork,
      "aside_question",
      said(fork.rows).map((row) => ({ ...row, uuid: uuid() })),
    );
    agent.prompt("Aside?");
    agent.answer("Yes.");
    fork.turns(1);
    return { store: { ...source.store(), ...fork.store() }, truth: source.truth };
  }),
  when("a side question before the end of a turn", () => {
    const session = new Session();
    session.turns(3);
    session.prompt("Go");
    session.answer("Going.");
    const agent = hidden(session, "aside_question", said(session.rows));
    agent.prompt("Aside?");
    agent.answer("Yes.");
    session.stop();
    return session;
  }),
  when("the compaction of an agent's conversation", () => {
    const session = new Session();
    const { call, agent } = session.delegate();
    for (let step = 0; step < 5; step++) {
      agent.step();
    }
    const compaction = hidden(session, "acompact", agent.rows);
    compaction.prompt("Summarize");
    compaction.answer("Summary");
    agent.answer("Found.");
    session.completed(call, agent);
    return session;
  }),
  when("an agent of 2.0 in the main file and in its own", () => {
    const session = new Session({ version: "2.0.76" });
    const { call, agent } = session.delegate({ id: "ab12cd3", folder: "beside" });
    agent.step();
    agent.answer("Found.");
    session.rows.push(...copyOf(agent.rows));
    session.completed(call, agent);
    return session;
  }),
  when("a fork as an agent that starts with its parent's last rows under new row ids", () => {
    const session = new Session();
    session.prompt("Fork");
    const call = toolId();
    const parent = session.answer(["Before", use(call, "Agent", { prompt: "do", subagent_type: "fork" })]);
    const agent = session.called(call, "fork");
    agent.rows.push({ type: "fork-context-ref", agentId: agent.agentId, sessionId: session.id });
    for (const row of copyOf(parent)) {
      agent.rows.push({ ...row, uuid: uuid(), isSidechain: true, agentId: agent.agentId });
    }
    agent.result(call);
    agent.step();
    agent.answer("Done.");
    session.completed(call, agent);
    return session;
  }),
];

function said(rows: readonly Row[]): Row[] {
  return rows.filter(({ type }) => type !== "system");
}

/** An agent that the client started itself. Its file begins with a copy of the conversation. */
function hidden(session: Session, kind: string, past: readonly Row[]) {
  const agent = session.agent({ id: `${kind}-${hex(16)}` });
  for (const row of copyOf(past)) agent.rows.push({ ...row, isSidechain: true, agentId: agent.agentId });
  agent.last = String(past.at(-1)?.uuid);
  return agent;
}
