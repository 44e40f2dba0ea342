// Sessions of an invented shop, for pictures: one afternoon's work in detail, and other sessions over two weeks.
// Records have the shapes that Claude Code writes. Names, texts and times are invented, and the same in every run.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { between, createRandom, pick } from "../bench/lib/random.mjs";

const OPUS = "claude-opus-5-5";
const HAIKU = "claude-haiku-5-5";
const CLIENT_USD = 0.5391;
const SONNET = "claude-sonnet-5-5";

/** Writes the sessions into a configuration folder. Returns the id of the detailed one. */
export function writeShop(configDir) {
  const id = idOf("afternoon");
  const main = conversation({
    configDir,
    project: "shop",
    id,
    startMs: Date.UTC(2026, 10, 20, 13, 2),
    title: "Cart totals",
    // Claude Code's own total: a little more than the records' sum, because it includes the request for the title.
    clientUsd: CLIENT_USD,
  });
  afternoon(main);
  main.end();
  const random = createRandom(7);
  for (let day = 0; day < 14; day++)
    for (let n = 0; n < between(random, 1, 4); n++) otherSession({ configDir, random, day, n });
  return id;
}

function afternoon(main) {
  main.prompt("The cart total is off by a cent when two items are on sale. Find out why and fix it.");
  main.think(6);
  main.say({ call: ["Grep", { pattern: "total", path: "src/cart" }, 0.4] });
  main.say({ call: ["Read", { file_path: "/home/dev/shop/src/cart/total.ts" }, 0.2] });
  main.say({ call: ["Read", { file_path: "/home/dev/shop/src/cart/discount.ts" }, 0.2] });
  main.say({
    call: ["Bash", { command: "npm test -- cart", description: "Run the cart's tests" }, 14],
    fails: "1 test failed: rounds each item",
  });
  const agents = [
    ["Explore", "Where are prices rounded?", 5],
    ["Explore", "Which callers depend on cents?", 7],
  ];
  main.fan(agents);
  main.think(9);
  main.say({ call: ["Edit", { file_path: "/home/dev/shop/src/cart/total.ts" }, 0.3] });
  main.say({ call: ["Bash", { command: "npm test -- cart" }, 15] });
  main.say({ text: "Discounts were rounded for each item and once more for the sum." });
  main.pause(11 * 60);
  main.prompt("Good. Now the same for the checkout, and open a pull request.");
  for (let n = 0; n < 9; n++) {
    const file = pick(main.random, ["checkout.ts", "tax.ts", "shipping.ts", "receipt.ts"]);
    main.say({
      call: [
        pick(main.random, ["Read", "Edit", "Grep"]),
        { file_path: `/home/dev/shop/src/checkout/${file}` },
        0.3,
      ],
    });
  }
  main.say({
    call: ["Bash", { command: "npm test" }, 38],
    fails: "tax.test.ts: expected 19.00, received 18.99",
  });
  main.think(14);
  main.say({ call: ["Edit", { file_path: "/home/dev/shop/src/checkout/tax.ts" }, 0.3] });
  main.say({ call: ["Bash", { command: "npm test" }, 36] });
  main.compact();
  main.say({ call: ["Bash", { command: "git push -u origin fix/cents" }, 46], waited: true });
  main.fan([["code-reviewer", "Review the change", 8]]);
  main.say({ call: ["Bash", { command: "gh pr create --fill" }, 3] });
  main.say({ text: "The pull request is open." });
}

