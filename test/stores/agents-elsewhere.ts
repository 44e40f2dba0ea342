import { copyOf, type Row, Session, toolId, use } from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

const MEMBER = { agentType: "workflow-subagent", spawnDepth: 1 };

/** Agents in unusual folders, and agents that no call started. */
export const AGENTS_ELSEWHERE: Case[] = [
  when("a background workflow with a journal", () => {
    const session = new Session();
    session.prompt("Workflow");
    const call = toolId();
    session.answer(use(call, "Workflow", { script: "x" }));
    session.result(call, { toolUseResult: { status: "async_launched", runId: "wf_1", taskId: "wf_1" } });
    session.answer("Started.");
    session.stop();
    members(session, "workflows/wf_1", 3);
    notify(session, "wf_1");
    const journal = `${projectOf(session)}/${session.id}/subagents/workflows/wf_1/journal.jsonl`;
    return {
      store: { ...session.store(), [journal]: [{ type: "started", agentId: "x" }, { type: "result" }] },
      truth: session.truth,
    };
  }),
  when("two parallel workflows, one with deeper folders", () => {
    const session = new Session();
    session.prompt("Workflows");
    const calls = [toolId(), toolId()] as const;
    session.answer([use(calls[0], "Workflow"), use(calls[1], "Workflow")]);
    members(session, "workflows/wf_1", 2);
    members(session, "workflows/wf_2/phase-1", 2);
    members(session, "workflows/wf_2/phase-2/deep", 1);
    session.result(calls[0], { toolUseResult: { runId: "wf_1", status: "completed" } });
    session.result(calls[1], { toolUseResult: { runId: "wf_2", status: "completed" } });
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("a folder that no known client writes", () => {
    const session = new Session();
    session.turns(1);
    members(session, "teams/alpha/x", 2);
    return session;
  }),
  when("agents of 2.0 beside the main file, and agents of a newer client that resumed", () => {
    const session = new Session({ version: "2.0.76" });
    const { call, agent } = session.delegate({ id: "ab12cd3", folder: "beside" });
    agent.answer("Found.");
    session.completed(call, agent);
    const warmup = session.agent({ id: "ffee001", folder: "beside" });
    warmup.prompt("Warmup");
    warmup.answer("Ready.");
    session.version = "2.1.332";
    const next = toolId();
    session.prompt("Look again");
    session.answer(use(next, "Agent", { prompt: "look again", subagent_type: "Explore" }));
    const other = session.called(next);
    other.prompt("look again");
    other.answer("Found.");
    session.result(next, { toolUseResult: { status: "completed", agentId: other.agentId } });
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("an agent of 2.1.1 beside the main file", () => {
    const session = new Session({ version: "2.1.1" });
    const { call, agent } = session.delegate({ id: "a12cd34", folder: "beside" });
    agent.step();
    agent.answer("Found.");
    session.completed(call, agent);
    return session;
  }),
  when("an agent of another session beside the main file", () => {
    const session = new Session({ version: "2.0.76" });
    session.turns(1);
    const other = new Session({ version: "2.0.76" });
    const agent = other.agent({ id: "ccc1111", folder: "beside" });
    agent.prompt("Elsewhere");
    agent.answer("There.");
    const { [`${projectOf(other)}/${other.id}.jsonl`]: _, ...agents } = other.store();
    return { store: { ...session.store(), ...agents }, truth: session.truth };
  }),
  when("a workflow that an agent started", () => {
    const session = new Session();
    session.prompt("Look");
    const call = toolId();
    session.answer(use(call, "Agent", { prompt: "look", subagent_type: "general-purpose" }));
    const agent = session.called(call, "general-purpose");
    agent.prompt("look");
    const run = toolId();
    agent.answer(use(run, "Workflow", { script: "z" }));
    members(session, "workflows/wf_9", 2, { ...MEMBER, spawnDepth: 2, inWorkflowRun: true });
    agent.result(run, { toolUseResult: { runId: "wf_9", status: "completed" } });
    agent.answer("Done.");
    session.completed(call, agent);
    return session;
  }),
  when("one agent in two folders", () => {
    const session = new Session();
    session.prompt("Workflow");
    const call = toolId();
    session.answer(use(call, "Workflow"));
    const [member] = members(session, "workflows/wf_3", 1);
    session.result(call, { toolUseResult: { runId: "wf_3", status: "completed" } });
    session.answer("Done.");
    session.stop();
    const copy = `${projectOf(session)}/${session.id}/subagents/agent-${member?.agentId}.jsonl`;
    return { store: { ...session.store(), [copy]: copyOf(member?.rows ?? []) }, truth: session.truth };
  }),
  when("an agent without a call, after the end of the process", () => {
    const session = new Session();
    session.turns(1);
    const sum = { totalCostUSD: 0.00044, startTime: session.clock - 4000, totalDuration: 5000 };
    session.rows.push({ type: "cost-state", sessionId: session.id, ...sum, modelUsage: {} });
    session.clock += 20_000;
    const agent = session.agent({ id: "aside_question-0011223344556677" });
    agent.prompt("Aside?");
    agent.answer("Yes.");
    return session;
  }),
  when("an agent without a call, and a resume nine hours later", () => {
    const session = new Session();
    session.turns(1);
    session.clock += 20_000;
    const agent = session.agent();
    agent.prompt("Aside?");
    agent.answer("Yes.");
    session.clock += 9 * 3_600_000;
    session.turns(1);
    return session;
  }),
  when("a forked skill whose file begins with a message of the client", () => {
    const session = new Session();
    session.prompt("Review");
    const call = toolId();
    session.answer(use(call, "Skill", { skill: "review" }));
    const agent = session.called(call, "general-purpose");
    agent.note("What the skill says", { promptId: session.promptId });
    agent.step();
    agent.answer("Done.");
    session.result(call, { toolUseResult: { status: "forked", agentId: agent.agentId } });
    session.answer("Done.");
    session.stop();
    return session;
  }),
  when("an agent in an otherwise empty session", () => {
    const session = new Session();
    const agent = session.agent();
    agent.prompt("Aside?");
    agent.answer("Yes.");
    return { store: session.store([]), truth: session.truth };
  }),
  when("an agent of 2.0 that goes on behind /clear, and a shell command's notification", () => {
    const session = new Session({ version: "2.0.76" });
    const { call, agent } = session.delegate({ id: "ab12cd4", folder: "beside" });
    agent.step();
    session.result(call, {
      toolUseResult: { status: "async_launched", isAsync: true, agentId: agent.agentId },
    });
    session.answer("It runs.");
    const { truth, clock, version } = session;
    const next = new Session({ version, truth, clock: clock + 1000 });
    next.prompt("<bash-notification>\n<shell-id>b92ddeb</shell-id>\n</bash-notification>");
    next.answer("Noted.");
    session.clock = next.clock;
    for (const row of agent.answer("Found.")) row.sessionId = next.id;
    return { store: { ...session.store(), ...next.store() }, truth };
  }),
  when("agents of another session that go on where a window resumes this one", () => {
    const session = new Session();
    session.turns(1);
    const sum = { totalCostUSD: 0.00044, startTime: session.clock - 4000, totalDuration: 5000 };
    session.rows.push({ type: "cost-state", sessionId: session.id, ...sum, modelUsage: {} });
    session.clock += 9_000;
    // The client writes no meta files here, and the calls of the first results are in the other session.
    const ending = session.agent();
    ending.result(toolId());
    ending.step();
    ending.answer("The first one is done.");
    const going = session.agent();
    going.result(toolId());
    const call = toolId();
    going.answer(use(call));
    session.prompt("Go on");
    going.result(call);
    going.step();
    session.answer("Yes.");
    session.stop();
    going.answer("The second one is done.");
    session.turns(1);
    return session;
  }),
  when("an agent whose file begins with an answer", () => {
    const session = new Session();
    session.turns(1);
    session.agent().answer("Yes.");
    return session;
  }),
];

function projectOf(session: Session): string {
  return Object.keys(session.store())[0]?.split("/")[0] ?? "";
}

function members(session: Session, folder: string, count: number, meta: Row = MEMBER) {
  return Array.from({ length: count }, (_, index) => {
    const agent = session.agent({ folder, meta });
    agent.prompt(`Part ${index}`);
    agent.step();
    agent.answer("Fine.");
    return agent;
  });
}

function notify(session: Session, task: string): void {
  const text = `<task-notification><task-id>${task}</task-id></task-notification>`;
  session.prompt(text, { turnOrigin: "task_notification", promptSource: "system" });
  session.answer("Seen.");
  session.stop();
}
