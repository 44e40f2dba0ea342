// A history of very many sessions: each has one prompt and its answer, a project has a hundred sessions, and every
// seventh session has a subagent. The benchmarks measure how ccotel finds and checks them, not how it reads them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, hex, uuid } from "./random.mjs";

const SESSIONS_A_PROJECT = 100;
const AGENT_EVERY = 7;

/** Writes `count` sessions into the Claude Code configuration folder `folder`. Returns the number of files. */
export function writeManySessions(folder, count) {
  const random = createRandom(count);
  let files = 0;
  for (let index = 0; index < count; index++) {
    const project = join(folder, "projects", `-home-dev-project-${Math.floor(index / SESSIONS_A_PROJECT)}`);
    if (index % SESSIONS_A_PROJECT === 0) mkdirSync(project, { recursive: true });
    const sessionId = uuid(random);
    const startMs = Date.UTC(2026, 0, 5) + index * 900_000;
    writeFileSync(join(project, `${sessionId}.jsonl`), conversation(random, { sessionId, startMs }));
    files++;
    if (index % AGENT_EVERY !== 0) continue;
    const agents = join(project, sessionId, "subagents");
    const agentId = hex(random, 16);
    mkdirSync(agents, { recursive: true });
    const agent = conversation(random, { sessionId, startMs: startMs + 2000, agentId });
    writeFileSync(join(agents, `agent-${agentId}.jsonl`), agent);
    writeFileSync(join(agents, `agent-${agentId}.meta.json`), JSON.stringify({ agentType: "Explore" }));
    files += 2;
  }
  return files;
}

function conversation(random, { sessionId, startMs, agentId }) {
  const at = (ms) => new Date(startMs + ms).toISOString();
  const prompt = uuid(random);
  const base = {
    isSidechain: agentId !== undefined,
    ...(agentId === undefined ? {} : { agentId }),
    cwd: "/home/dev/acme-shop",
    sessionId,
    version: "2.1.332",
    gitBranch: "main",
  };
  const asked = {
    parentUuid: null,
    type: "user",
    message: { role: "user", content: "Why does the checkout test fail on Mondays?" },
    uuid: prompt,
    timestamp: at(0),
    ...(agentId === undefined ? { turnOrigin: "human", promptId: uuid(random) } : {}),
    ...base,
  };
  const answered = {
    parentUuid: prompt,
    type: "assistant",
    message: {
      id: `msg_${hex(random, 24)}`,
      type: "message",
      role: "assistant",
      model: "claude-opus-5-5",
      content: [{ type: "text", text: "It takes the week's first day for the month's." }],
      stop_reason: "end_turn",
      usage: { input_tokens: 4, output_tokens: 120, cache_read_input_tokens: 18_000 },
    },
    uuid: uuid(random),
    timestamp: at(3000),
    ...base,
  };
  return `${JSON.stringify(asked)}\n${JSON.stringify(answered)}\n`;
}
