import { Session, toolId, use } from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** Records that only the newest clients write. */
export const NEWEST: Case[] = [
  when("--json-schema", () => {
    const session = new Session({ entrypoint: "sdk-cli" });
    session.prompt("Give", { promptSource: "sdk", turnOrigin: "sdk" });
    const call = toolId();
    session.answer(use(call, "StructuredOutput", { a: 1 }));
    session.result(call);
    session.row("attachment", 5, { attachment: { type: "structured_output", data: { a: 1 } } });
    return session;
  }),
  when("a teammate whose message starts a turn of the lead", () => {
    const session = new Session();
    session.prompt("Team");
    const call = toolId();
    const input = { prompt: "Build 4", name: "builder", subagent_type: "general-purpose" };
    session.answer(use(call, "Agent", input));
    const meta = { agentType: "builder", name: "builder", taskKind: "in_process_teammate" };
    const mate = session.agent({ id: "abuilder-0011223344ff", meta });
    session.result(call, { toolUseResult: { status: "teammate_spawned", name: "builder" } });
    session.answer("Started.");
    session.stop();
    mate.prompt('<teammate-message teammate_id="team-lead">\nBuild 4\n</teammate-message>');
    mate.step();
    mate.answer("Built.");
    const text = 'Another Claude session sent a message: <teammate-message teammate_id="builder">done';
    session.prompt(text, { turnOrigin: undefined, promptSource: undefined });
    session.answer("Fine.");
    session.stop();
    return session;
  }),
  when("a fork in the background", () => {
    const session = new Session();
    session.prompt("Fork");
    const call = toolId();
    const [, called] = session.answer([
      "Before",
      use(call, "Agent", { prompt: "do", subagent_type: "fork" }),
    ]);
    const meta = { agentType: "fork", toolUseId: call, requestShape: "background" };
    const agent = session.agent({ meta });
    agent.rows.push({ type: "fork-context-ref", agentId: agent.agentId, sessionId: session.id });
    agent.rows.push({
      ...called,
      uuid: `copy of ${called?.uuid}`,
      isSidechain: true,
      agentId: agent.agentId,
    });
    agent.result(call);
    session.result(call, {
      toolUseResult: { status: "async_launched", isAsync: true, agentId: agent.agentId },
    });
    session.answer("Started.");
    session.stop();
    agent.step();
    agent.answer("Done.");
    const text = "<task-notification><task-id>x</task-id></task-notification>";
    session.prompt(text, { turnOrigin: "task_notification", promptSource: "system" });
    session.answer("Seen.");
    session.stop();
    return session;
  }),
  when("two prompts queued during one answer", () => {
    const session = new Session();
    session.turns(1);
    session.prompt("One");
    const place = { promptIndex: 1, turnIndex: session.turn };
    const message = { role: "user", content: "Two" };
    session.row("user", 5, {
      message,
      promptId: "p2",
      promptSource: "typed",
      turnOrigin: "human",
      turnPosition: place,
    });
    session.answer("Both.");
    session.stop();
    return session;
  }),
  when("a /goal that is met at the third attempt", () => {
    const session = new Session();
    session.prompt("/goal x");
    for (const met of [false, false, true]) {
      session.answer("Trying.");
      if (!met) session.note("Stop hook feedback: not yet");
      session.row("attachment", 2, { attachment: { type: "goal_status", met } });
      session.stop();
    }
    session.turns(1);
    return session;
  }),
  when("an agent that calls itself", () => {
    const session = new Session();
    session.prompt("Look");
    const call = toolId();
    const called = use(call, "Agent", { prompt: "look", subagent_type: "Explore" });
    session.answer(called);
    const agent = session.called(call);
    agent.prompt("look");
    agent.answer(called);
    agent.result(call, { toolUseResult: { status: "completed", agentId: agent.agentId } });
    agent.answer("Found.");
    session.completed(call, agent);
    const { tools: _, ...truth } = session.truth;
    return { store: session.store(), truth };
  }),
  when("three clients in one file, one of which records the requested model", () => {
    const session = new Session({ version: "2.1.100" });
    session.prompt("One");
    session.answer("Yes.", { model: "claude-opus-4-7" });
    session.version = "2.1.332";
    session.prompt("Two");
    session.answer("Yes.", { requestedModel: "claude-opus-5-5" });
    session.stop();
    session.version = "2.1.100";
    session.prompt("Three");
    session.answer(["Yes.", "No."], { model: "claude-sonnet-4-6" });
    return session;
  }),
];
