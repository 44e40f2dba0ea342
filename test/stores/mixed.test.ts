import fc from "fast-check";
import { expect, test } from "vitest";
import { auditSessions } from "../../src/audit/audit.ts";
import { auditFilesOf, createAuditIndexes } from "../../src/commands/audit/audit-files.ts";
import { findSessions } from "../../src/files/find-sessions.ts";
import { comparedOf } from "../support/audit-files.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { runs } from "../support/runs.ts";
import {
  type Answer,
  again,
  copyOf,
  forkOf,
  hex,
  linesOf,
  type Row,
  Session,
  type Store,
  toolId,
  use,
  uuid,
  writeStore,
} from "../support/transcripts/store.ts";
import { expectTree, spansOf, truthOf } from "./measure.ts";
import { readAtOnce, readGrowing } from "./read-store.ts";

/** The next change to a session. `dice` are random numbers that decide the details. */
type Step = { what: (typeof STEPS)[number]; dice: [number, number, number] };

const STEPS = [
  "turns",
  "agent",
  "background",
  "workflow",
  "skill",
  "teammate",
  "advisor",
  "title and costs",
  "compaction",
  "history again",
  "stretch again",
  "aside",
  "fork",
  "other session",
] as const;

/** Ids that an API or a gateway gives its responses. */
const IDS: Record<string, () => Answer> = {
  "of the API": () => ({}),
  "without ids of requests": () => ({ requestId: null }),
  counters: () => ({ id: `m${++counter}`, requestId: null }),
  "one for all": () => ({ id: "msg_proxy", requestId: null }),
  none: () => ({ id: null, requestId: null }),
};
let counter = 0;

