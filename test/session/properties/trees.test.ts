import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../../../src/telemetry/spans/span.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import { readTexts, textsOf } from "../../support/read-in-memory.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../../support/recordings.ts";
import { runs } from "../../support/runs.ts";
import { type Mutation, mutation } from "../../support/transcripts/mutate.ts";
import { changed } from "../../support/transcripts/mutated-session.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  result,
  SESSION_ID,
  stop,
} from "../../support/transcripts/scripted-session.ts";

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

/** The reasons why the spans are not trees. Whatever the records are, there must not be one. */
function faultsOf(spans: Span[]): string[] {
  const idOf = ({ traceId }: Span, spanId: string) => `${traceId} ${spanId}`;
  const faults: string[] = [];
  const sent = new Set<string>();
  const roots = new Map<string, number>();
  const parents = new Map<string, Set<string>>();
  for (const span of spans) {
    const id = idOf(span, span.spanId);
    const isRoot = span.parentSpanId === undefined;
    roots.set(span.traceId, (roots.get(span.traceId) ?? 0) + Number(isRoot));
    if (span.parentSpanId !== undefined) {
      const parent = idOf(span, span.parentSpanId);
      if (!sent.has(parent)) faults.push(`${span.name} before its parent`);
      parents.set(id, (parents.get(id) ?? new Set()).add(parent));
    }
    sent.add(id);
  }
  for (const [trace, count] of roots) if (count !== 1) faults.push(`trace ${trace} has ${count} roots`);
  return [...faults, ...cyclesIn(parents)];
}

/** Spans that are their own ancestors, also because they share an id with another span. */
function cyclesIn(parents: Map<string, Set<string>>): string[] {
  const state = new Map<string, "open" | "done">();
  const visit = (id: string): string[] => {
    if (state.get(id) === "open") return [`${id} is its own ancestor`];
    if (state.has(id)) return [];
    state.set(id, "open");
    const found = [...(parents.get(id) ?? [])].flatMap(visit);
    state.set(id, "done");
    return found;
  };
  return [...parents.keys()].flatMap(visit);
}

/** Fields with ids. If they are swapped, calls, agents, prompts and runs seem to start each other. */
const IDS = ["id", "tool_use_id", "toolUseId", "agentId", "uuid", "parentUuid", "promptId", "runId", "name"];

describe("the spans of a session", () => {
  test("form complete trees, whatever ids its records and files repeat", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...transcripts),
        fc.array(fc.record({ field: fc.constantFrom(...IDS), from: fc.nat(), to: fc.nat() }), {
          maxLength: 12,
        }),
        fc.array(fc.record({ file: fc.nat(), mutate: mutation }), { maxLength: 4 }),
        fc.array(fc.record({ from: fc.nat(), to: fc.nat() }), { maxLength: 3 }),
        fc.constantFrom(2000, 3),
        ({ path }, swaps, damages, copies, maxSpansPerTrace) => {
          const mutations = damages as { file: number; mutate: Mutation }[];
          const files = changed(textsOf(path), { swaps, mutations, copies });
          const finished = readTexts(files, { maxSpansPerTrace });
          for (const scope of ["session", "turn"] as const) {
            expect(faultsOf(toSpans(finished, { sessionId: sessionIdOf(path), scope }))).toEqual([]);
          }
        },
      ),
      { numRuns: runs(300), interruptAfterTimeLimit: 20_000 },
    );
  });

  // Ids in the API's form, which ccotel takes for unique.
  const toolu = (name: string) => `toolu_01AbCdEfGhIjKlMnOpQr${name}`;
  const uses = (seconds: number, message: string, id: string) =>
    answer(seconds, message, call(id, "Agent", { prompt: "deeper" }));
  const main = [
    prompt(0),
    uses(1, "m1", toolu("c1")),
    result(9, toolu("c1")),
    answer(10, "m2", "Done."),
    stop(10.1),
  ];

  test.each([
    ["makes the call that started it", [{ id: "a1", calls: toolu("c1"), makes: toolu("c1") }]],
    [
      "is started by what it starts",
      [
        { id: "a1", calls: toolu("c1"), makes: toolu("c2") },
        { id: "a2", calls: toolu("c2"), makes: toolu("c1") },
      ],
    ],
    [
      "is started only by what it starts",
      [
        { id: "a1", calls: toolu("c8"), makes: toolu("c9") },
        { id: "a2", calls: toolu("c9"), makes: toolu("c8") },
      ],
    ],
  ])("form complete trees if an agent %s", (_, agents) => {
    for (const requestShape of ["foreground", "background"]) {
      const pieces = readScript(
        main,
        agents.map(({ id, calls, makes }, index) => ({
          id,
          meta: { agentType: "general-purpose", toolUseId: calls, requestShape },
          records: [
            prompt(2 + index, "deeper"),
            answer(3 + index, `${id}-1`, "Going deeper."),
            uses(4 + index, `${id}-2`, makes),
            result(5 + index, makes),
            answer(6 + index, `${id}-3`, "Done."),
          ],
        })),
      );
      for (const scope of ["session", "turn"] as const) {
        const spans = toSpans(pieces, { sessionId: SESSION_ID, scope });
        expect(faultsOf(spans)).toEqual([]);
        expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
        expect(spans.filter(({ name }) => name.startsWith("invoke_agent general-purpose"))).toHaveLength(
          agents.length,
        );
      }
    }
  });

  test("form complete trees if a call has the same key as one above it", () => {
    const pieces = readScript(main, [
      {
        id: "a1",
        meta: { agentType: "general-purpose", toolUseId: toolu("c1") },
        records: [prompt(2, "deeper"), uses(3, "a1-1", toolu("c2")), answer(4, "a1-2", "Done.")],
      },
    ]);
    const renamed = JSON.parse(JSON.stringify(pieces).replaceAll(toolu("c2"), toolu("c1")));
    for (const scope of ["session", "turn"] as const) {
      const spans = toSpans(renamed, { sessionId: SESSION_ID, scope });
      expect(faultsOf(spans)).toEqual([]);
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    }
  });
});