/** The main conversation or an agent's, written record by record with its own clock. */
function conversation({
  configDir,
  project,
  id,
  startMs,
  title,
  clientUsd,
  agentId,
  random = createRandom(11),
  model = OPUS,
}) {
  const folder = join(configDir, "projects", `-home-dev-${project}`);
  const records = [];
  let [nowMs, parentUuid, context, promptId] = [startMs, null, 21_000, idOf(`${id} prompt`)];
  let turnIndex = 0;
  const common = () => ({
    sessionId: id,
    version: "2.1.332",
    cwd: `/home/dev/${project}`,
    gitBranch: "fix/cents",
    entrypoint: "cli",
    ...(agentId === undefined ? {} : { agentId, isSidechain: true }),
  });
  const put = (record, afterMs = 0) => {
    nowMs += afterMs;
    const uuid = idOf(`${id} ${agentId} ${records.length}`);
    records.push({ ...record, uuid, parentUuid, timestamp: new Date(nowMs).toISOString(), ...common() });
    parentUuid = uuid;
    return uuid;
  };
  const answer = (blocks, seconds, more = {}) => {
    const request = `req_${idOf(`${id} ${agentId} r${records.length}`).slice(0, 12)}`;
    records.push({
      type: "api-request",
      id: request,
      timestamp: new Date(nowMs).toISOString(),
      sessionId: id,
      params: { model },
    });
    const output = Math.round(seconds * between(random, 40, 60));
    const fresh = between(random, 400, 2_600);
    const usage = {
      input_tokens: 12,
      cache_read_input_tokens: context,
      cache_creation_input_tokens: fresh,
      cache_creation: { ephemeral_5m_input_tokens: fresh, ephemeral_1h_input_tokens: 0 },
      output_tokens: output,
    };
    context += fresh + output;
    const message = {
      id: `msg_${request}`,
      role: "assistant",
      model,
      usage,
      stop_reason: more.stop ?? "tool_use",
    };
    const { stop: _, ...rest } = more;
    for (const [index, block] of blocks.entries()) {
      const last = index === blocks.length - 1;
      put(
        {
          type: "assistant",
          requestId: request,
          requestRef: request,
          requestedModel: model,
          apiBlockIndex: index,
          message: { ...message, content: [block] },
          ...rest,
        },
        last ? seconds * 1000 : 0,
      );
    }
  };
  const result = (callId, text, afterMs, more = {}) =>
    put(
      {
        type: "user",
        promptId,
        message: {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: callId, content: text, ...more.block }],
        },
        ...more.record,
      },
      afterMs,
    );
  const callId = (n = 0) => `toolu_${idOf(`${id} ${agentId} c${records.length} ${n}`).slice(0, 16)}`;

  const self = {
    random,
    now: () => nowMs,
    pause: (seconds) => (nowMs += seconds * 1000),
    prompt(text) {
      promptId = idOf(`${id} ${agentId} p${records.length}`);
      turnIndex++;
      const turn =
        agentId === undefined
          ? {
              turnOrigin: "human",
              promptSource: "typed",
              turnPosition: { promptIndex: turnIndex, turnIndex },
            }
          : {};
      put({ type: "user", promptId, ...turn, message: { role: "user", content: text } }, 60);
      nowMs += 80;
    },
    think(seconds) {
      self.thinking = seconds;
    },
    say({ text, call, fails, waited }) {
      const thinking = self.thinking ?? 0;
      self.thinking = undefined;
      const seconds = between(random, 18, 60) / 10 + thinking;
      if (call === undefined) {
        answer([{ type: "text", text }], seconds, { stop: "end_turn" });
        if (agentId === undefined) self.endTurn();
        return;
      }
      const [name, input, took] = call;
      const use = callId();
      answer([{ type: "tool_use", id: use, name, input }], seconds, {
        toolInputStreamMs: Math.round(seconds * 400),
      });
      const decision = { decision: "accept", source: waited ? "user_temporary" : "config" };
      const record = { toolUseResult: fails ?? {}, permissionDecision: decision };
      result(use, fails ?? "ok", took * 1000, { block: fails ? { is_error: true } : {}, record });
      nowMs += 60;
    },
    /** Calls several agents in parallel and waits for the last one. */
    fan(agents) {
      const uses = agents.map((_, n) => callId(n));
      const startMs_ = nowMs + 2_200;
      answer(
        agents.map(([type, prompt], n) => ({
          type: "tool_use",
          id: uses[n],
          name: "Agent",
          input: { subagent_type: type, description: prompt, prompt, run_in_background: false },
        })),
        2.2,
      );
      const ends = agents.map(([type, prompt, steps], n) => {
        const agent = `a${idOf(uses[n]).slice(0, 16)}`;
        const one = conversation({
          configDir,
          project,
          id,
          startMs: startMs_ + 150 * n,
          agentId: agent,
          random,
          model: type === "Explore" ? HAIKU : SONNET,
        });
        one.prompt(prompt);
        for (let step = 0; step < steps; step++)
          one.say({
            call: [
              pick(random, ["Read", "Grep", "Read", "Bash"]),
              { file_path: "/home/dev/shop/src/cart/price.ts" },
              between(random, 2, 12) / 10,
            ],
          });
        one.say({ text: "Found." });
        one.end({ agentType: type, description: prompt, toolUseId: uses[n] });
        return { endMs: one.now(), agent, n };
      });
      for (const { endMs, agent, n } of ends.sort((a, b) => a.endMs - b.endMs)) {
        nowMs = endMs + 40;
        result(uses[n], "Found.", 0, { record: { toolUseResult: { status: "completed", agentId: agent } } });
      }
    },
    compact() {
      const preTokens = context;
      nowMs += 21_000;
      context = 19_000;
      put({
        type: "system",
        subtype: "compact_boundary",
        compactMetadata: { trigger: "auto", preTokens, postTokens: context, durationMs: 20_600 },
      });
      put(
        {
          type: "user",
          isCompactSummary: true,
          isVisibleInTranscriptOnly: true,
          message: { role: "user", content: "Summary." },
        },
        30,
      );
    },
    endTurn() {
      const hookInfos = [{ command: "npm run lint", durationMs: 2_400 }];
      put({ type: "system", subtype: "stop_hook_summary", hookCount: 1, hookInfos, hookErrors: [] }, 2_520);
    },
    end(meta) {
      if (agentId === undefined) {
        if (title !== undefined) records.push({ type: "ai-title", aiTitle: title, sessionId: id });
        if (clientUsd !== undefined)
          records.push({ type: "cost-state", sessionId: id, totalCostUSD: clientUsd, startTime: startMs });
        const text = lines(records);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `${id}.jsonl`), text);
        return;
      }
      const agents = join(folder, id, "subagents");
      mkdirSync(agents, { recursive: true });
      writeFileSync(join(agents, `agent-${agentId}.jsonl`), lines(records));
      writeFileSync(
        join(agents, `agent-${agentId}.meta.json`),
        JSON.stringify({ ...meta, requestShape: "foreground", finished: true }),
      );
    },
  };
  return self;
}

