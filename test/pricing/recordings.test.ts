import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { costOf } from "../../src/pricing/cost.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { noUsage } from "../../src/session/sums/usage.ts";
import { readWhole } from "../support/read-files.ts";
import {
  type Recording,
  recordings,
  recordingsIn,
  sessionIdOf,
  transcriptsOf,
} from "../support/recordings.ts";

/**
 * The repository's recordings, and those of any folder that `CCOTEL_RECORDINGS` names. `oracle` has what the client
 * itself counted (`totalCostUSD`) and the requests that its transcript does not have.
 */
const extra = (process.env.CCOTEL_RECORDINGS ?? "").split(delimiter).filter((root) => root !== "");
const all = [...recordings(), ...extra.flatMap((root) => recordingsIn(root))].map((recording) => ({
  ...recording,
  oracle: oracleOf(recording),
}));

/**
 * A killed process leaves no sum. The next one starts from 0, so its sum is lower than that of the transcript. So is the
 * last of the sums of two windows, and that of a process that a signal stopped within an answer.
 */
const KILLED =
  /^(kill-mid-(agent|background-agent|tool)|tui-kill-resume|two-(windows|prints)(-words|-agents)?|sigint-mid-stream)$/;

/** The parts of a fork's sum that come from its parent: history that was copied, and history that was not (hidden). */
const FORKS: Record<string, { hiddenUsd: number; copiedUsd: number }[]> = {
  fork: [{ copiedUsd: 0.02738, hiddenUsd: 0 }],
  "fork-of-fork": [
    { copiedUsd: 0.02544, hiddenUsd: 0 },
    { copiedUsd: 0.02738, hiddenUsd: 0 },
  ],
  // Only what came after the compaction was copied, not the parent's turns before it and the compaction itself.
  "fork-after-compact": [{ copiedUsd: 0.01294, hiddenUsd: 0.05004 }],
  // The parent's subagents keep their own files, which no fork copies.
  "fork-tools-subagent": [{ copiedUsd: 0.02918, hiddenUsd: 0.01544 }],
  // The last copied turn is from a process that was killed. Its 0.00234 are in no sum.
  "fork-unfinished": [{ copiedUsd: 0.02544, hiddenUsd: 0 }],
};

describe("a session costs what Claude Code itself counted", () => {
  const withSums = all.filter(({ oracle }) => Object.keys(oracle.totals).length > 0);

  test.each(withSums)("$name", (recording) => {
    const { oracle, name } = recording;
    const forks = [...(FORKS[name] ?? [])];
    for (const path of transcriptsOf(recording)) {
      const total = oracle.totals[sessionIdOf(path)];
      const { ownUsd, hiddenUsd, forked, unpriced } = sumsOf(path);
      if (total === undefined) continue;
      if (forked && name !== "tui-branch") {
        const at = forks.findIndex(
          (fork) => Math.abs(fork.copiedUsd + fork.hiddenUsd + ownUsd - total) < 1e-9,
        );
        expect(at).toBeGreaterThanOrEqual(0);
        expect(hiddenUsd).toBeCloseTo(forks.splice(at, 1)[0]?.hiddenUsd ?? Number.NaN, 9);
        continue;
      }
      if (KILLED.test(name) || (name === "fork-unfinished" && !forked)) {
        expect(ownUsd).toBeGreaterThan(total);
        expect(hiddenUsd).toBe(0);
        continue;
      }
      expect(Math.abs(ownUsd + hiddenUsd - total)).toBeLessThan(1e-9);
      if (!oracle.hides && unpriced === 0) expect(hiddenUsd).toBeLessThan(1e-9);
    }
    expect(forks).toEqual([]);
  });
});

describe("a session costs the same as the requests in the API's own log", () => {
  // The log's sums by model do not tell fast, US-only and long requests apart, and leave out advisors; the recordings
  // for which that matters are left out.
  const special = ["usage-variants", "advisor"];
  const summable = all.filter(({ name, oracle }) => !oracle.cuts && !special.includes(name));

  test.each(summable)("$name", (recording) => {
    const { client, tokens } = recording.oracle;
    let expected = 0;
    for (const [
      model,
      { input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches },
    ] of Object.entries(tokens)) {
      // The log contains a gateway's name for the model. The client requested its default model.
      const requestedModel = model === "gateway-model-v9" ? "claude-opus-5-5" : model;
      const usage = { ...noUsage(), input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches };
      expected += costOf({ requestedModel, usage, clientVersion: client })?.usd ?? 0;
    }
    const ours = transcriptsOf(recording).reduce((sum, path) => sum + sumsOf(path).ownUsd, 0);
    expect(Math.abs(ours - expected)).toBeLessThan(1e-9);
  });
});

function sumsOf(path: string) {
  const sums = { ownUsd: 0, hiddenUsd: 0, forked: false, unpriced: 0 };
  for (const piece of readWhole(path, { appraise: createAppraiser() })) {
    if (piece.type !== "run_finished") continue;
    sums.ownUsd += piece.summary.totals.costUsd;
    sums.hiddenUsd += piece.summary.hiddenUsd ?? 0;
    sums.unpriced += piece.summary.totals.unpricedRequests;
    sums.forked ||= piece.part.forkedFrom !== undefined;
  }
  return sums;
}

interface Oracle {
  client: string;
  /** The client's own totals by session, for sessions that have one. */
  totals: Record<string, number>;
  /** Requests are missing in the transcript, or a response was cut or stopped. */
  hides: boolean;
  cuts: boolean;
  tokens: Record<string, ReturnType<typeof noUsage>>;
}

/** Reads the short oracle of the repository and the long one of the lab that made it. */
function oracleOf({ folder }: Recording): Oracle {
  // biome-ignore lint/suspicious/noExplicitAny: two shapes of a test's own data.
  const raw = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as any;
  const sums = raw.totals ?? raw;
  const states: [string, { totalCostUSD?: number } | null][] = Object.entries(raw.claude?.costState ?? {});
  const totals =
    raw.totalCostUSD ?? Object.fromEntries(states.map(([id, state]) => [id, state?.totalCostUSD]));
  const known = Object.entries(totals).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const cuts = sums.cutOrAborted > 0;
  return {
    client: raw.client,
    totals: Object.fromEntries(known),
    hides: cuts || sums.completedNotInTranscript.length > 0,
    cuts,
    tokens: sums.tokensByModelInTranscript,
  };
}