const DAMAGE: Record<string, (text: string, at: number) => string> = {
  none: (text) => text,
  "zeros in front of a line": (text, at) => inLine(text, at, (line) => `\0\0\0${line}`),
  "no line feed": (text, at) => inLine(text, at, (line) => line.slice(0, -1)),
  "half a line": (text, at) =>
    inLine(text, at, (line) => `${line.slice(0, 1 + (at % (line.length - 2)))}${line}`),
  "carriage returns": (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`,
};

function inLine(text: string, at: number, change: (line: string) => string): string {
  const lines = text.split(/(?<=\n)/);
  const index = at % lines.length;
  return lines.map((line, nth) => (nth === index ? change(line) : line)).join("");
}

interface Plan {
  steps: Step[];
  ids: string;
  version: string;
  damage: string;
  at: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(
    fc.record({
      what: fc.constantFrom(...STEPS),
      dice: fc.tuple(fc.nat(97), fc.nat(97), fc.nat(97)),
    }),
    { minLength: 1, maxLength: 9 },
  ),
  ids: fc.constantFrom(...Object.keys(IDS)),
  version: fc.constantFrom("2.1.332", "2.1.100", "2.0.76"),
  damage: fc.constantFrom(...Object.keys(DAMAGE)),
  at: fc.nat(),
});

function storeOf({ steps, ids, version, damage, at }: Plan): {
  store: Store;
  truth: Session["truth"];
} {
  const all = [new Session({ version })];
  const { truth } = all[0] as Session;
  let current = all[0] as Session;
  const answer = () => (IDS[ids] as () => Answer)();
  const turn = (session: Session, tools: number) => {
    session.prompt("Question");
    for (let step = 0; step < tools; step++) session.step(answer());
    session.answer(["Hm.", "Answer"], answer());
    if (session.isNew) session.stop();
  };
  turn(current, 1);
  for (const { what, dice } of steps) {
    const [a, b, c] = dice;
    current.clock += 1000;
    switch (what) {
      case "turns":
        for (let count = 0; count <= a % 4; count++) turn(current, b % 3);
        break;
      case "agent": {
        const { call, agent } = current.delegate(
          version.startsWith("2.0") ? { id: `a${hex(7)}`, folder: "beside" } : undefined,
        );
        for (let step = 0; step < a % 3; step++) agent.step(answer());
        agent.answer("Found.", answer());
        current.completed(call, agent);
        break;
      }
      case "background": {
        if (!current.isNew) break;
        const call = toolId();
        current.prompt("Look");
        current.answer(use(call, "Agent", { prompt: "look", subagent_type: "Explore" }), answer());
        const meta = { agentType: "Explore", toolUseId: call, requestShape: "background" };
        const agent = current.agent({ meta });
        current.result(call, {
          toolUseResult: { status: "async_launched", isAsync: true, agentId: agent.agentId },
        });
        agent.prompt("look");
        agent.step(answer());
        current.answer("Started.", answer());
        current.stop();
        agent.answer("Found.", answer());
        break;
      }
      case "workflow": {
        if (!current.isNew) break;
        const call = toolId();
        const run = `wf_${hex(6)}`;
        current.prompt("Workflow");
        current.answer(use(call, "Workflow"), answer());
        for (let member = 0; member <= a % 3; member++) {
          const agent = current.agent({
            folder: `workflows/${run}`,
            meta: { agentType: "workflow-subagent" },
          });
          agent.prompt(`Part ${member}`);
          agent.answer("Fine.", answer());
        }
        current.result(call, { toolUseResult: { runId: run, status: "completed" } });
        current.answer("Done.", answer());
        current.stop();
        break;
      }
      case "skill": {
        if (!current.isNew) break;
        const call = toolId();
        current.prompt("Review");
        current.answer(use(call, "Skill", { skill: "review" }), answer());
        const agent = current.called(call, "general-purpose");
        agent.note("What the skill says", { promptId: current.promptId });
        for (let step = 0; step < a % 3; step++) agent.step(answer());
        agent.answer("Done.", answer());
        current.result(call, { toolUseResult: { status: "forked", agentId: agent.agentId } });
        current.answer("Done.", answer());
        current.stop();
        break;
      }
      case "teammate": {
        if (!current.isNew) break;
        const [call, name] = [toolId(), `mate${hex(4)}`];
        current.prompt("Team");
        current.answer(
          use(call, "Agent", { prompt: "Build", name, subagent_type: "general-purpose" }),
          answer(),
        );
        const mate = current.agent({ id: `a${name}-${hex(12)}`, meta: { agentType: name, name } });
        current.result(call, { toolUseResult: { status: "teammate_spawned", name } });
        current.answer("Started.", answer());
        current.stop();
        mate.prompt(`<teammate-message teammate_id="team-lead">\nBuild\n</teammate-message>`);
        mate.step(answer());
        mate.answer("Built.", answer());
        const text = `Another Claude session sent a message: <teammate-message teammate_id="${name}">done`;
        current.prompt(text, { turnOrigin: undefined, promptSource: undefined });
        current.answer("Fine.", answer());
        current.stop();
        break;
      }
      case "advisor": {
        current.prompt("Decide");
        const advice = {
          type: "advisor_message",
          model: "claude-opus-4-7",
          input_tokens: 900,
          output_tokens: 70,
        };
        current.answer("Yes.", { ...answer(), usage: { iterations: [advice] } });
        truth.requests++;
        truth.input += 900;
        truth.output += 70;
        if (current.isNew) current.stop();
        break;
      }
      case "title and costs": {
        const begun = { sessionId: current.id, startTime: current.clock - 1000 - a, modelUsage: {} };
        current.rows.push({ type: "ai-title", aiTitle: "A title", sessionId: current.id });
        current.rows.push({ type: "cost-state", ...begun, totalCostUSD: 0.001 * (1 + b), totalDuration: a });
        break;
      }
      case "compaction":
        current.compact(a % 2 === 0 ? "manual" : "auto");
        break;
      case "history again": {
        const past = [...current.rows];
        current.compact();
        current.rows.push(...again(past));
        break;
      }
      case "stretch again": {
        const from = a % current.rows.length;
        current.rows.push(...again(current.rows.slice(from, from + 1 + b)));
        break;
      }
      case "aside": {
        const agent = current.agent({ id: `aside_question-${hex(16)}` });
        const isRenamed = c % 2 === 0 && !["one for all", "none", "counters"].includes(ids);
        const said = current.rows.filter(({ type }) => type === "user" || type === "assistant");
        for (const row of copyOf(said)) {
          agent.rows.push({
            ...row,
            ...(isRenamed ? { uuid: uuid() } : {}),
            isSidechain: true,
            agentId: agent.agentId,
          });
        }
        agent.prompt("Aside?");
        agent.answer("Yes.", answer());
        break;
      }
      case "fork": {
        const style = [{}, { sentBy: true }, { forkedFrom: true }, { keepsIds: true }, { beginsLate: true }][
          a % 5
        ];
        const fork = forkOf(
          current,
          current.rows.slice(0, Math.max(3, b % (current.rows.length + 1))),
          style,
        );
        all.push(fork);
        turn(fork, 1);
        current.clock = Math.max(current.clock, fork.clock) + 5000;
        break;
      }
      case "other session":
        current = all[a % all.length] as Session;
        current.clock = Math.max(...all.map(({ clock }) => clock)) + 5000;
    }
  }
  const store: Store = Object.assign({}, ...all.map((session) => session.store()));
  const paths = Object.keys(store).filter((path) => path.endsWith(".jsonl"));
  const path = paths[at % paths.length] as string;
  if (damage !== "none")
    store[path] = (DAMAGE[damage] as (text: string, at: number) => string)(linesOf(store[path] as Row[]), at);
  return { store, truth };
}

test("in a store of any mixture, each request, turn, call and agent counts once, and the audit agrees", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (made) => {
      const { store, truth } = storeOf(made);
      const folder = temporaryFolder();
      writeStore(folder, store);
      const read = readAtOnce(folder);
      const spans = spansOf(read);
      expectTree(spans);
      expect(truthOf(spans)).toMatchObject(truth);
      const indexes = createAuditIndexes();
      const audits = await auditSessions(
        findSessions([folder], { configDir: folder, cwd: folder }).map(({ sessionId, path }) => ({
          sessionId,
          files: auditFilesOf(path, sessionId, indexes),
          ...comparedOf(read.get(sessionId) ?? []),
        })),
      );
      expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
    }),
    { numRuns: runs(200), interruptAfterTimeLimit: 20_000 },
  );
});

test("the same holds if the store is read while it is written", async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.nat(1000), async (made, seed) => {
      // Damage hides when lines were written, and copies must be written after the original rows.
      const isCopied = made.steps.some(({ what }) => what === "fork" || what === "aside");
      const { store, truth } = storeOf(isCopied ? { ...made, damage: "none" } : made);
      const live = spansOf(await readGrowing(temporaryFolder(), store, seed));
      expectTree(live);
      expect(truthOf(live)).toMatchObject(truth);
    }),
    { numRuns: runs(100), interruptAfterTimeLimit: 20_000 },
  );
});