const WORK = [
  ["shop", "Add a wish list"],
  ["shop", "Why is the build slow?"],
  ["shop", "Upgrade the payment client"],
  ["docs-site", "Rewrite the install page"],
  ["infra", "Rotate the staging certificates"],
  ["infra", "Move the queue to the new region"],
  ["analytics", "Weekly report of returns"],
  ["analytics", "Speed up the import"],
];

function otherSession({ configDir, random, day, n }) {
  const [project, title] = pick(random, WORK);
  const startMs = Date.UTC(2026, 10, 7 + day, 8 + n * 3, between(random, 0, 59));
  const model = pick(random, [OPUS, OPUS, SONNET]);
  const one = conversation({ configDir, project, id: idOf(`${day} ${n}`), startMs, title, random, model });
  for (let turn = 0; turn < between(random, 2, 9); turn++) {
    one.prompt(`${title}.`);
    for (let call = 0; call < between(random, 2, 14); call++) {
      const fails = between(random, 0, 20) === 0 ? "exit code 1" : undefined;
      one.say({
        call: [
          pick(random, ["Read", "Edit", "Bash", "Grep"]),
          { command: "npm test" },
          between(random, 2, 90) / 10,
        ],
        fails,
      });
    }
    one.say({ text: "Done." });
    one.pause(between(random, 20, 900));
  }
  one.end();
}

function lines(records) {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

function idOf(name) {
  const hex = createHash("sha256").update(name).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
