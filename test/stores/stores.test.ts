import { describe, expect, test } from "vitest";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { kindOf } from "../support/recordings.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { writeStore } from "../support/store.ts";
import { AGENTS_ELSEWHERE } from "./agents-elsewhere.ts";
import type { Case } from "./case.ts";
import { COPIES, DAMAGE, WINDOWS } from "./damage.ts";
import { FORKS } from "./forks.ts";
import { GATEWAY_IDS } from "./gateways.ts";
import { HIDDEN_AGENTS } from "./hidden-agents.ts";
import { HISTORY } from "./history.ts";
import { NEWEST } from "./newest.ts";
import { type ReadStore, readAtOnce, readGrowing } from "./read-store.ts";
import { ADVISORS, SCHEDULED } from "./work.ts";

const KINDS: [kind: string, cases: Case[]][] = [
  ["history that is written again", HISTORY],
  ["the same rows in two files", HIDDEN_AGENTS],
  ["agents elsewhere", AGENTS_ELSEWHERE],
  ["forks", FORKS],
  ["ids of gateways", GATEWAY_IDS],
  ["advisors", ADVISORS],
  ["scheduled prompts", SCHEDULED],
  ["damage", DAMAGE],
  ["windows", WINDOWS],
  ["copies", COPIES],
  ["the newest clients", NEWEST],
];

describe.each(KINDS)("%s", (kind, cases) => {
  test.each(cases)("$name: each request, turn, call and agent counts once", ({ store, truth }) => {
    const folder = temporaryFolder();
    writeStore(folder, store);
    const spans = spansOf(readAtOnce(folder));
    isTree(spans);
    const told = truthOf(spans);
    expect(told).toMatchObject(truth);
  });

  test.each(cases)("$name: read while it is written, the same", async ({ store, truth }) => {
    const places = Object.keys(store).map((path) => path.replace(/^[^/]*\//, ""));
    // A hook names one of the copies of a session.
    if (new Set(places).size < places.length) return;
    for (const seed of [1, 2, 3, 4]) {
      const folder = temporaryFolder();
      const live = spansOf(await readGrowing(folder, store, seed));
      isTree(live);
      expect(truthOf(live), `seed ${seed}`).toMatchObject(truth);
      // When the files of this test were created says nothing of which of two sessions was first.
      if (kind === "forks") continue;
      expect(byId(live), `seed ${seed}`).toEqual(byId(spansOf(readAtOnce(folder))));
    }
  });

  test.each(cases)("$name: the audit agrees", async ({ store }) => {
    const folder = temporaryFolder();
    writeStore(folder, store);
    const { exitCode, stdout } = await runTool(["audit", folder]);
    if (stdout !== "") expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
  });
});

function spansOf(read: ReadStore): Span[] {
  return [...read].flatMap(([sessionId, pieces]) => toSpans(pieces, { sessionId, scope: "session" }));
}

function byId(spans: Span[]) {
  return Object.fromEntries(spans.map((span) => [span.spanId, span] as const).sort());
}

/** Every span once, below another one or the only root of its trace, and none that ends before it starts. */
function isTree(spans: Span[]): void {
  const ids = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  expect(ids.size).toBe(spans.length);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(roots.length);
  for (const span of spans) {
    if (span.parentSpanId !== undefined) expect(ids).toContain(`${span.traceId} ${span.parentSpanId}`);
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
  }
}

function truthOf(spans: Span[]) {
  const of = (kind: ReturnType<typeof kindOf>) => spans.filter((span) => kindOf(span) === kind);
  const chats = of("chat");
  const sum = (name: string) =>
    chats.reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
  return {
    requests: chats.length,
    turns: of("turn").length,
    agents: of("subagent").length,
    tools: of("tool").length,
    input: sum("gen_ai.usage.input_tokens"),
    output: sum("gen_ai.usage.output_tokens"),
    unpriced: chats.filter(({ attributes }) => attributes["gen_ai.usage.cost"] === undefined).length,
  };
}
