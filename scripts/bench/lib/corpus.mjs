// A session of any size, in the shapes and with the sizes that Claude Code's records have. The same seed gives the same
// bytes, so that two runs measure the same thing, and the counts say what a reader must find in it.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const WORDS =
  "span trace parser buffer offset commit review function returns error handler test suite config import export await stream chunk line reader index value result status path request response timeout cache token usage agent turn — ümlaut 語 😀".split(
    " ",
  );
const MODELS = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"];
const TEXT_POOL_CHARACTERS = 1 << 20;

/** Writes one session of about `megabytes` below `folder`; gives its path and what is in it. */
export function writeCorpus(folder, { megabytes, seed = 1 }) {
  const random = createRandom(seed);
  const pool = makePool(random);
  const sessionId = uuid(random);
  const project = join(folder, "projects", "-home-dev-acme-shop");
  const path = join(project, `${sessionId}.jsonl`);
  mkdirSync(join(project, sessionId, "subagents"), { recursive: true });
  const counts = {
    bytes: 0,
    lines: 0,
    turns: 0,
    requests: 0,
    toolCalls: 0,
    subagents: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
  const world = { random, pool, counts, sessionId, project, nowMs: Date.UTC(2026, 0, 5, 9) };
  const main = openConversation(world, path);
  while (main.bytes() < megabytes * 1e6) writeTurn(world, main);
  main.write({ type: "cost-state", sessionId, totalCostUSD: 1, startTime: Date.UTC(2026, 0, 5, 9) });
  main.close();
  return { path, sessionId, counts };
}

function writeTurn(world, main) {
  const { random, counts } = world;
  counts.turns++;
  world.nowMs += 1000 * between(random, 5, 600);
  main.record("user", {
    message: { role: "user", content: text(world, 200) },
    promptId: uuid(random),
    promptSource: "typed",
    turnOrigin: "human",
  });
  writeWork(world, main, between(random, 1, 12));
  main.record("system", { subtype: "stop_hook_summary", hookCount: 1, hookInfos: [], hookErrors: [] });
}

/** Requests with tool calls, and the last one without. */
function writeWork(world, conversation, toolCalls) {
  const { random } = world;
  for (let done = 0; done < toolCalls; ) {
    const calls = Array.from({ length: Math.min(toolCalls - done, between(random, 1, 3)) }, () =>
      makeCall(world, conversation),
    );
    done += calls.length;
    const thought = { type: "thinking", thinking: text(world, 600), signature: text(world, 900) };
    writeResponse(world, conversation, [...(random() < 0.4 ? [thought] : []), ...calls], "tool_use");
    for (const call of calls) writeResult(world, conversation, call);
  }
  writeResponse(world, conversation, [{ type: "text", text: text(world, 900) }], "end_turn");
}

function makeCall(world, conversation) {
  const { random } = world;
  const id = `toolu_${hex(random, 24)}`;
  if (!conversation.agentId && random() < 0.02) {
    const input = { description: "Look around", prompt: text(world, 1200), subagent_type: "Explore" };
    return { type: "tool_use", id, name: "Agent", input };
  }
  const name = pick(random, ["Bash", "Read", "Edit", "Grep", "mcp__browser__screenshot"]);
  return { type: "tool_use", id, name, input: { command: text(world, 90), new_string: text(world, 500) } };
}

function writeResponse(world, conversation, blocks, stopReason) {
  const { random, counts } = world;
  const model = MODELS[conversation.agentId ? 2 : 0];
  const ref = uuid(random);
  if (random() < 0.15) {
    conversation.write({ type: "api-request-blob", hash: hex(random, 64), message: text(world, 3000) });
  }
  conversation.write({
    type: "api-request",
    sessionId: world.sessionId,
    id: ref,
    timestamp: now(world),
    params: { model, max_tokens: 64000 },
    tail: [hex(random, 64), hex(random, 64)],
    requestDigest: hex(random, 64),
  });
  const usage = {
    input_tokens: between(random, 2, 12),
    cache_creation_input_tokens: between(random, 200, 4000),
    cache_read_input_tokens: between(random, 0, 150_000),
    output_tokens: between(random, 20, 4000),
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    service_tier: "standard",
    speed: "standard",
  };
  counts.requests++;
  counts.inputTokens +=
    usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
  counts.outputTokens += usage.output_tokens;
  const messageId = `msg_${hex(random, 24)}`;
  const requestId = `req_${hex(random, 24)}`;
  for (const [apiBlockIndex, block] of blocks.entries()) {
    conversation.record("assistant", {
      message: { id: messageId, role: "assistant", model, content: [block], stop_reason: stopReason, usage },
      apiBlockIndex,
      requestId,
      requestRef: ref,
      requestedModel: model,
      effort: "medium",
    });
  }
}

/** What a tool said stands twice in its record: as the model saw it and as the client keeps it. */
function writeResult(world, conversation, call) {
  const { random, counts } = world;
  counts.toolCalls++;
  const block = { tool_use_id: call.id, type: "tool_result", is_error: random() < 0.04 };
  let content = text(world, skewed(random, 900, 60_000));
  let details = { stdout: content, stderr: "", interrupted: false };
  if (call.name === "Agent") details = { status: "completed", agentId: writeAgent(world, call), content };
  if (call.name === "Edit") {
    const lines = content.split("\n");
    details = {
      originalFile: text(world, skewed(random, 3000, 90_000)),
      structuredPatch: [{ oldStart: 1, lines }],
    };
  }
  if (call.name.startsWith("mcp__") && random() < 0.05) {
    const data = hex(random, 64).repeat(between(random, 3000, 20_000));
    content = [{ type: "image", source: { type: "base64", media_type: "image/png", data } }];
    details = content;
  }
  conversation.record("user", {
    message: { role: "user", content: [{ ...block, content }] },
    toolUseResult: details,
    permissionDecision: { decision: "accept", source: "config" },
  });
}

function writeAgent(world, call) {
  const { random, counts } = world;
  const agentId = `a${hex(random, 16)}`;
  counts.subagents++;
  const file = join(world.project, world.sessionId, "subagents", `agent-${agentId}`);
  const meta = { agentType: "Explore", toolUseId: call.id, finished: true };
  writeFileSync(`${file}.meta.json`, JSON.stringify(meta));
  const agent = openConversation(world, `${file}.jsonl`, agentId);
  agent.record("user", { message: { role: "user", content: call.input.prompt } });
  writeWork(world, agent, between(random, 1, 8));
  agent.close();
  return agentId;
}

function openConversation(world, path, agentId) {
  const { counts, random, sessionId } = world;
  const fd = openSync(path, "w");
  let parentUuid = null;
  let pending = [];
  let pendingCharacters = 0;
  let bytes = 0;
  const flush = () => {
    const buffer = Buffer.from(pending.join(""));
    writeSync(fd, buffer);
    bytes += buffer.length;
    pending = [];
    pendingCharacters = 0;
  };
  const write = (record) => {
    const line = `${JSON.stringify(record)}\n`;
    pending.push(line);
    pendingCharacters += line.length;
    counts.lines++;
    if (pendingCharacters > 1 << 20) flush();
  };
  return {
    agentId,
    bytes: () => bytes + pendingCharacters,
    write,
    /** A record of the conversation: the fields that all of them have, around its own. */
    record(type, fields) {
      world.nowMs += between(random, 5, 3000);
      const id = uuid(random);
      write({
        parentUuid,
        isSidechain: agentId !== undefined,
        ...(agentId === undefined ? {} : { agentId }),
        type,
        ...fields,
        uuid: id,
        timestamp: now(world),
        userType: "external",
        entrypoint: "cli",
        cwd: "/home/dev/acme-shop",
        sessionId,
        version: "2.1.329",
        gitBranch: "main",
      });
      parentUuid = id;
    },
    close() {
      flush();
      closeSync(fd);
      counts.bytes += bytes;
    },
  };
}

function now(world) {
  return new Date(world.nowMs).toISOString();
}

function createRandom(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function makePool(random) {
  const lines = [];
  for (let characters = 0; characters < TEXT_POOL_CHARACTERS; ) {
    const words = Array.from({ length: between(random, 3, 12) }, () => pick(random, WORDS));
    lines.push(`${words.join(" ")}${pick(random, [";", '"', "\\", " {", "\t}", ""])}`);
    characters += lines.at(-1).length + 1;
  }
  return lines.join("\n");
}

function text({ random, pool }, length) {
  const start = Math.floor(random() * (pool.length - length));
  return pool.slice(start, start + length);
}

/** Mostly small, now and then large. */
function skewed(random, usual, largest) {
  return Math.min(largest, Math.round(usual * Math.exp(2.5 * (random() + random() + random() - 1.5))));
}

function between(random, least, most) {
  return least + Math.floor(random() * (most - least + 1));
}

function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

function hex(random, length) {
  let digits = "";
  while (digits.length < length) digits += Math.floor(random() * 2 ** 32).toString(16);
  return digits.slice(0, length);
}

function uuid(random) {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join("-");
}
