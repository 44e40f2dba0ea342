// The work of ccotel before it sends a session: reads it and makes its spans. read.mjs bundles this file.
import { basename } from "node:path";
import { readSession } from "../../../src/files/read-session.ts";
import { newReadState } from "../../../src/files/read-state.ts";
import { createAppraiser } from "../../../src/pricing/price-request.ts";
import { DEFAULT_OPTIONS } from "../../../src/session/options.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import { usageSince } from "./usage.mjs";

const path = process.argv[2];
const sessionId = basename(path, ".jsonl");
const options = {
  quiet: true,
  ended: true,
  session: { ...DEFAULT_OPTIONS, appraise: createAppraiser() },
};
const found = { turns: 0, requests: 0, toolCalls: 0, subagents: 0, inputTokens: 0, outputTokens: 0 };
for (const pieces of readSession(path, newReadState(sessionId), options)) {
  for (const span of toSpans(pieces, { sessionId, scope: "session" })) count(span);
}
console.log(JSON.stringify({ ...usageSince(0), found }));

function count({ name, attributes }) {
  if (/^invoke_agent claude-code(?: |$)/.test(name)) found.turns++;
  else if (name.startsWith("invoke_agent ")) found.subagents++;
  else if (name.startsWith("execute_tool ")) found.toolCalls++;
  else if (name.startsWith("chat ")) {
    found.requests++;
    found.inputTokens += attributes["gen_ai.usage.input_tokens"];
    found.outputTokens += attributes["gen_ai.usage.output_tokens"];
  }
}
