// A session of any size, with the shapes and sizes of Claude Code's records. The same seed gives the same bytes, so
// that two runs measure the same thing. The counts are those that a reader must find.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { between, createRandom, hex, pick, skewed, uuid } from "./random.mjs";

const WORDS =
  "span trace parser buffer offset commit review function returns error handler test suite config import export await stream chunk line reader index value result status path request response timeout cache token usage agent turn — ümlaut 語 😀".split(
    " ",
  );
const MODELS = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"];
const TEXT_POOL_CHARACTERS = 1 << 20;

/**
 * Writes one session of about `megabytes` below `folder`. Returns its path and counts. With `live`, the session began
 * an hour ago, its records are close together, and its client still runs. Otherwise it took place in January and has
 * ended.
 */
export function writeCorpus(folder, { megabytes, seed = 1, live = false, pool: given }) {
  const random = createRandom(seed);
  const pool = given ?? makePool(random);
  const startMs = live ? Date.now() - 3_600_000 : Date.UTC(2026, 0, 5, 9);
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
  const world = { random, pool, counts, sessionId, project, nowMs: startMs, backoff: live ? 1 / 500 : 1 };
  const main = openConversation(world, fileSink(path, counts));
  while (main.bytes() < megabytes * 1e6) writeTurn(world, main);
  if (!live) main.write({ type: "cost-state", sessionId, totalCostUSD: 1, startTime: startMs });
  main.close();
  return { path, sessionId, counts, lastUuid: main.lastUuid() };
}

/**
 * Writes a history of `sessions` sessions and `megabytes` MB below `folder`: most of them small, a few large. Returns
 * the first one.
 */
export function writeHistory(folder, { sessions, megabytes }) {
  const random = createRandom(sessions);
  const pool = makePool(random);
  const sizes = Array.from({ length: sessions }, () => skewed(random, 1000, 20_000));
  const unit = megabytes / sizes.reduce((sum, size) => sum + size, 0);
  const written = sizes.map((size, index) =>
    writeCorpus(folder, { megabytes: size * unit, seed: index + 1, pool }),
  );
  return { ...written[0], bytes: written.reduce((sum, { counts }) => sum + counts.bytes, 0) };
}

/**
 * Makes one more turn of a live session, of `bytes` bytes, that takes place now. Returns, as lines, its records up to
 * the last answer and its end record; also the end record's uuid, which the next turn follows, and the prompt's id.
 */
export function makeTurn({ sessionId, lastUuid: parentUuid }, { bytes, seed }) {
  const random = createRandom(seed);
  const lines = [];
  const sink = { write: (text) => void lines.push(text), close: () => {} };
  const counts = { bytes: 0, lines: 0, turns: 0, requests: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0 };
  const world = {
    random,
    pool: makePool(random),
    counts,
    sessionId,
    nowMs: Date.now() - 1000,
    backoff: 1 / 500,
  };
  const turn = openConversation(world, sink, { agents: false, largest: bytes / 20, parentUuid });
  const promptId = writePrompt(world, turn);
  writeWork(world, turn, () => turn.bytes() > 0.8 * bytes);
  writeAnswer(world, turn, Math.max(bytes - turn.bytes(), 100));
  turn.flush();
  const said = lines.splice(0).join("");
  writeEnd(turn);
  turn.flush();
  return { said, end: lines.join(""), lastUuid: turn.lastUuid(), promptId };
}

function writeTurn(world, main) {
  const toolCalls = between(world.random, 1, 12);
  writePrompt(world, main);
  writeWork(world, main, (done) => done >= toolCalls);
  writeAnswer(world, main, 900);
  writeEnd(main);
}

/** Writes a prompt. Returns its id. */
function writePrompt(world, main) {
  const { random, counts } = world;
  const promptId = uuid(random);
  counts.turns++;
  pass(world, 1000 * between(random, 5, 600));
  main.record("user", {
    message: { role: "user", content: text(world, 200) },
    promptId,
    promptSource: "typed",
    turnOrigin: "human",
  });
  return promptId;
}

function writeEnd(main) {
  main.record("system", { subtype: "stop_hook_summary", hookCount: 1, hookInfos: [], hookErrors: [] });
}

/** Writes requests with tool calls until `isEnough`. */
function writeWork(world, conversation, isEnough) {
  const { random } = world;
  for (let done = 0; !isEnough(done); ) {
    const calls = Array.from({ length: between(random, 1, 3) }, () => makeCall(world, conversation));
    done += calls.length;
    const thought = { type: "thinking", thinking: text(world, 600), signature: text(world, 900) };
    writeResponse(world, conversation, [...(random() < 0.4 ? [thought] : []), ...calls], "tool_use");
    for (const call of calls) writeResult(world, conversation, call);
  }
}

function writeAnswer(world, conversation, characters) {
  writeResponse(world, conversation, [{ type: "text", text: text(world, characters) }], "end_turn");
}

function makeCall(world, conversation) {
  const { random } = world;
  const id = `toolu_${hex(random, 24)}`;
  if (conversation.agents && random() < 0.02) {
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

/** Writes a tool's result. The record contains it twice: as the model sees it and as the client keeps it. */
function writeResult(world, conversation, call) {
  const { random, counts } = world;
  counts.toolCalls++;
  const block = { tool_use_id: call.id, type: "tool_result", is_error: random() < 0.04 };
  const { largest = Infinity } = conversation;
  let content = text(world, skewed(random, 900, Math.min(largest, 60_000)));
  let details = { stdout: content, stderr: "", interrupted: false };
  if (call.name === "Agent") details = { status: "completed", agentId: writeAgent(world, call), content };
  if (call.name === "Edit") {
    const lines = content.split("\n");
    details = {
      originalFile: text(world, skewed(random, 3000, Math.min(largest, 90_000))),
      structuredPatch: [{ oldStart: 1, lines }],
    };
  }
  if (largest === Infinity && call.name.startsWith("mcp__") && random() < 0.05) {
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
  const agent = openConversation(world, fileSink(`${file}.jsonl`, counts), { agentId, agents: false });
  const toolCalls = between(random, 1, 8);
  agent.record("user", { message: { role: "user", content: call.input.prompt } });
  writeWork(world, agent, (done) => done >= toolCalls);
  writeAnswer(world, agent, 900);
  agent.close();
  return agentId;
}

/** Collects text for a file. Adds its bytes to the counts when it is closed. */
function fileSink(path, counts) {
  const fd = openSync(path, "w");
  return {
    write(text) {
      counts.bytes += writeSync(fd, text);
    },
    close: () => closeSync(fd),
  };
}

/** `largest`: longest tool result in characters. With it, tools return no pictures. */
function openConversation(world, sink, { agentId, agents = true, largest, parentUuid = null } = {}) {
  const { counts, random, sessionId } = world;
  let lastUuid = parentUuid;
  let pending = [];
  let pendingCharacters = 0;
  let flushed = 0;
  const flush = () => {
    sink.write(pending.join(""));
    flushed += pendingCharacters;
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
    agents,
    largest,
    bytes: () => flushed + pendingCharacters,
    write,
    flush,
    lastUuid: () => lastUuid,
    /** Writes a record of the conversation: the common fields and its own. */
    record(type, fields) {
      pass(world, between(random, 5, 3000));
      const id = uuid(random);
      write({
        parentUuid: lastUuid,
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
      lastUuid = id;
    },
    close() {
      flush();
      sink.close();
    },
  };
}

function pass(world, ms) {
  world.nowMs += Math.ceil(ms * world.backoff);
}

function now(world) {
  return new Date(world.nowMs).toISOString();
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
