import { type Answer, hex, type Row, Session, START_MS, toolId, use } from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

interface Gateway {
  name: string;
  answer: (nth: number) => Answer;
  blocks?: (call: Row) => (Row | string)[];
  tool?: (nth: number) => string;
  oneTime?: true;
  version?: string;
}

const twoBlocks = (call: Row) => ["Let me look.", call];
const none = { requestId: null };

/** Values that gateways write in place of ids. */
const GATEWAYS: Gateway[] = [
  { name: "empty ids", answer: () => ({ id: "", requestId: "" }), blocks: twoBlocks },
  { name: "no id, two blocks per response", answer: () => ({ id: null, ...none }), blocks: twoBlocks },
  {
    name: "the same id always, two blocks per response",
    answer: () => ({ id: "msg_proxy", ...none }),
    blocks: twoBlocks,
  },
  { name: "an id for each turn", answer: (nth) => ({ id: `chatcmpl-${Math.floor(nth / 3)}`, ...none }) },
  {
    name: "the same id, different request ids",
    answer: (nth) => ({ id: "msg", requestId: `req_${nth}` }),
    blocks: twoBlocks,
  },
  {
    name: "the same request id, different ids",
    answer: () => ({ requestId: "req_proxy" }),
    blocks: twoBlocks,
  },
  {
    name: "the same id and the same request id",
    answer: () => ({ id: "msg", requestId: "proxy" }),
    blocks: twoBlocks,
  },
  {
    name: "the same id and an empty request id",
    answer: () => ({ id: "msg", requestId: "" }),
    blocks: twoBlocks,
  },
  { name: "the same id and the same time", answer: () => ({ id: "msg", ...none }), oneTime: true },
  {
    name: "no ids, the same time, repeated call ids",
    answer: () => ({ id: null, ...none }),
    oneTime: true,
    tool: (nth) => `call_${nth}`,
  },
  { name: "the tool's name as the call's id", answer: () => none, tool: () => "Bash" },
  { name: "a number as an id", answer: () => ({ id: 1, ...none }), blocks: twoBlocks },
  {
    name: "the same uuid as the id",
    answer: () => ({ id: "00000000-0000-4000-8000-000000000000", ...none }),
    blocks: twoBlocks,
  },
  {
    name: "ids of Bedrock, without a request id",
    answer: () => ({ id: `msg_bdrk_${hex(20)}`, ...none }),
    version: "2.0.50",
  },
  {
    name: "no input tokens",
    answer: () => ({ id: "msg", ...none, usage: { input_tokens: 0 } }),
    blocks: twoBlocks,
  },
];

