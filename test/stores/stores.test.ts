import { describe, expect, test } from "vitest";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { writeStore } from "../support/transcripts/store.ts";
import { AGENTS_ELSEWHERE } from "./agents-elsewhere.ts";
import type { Case } from "./case.ts";
import { COPIES, DAMAGE, WINDOWS } from "./damage.ts";
import { FORKS } from "./forks.ts";
import { GATEWAY_IDS } from "./gateways.ts";
import { HIDDEN_AGENTS } from "./hidden-agents.ts";
import { HISTORY } from "./history.ts";
import { isTree, spansOf, truthOf } from "./measure.ts";
import { NEWEST } from "./newest.ts";
import { readAtOnce, readGrowing } from "./read-store.ts";
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

function byId(spans: Span[]) {
  return Object.fromEntries(spans.map((span) => [span.spanId, span] as const).sort());
}
