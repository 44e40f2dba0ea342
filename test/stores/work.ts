import { again, forkOf, type Row, Session, toolId, use } from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** Advisors within a response; scheduled prompts. */
export const ADVISORS: Case[] = [
  when("in an agent", () => {
    const session = new Session();
    const { call, agent } = session.delegate();
    const ask = { type: "server_tool_use", id: "srvtoolu_1", name: "advisor", input: {} };
    const advice = { type: "advisor_tool_result", tool_use_id: "srvtoolu_1", content: {} };
    agent.answer([ask, advice, "Done."], { usage: advised(session, ["claude-opus-4-7", 900, 70]) });
    session.completed(call, agent);
    return session;
  }),
  when("two in one response, one of a model without a price", () => {
    const session = new Session();
    session.prompt("Decide");
    const usage = advised(session, ["claude-opus-4-7", 900, 70], ["some-new-model", 100, 7]);
    session.answer(["One", "Two", "Three"], { usage });
    session.stop();
    return { store: session.store(), truth: { ...session.truth, unpriced: 1 } };
  }),
  when("in repeated history and in a fork", () => {
    const session = new Session();
    session.prompt("Decide");
    session.answer(["One", "Two"], { usage: advised(session, ["claude-opus-4-7", 900, 70]) });
    session.stop();
    session.turns(3);
    session.rows.push(...again(session.rows));
    session.turns(1);
    const fork = forkOf(session);
    fork.turns(1);
    return { store: { ...session.store(), ...fork.store() }, truth: session.truth };
  }),
  when("without a model, and invalid entries", () => {
    const session = new Session();
    session.prompt("Decide");
    const usage = { iterations: [null, { type: "advisor_message", input_tokens: 4 }, "x", 7] };
    session.answer("Yes.", { usage });
    session.truth.requests++;
    session.truth.input += 4;
    session.stop();
    return session;
  }),
];

function advised(session: Session, ...models: [model: string, input: number, output: number][]): Row {
  const advice = models.map(([model, input, output]) => {
    session.truth.requests++;
    session.truth.input += input;
    session.truth.output += output;
    return { type: "advisor_message", model, input_tokens: input, output_tokens: output };
  });
  return { iterations: [{ type: "message", input_tokens: 10, output_tokens: 20 }, ...advice] };
}

const old = { version: "2.1.210" };

export const SCHEDULED: Case[] = [
  when("cron prompts with their origin", () => {
    const session = new Session();
    session.prompt("/loop 5m check");
    const call = toolId();
    session.answer(use(call, "CronCreate", { cron: "*/5" }));
    session.result(call);
    session.answer("Scheduled.");
    session.stop();
    for (let time = 0; time < 3; time++) {
      session.row("system", 300_000, { subtype: "scheduled_task_fire", content: "Running" });
      session.prompt("check", { isMeta: true, turnOrigin: "scheduled", promptSource: "system" }, 5);
      session.answer("Fine.");
      session.stop();
    }
    return session;
  }),
  when("plain prompts of the client, without a record before them", () => {
    const session = new Session({ version: "2.1.200" });
    session.prompt("/loop check");
    session.answer("Scheduled.");
    for (let time = 0; time < 3; time++) {
      session.prompt("check the deploy", { isMeta: true }, 600_000);
      session.step();
      session.answer("Fine.");
    }
    return session;
  }),
  when("messages of the client without an answer", () => {
    const session = new Session({ version: "2.1.200" });
    session.turns(1);
    session.note("<system-reminder>note</system-reminder>");
    session.note("a caveat", { promptId: undefined });
    session.turns(1);
    return session;
  }),
  when("a wake-up after an interrupted turn", () => {
    const session = new Session(old);
    session.prompt("/loop x");
    const call = toolId();
    session.answer(use(call));
    const content = [{ type: "text", text: "[Request interrupted by user for tool use]" }];
    session.row("user", 100, { message: { role: "user", content }, promptId: session.promptId });
    session.prompt("check", { isMeta: true }, 900_000);
    session.answer("Fine.");
    return session;
  }),
  when("wake-ups in repeated history", () => {
    const session = new Session(old);
    session.prompt("/loop x");
    session.answer("Scheduled.");
    for (let time = 0; time < 3; time++) {
      session.prompt("check", { isMeta: true }, 900_000);
      session.answer("Fine.");
    }
    session.rows.push(...again(session.rows));
    session.prompt("check", { isMeta: true }, 900_000);
    session.answer("Fine.");
    return session;
  }),
];