export const GATEWAY_IDS: Case[] = [
  ...GATEWAYS.map(
    ({ name, answer, blocks = (call) => [call], tool = toolId, oneTime, version = "2.1.140" }) =>
      when(name, () => {
        const session = new Session({ version });
        let nth = 0;
        for (let turn = 0; turn < 4; turn++) {
          session.prompt("Question");
          for (let step = 0; step < 2; step++) {
            const id = tool(step);
            session.answer(blocks(use(id)), answer(nth++));
            session.result(id);
          }
          session.answer("Done.", answer(nth++));
        }
        if (oneTime) for (const row of session.rows) row.timestamp = new Date(START_MS).toISOString();
        return session;
      }),
  ),
  when("the same id in an agent and in the main conversation", () => {
    const session = new Session({ version: "2.1.200" });
    const proxy = { id: "msg", ...none };
    session.prompt("Look");
    session.answer(use("call_1", "Agent", { prompt: "look", subagent_type: "Explore" }), proxy);
    const agent = session.called("call_1");
    agent.prompt("look");
    for (let step = 0; step < 3; step++) {
      agent.answer(use("call_1"), proxy);
      agent.result("call_1");
    }
    agent.answer("Found.", proxy);
    session.result("call_1", { toolUseResult: { status: "completed", agentId: agent.agentId } });
    session.answer("Done.", proxy);
    return session;
  }),
  ...[`chatcmpl-${hex(29)}`, `msg_${hex(24)}`, "resp_7", "high"].map((id) =>
    when(`input tokens that are known only at the end of the response (${id.slice(0, 6)})`, () => {
      const estimate = id === "high" ? 2000 : 700;
      const session = new Session({ version: "2.1.63" });
      for (let turn = 0; turn < 3; turn++) {
        const call = toolId();
        session.prompt("Go");
        // The input tokens in the first blocks are an estimate of the gateway, so they do not count.
        const { input, output } = session.truth;
        const lines = session.answer(["Hm.", "Let me look.", use(call)], {
          id: `${id}${turn}`,
          ...none,
          usage: { input_tokens: 900 + turn, output_tokens: 40 },
        });
        session.truth.input = input + 900 + turn;
        session.truth.output = output + 40;
        for (const [index, row] of lines.slice(0, 2).entries()) {
          const message = row.message as Row;
          row.message = {
            ...message,
            stop_reason: null,
            usage: { input_tokens: [estimate, 0][index], output_tokens: 1 },
          };
        }
        session.result(call);
        session.answer("Done.", { id: `${id}${turn}end`, ...none });
      }
      return session;
    }),
  ),
  ...[{}, none].map((ids) =>
    when(`a response that another model continues${ids === none ? ", without request ids" : ""}`, () => {
      const session = new Session({ version: "2.1.200" });
      session.prompt("Go");
      const [first] = session.answer(["Hm.", "Let me look."], {
        ...ids,
        model: "claude-opus-4-8",
        usage: { input_tokens: 500, output_tokens: 300 },
      });
      const refused = { input_tokens: 900, output_tokens: 1 };
      const message = first?.message as Row;
      Object.assign(first as Row, {
        message: { ...message, model: "claude-fable-5", stop_reason: null, usage: refused },
      });
      session.prompt("Go on");
      session.answer("Done.", ids);
      return session;
    }),
  ),
  when("three agents called with the same id", () => {
    const session = new Session();
    for (let turn = 0; turn < 3; turn++) {
      session.prompt(`Look ${turn}`);
      session.answer(use("call_0", "Agent", { prompt: `look ${turn}`, subagent_type: "Explore" }), {
        id: `m${turn}`,
        ...none,
      });
      const agent = session.called("call_0");
      agent.prompt(`look ${turn}`);
      agent.answer("Found.", { id: "x", ...none });
      session.result("call_0", { toolUseResult: { status: "completed", agentId: agent.agentId } });
      session.answer("Done.", { id: `e${turn}`, ...none });
      session.stop();
    }
    return session;
  }),
  when("the same id, and a result between the blocks of a response", () => {
    const session = new Session();
    for (let turn = 0; turn < 3; turn++) {
      const [first, second] = [toolId(), toolId()];
      const proxy = { id: "resp_0", ...none };
      session.prompt("Go");
      const [begun, late] = session.answer([use(first), use(second)], {
        ...proxy,
        requestRef: `ref-${turn}`,
        line: (index) => ({ apiBlockIndex: index }),
      });
      session.rows.pop();
      session.last = String(begun?.uuid);
      session.result(first);
      session.rows.push(late as Row);
      session.result(second);
      session.answer("Done.", { ...proxy, requestRef: `end-${turn}`, apiBlockIndex: 0 });
      session.stop();
    }
    return session;
  }),
  when("one id and one time, but two request ids", () => {
    const session = new Session();
    session.prompt("Go");
    const id = `msg_${hex(20)}`;
    session.answer("Answer", { id });
    session.clock -= 350;
    session.answer("Answer", { id });
    session.stop();
    return session;
  }),
  ...["2.0.76", "1.0.128"].map((version) =>
    when(`answers within 3 ms to ${version}`, () => {
      const session = new Session({ version });
      for (let turn = 0; turn < 5; turn++) {
        session.prompt("Question");
        session.answer("Answer", { id: `msg_bdrk_${hex(18)}`, ...none }, 3);
      }
      return session;
    }),
  ),
  when("answers within 3 ms in a session of 1.0 that a newer client continued", () => {
    const session = new Session({ version: "1.0.128" });
    session.turns(1);
    session.version = "2.1.332";
    for (let turn = 0; turn < 5; turn++) {
      session.prompt("Question");
      session.answer("Answer", none, 3);
      session.stop();
    }
    return session;
  }),
];
