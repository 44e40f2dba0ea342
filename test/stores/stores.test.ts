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
import { expectTree, spansOf, truthOf } from "./measure.ts";
import { NEWEST } from "./newest.ts";
import { readAtOnce, readGrowing } from "./read-store.ts";
import { ADVISORS, SCHEDULED } from "./work.ts";

const KINDS: [kind: string, cases: Case[]][] = [
  ["history that is written again", HISTORY],
  ["the same rows in two files", HIDDEN_AGENTS],
  ["agents in unusual places", AGENTS_ELSEWHERE],
  ["forks", FORKS],
  ["ids of gateways", GATEWAY_IDS],
  ["advisors", ADVISORS],
  ["scheduled prompts", SCHEDULED],
  ["damage", DAMAGE],
  ["two windows", WINDOWS],
  ["a file in two project folders", COPIES],
  ["the newest clients", NEWEST],
];

describe.each(KINDS)("%s", (kind, cases) => {
  test.each(cases)("$name: each request, turn, call and agent counts once", ({ store, truth }) => {
    const folder = temporaryFolder();
    writeStore(folder, store);
    const spans = spansOf(readAtOnce(folder));
    expectTree(spans);
    expect(truthOf(spans)).toMatchObject(truth);
  });

  test.each(cases)("$name: reading it while it is written gives the same spans", async ({ store, truth }) => {
    const places = Object.keys(store).map((path) => path.replace(/^[^/]*\//, ""));
    // With copies, a hook names only one of them.
    if (new Set(places).size < places.length) return;
    for (const seed of [1, 2, 3, 4]) {
      const folder = temporaryFolder();
      const live = spansOf(await readGrowing(folder, store, seed));
      expectTree(live);
      expect(truthOf(live), `seed ${seed}`).toMatchObject(truth);
      // The creation times of this test's files do not tell which of two sessions was first.
      if (kind === "forks") continue;
      expect(byId(live), `seed ${seed}`).toEqual(byId(spansOf(readAtOnce(folder))));
    }
  });

  test.each(cases)("$name: the audit agrees", async ({ store }) => {
    const folder = temporaryFolder();
    writeStore(folder, store);
    const { exitCode, stdout, stderr } = await runTool(["audit", folder]);
    // One case has an empty main file.
    const hasNothing = stderr.startsWith("There is nothing to audit in ");
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: hasNothing ? 2 : 0 });
  });
});

function byId(spans: Span[]) {
  return Object.fromEntries(spans.map((span) => [span.spanId, span] as const).sort());
}
