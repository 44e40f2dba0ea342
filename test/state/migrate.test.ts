// ccotel continues from the state of version 0.1, which has one file per session: nothing is sent twice, nothing is
// lost, and no counter changes.

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, placeOf, twice, union } from "../support/lab.ts";
import { collector, metricsOf } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

/** Converts a machine's state to the form of version 0.1. */
function asFirstVersion(machine: Lab, sessions: Scribe[]): void {
  const { home, place } = machine;
  for (const { sessionId } of sessions) {
    const file = `${sessionId}.json`;
    const hook = JSON.parse(readFileSync(join(home.sessions, file), "utf8"));
    const { outlets, ...position } = JSON.parse(readFileSync(join(place.sessions, file), "utf8"));
    const until = Object.entries(outlets.traces.until as Record<string, [number, number]>).map(
      ([kind, [first, second]]) => [kind, /^part|^run/.test(kind) ? first * 1e6 + second : first],
    );
    const { sessionId: _, ...facts } = hook;
    const saved = { ...facts, ...position, format: 1, until: Object.fromEntries(until) };
    writeFileSync(join(home.sessions, file), JSON.stringify(saved));
  }
  renameSync(place.metrics, join(home.root, "metrics.json"));
  rmSync(home.destinations, { recursive: true });
  writeFileSync(home.delivery, JSON.stringify({ lastSuccessMs: 1, rejectedSpans: 2, refusalsInARow: 0 }));
  writeFileSync(join(home.root, "delivered.json"), "{}");
}

async function delivered(machine: Lab, names: string[]): Promise<Scribe[]> {
  const sessions = names.map((name) => scribe(name));
  for (const session of sessions) {
    machine.write(session.sessionId, session.turn({ tools: 1 }));
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
  }
  await machine.worker(METRICS);
  return sessions;
}

test("the next worker continues from the positions of version 0.1", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const sessions = await delivered(machine, ["one", "two"]);
  asFirstVersion(machine, sessions);
  const [one] = sessions as [Scribe, Scribe];
  machine.write(one.sessionId, [...one.turn(), ...one.end()]);
  machine.event(one.sessionId, { name: "SessionEnd" });
  expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });
  expect(twice(requests)).toEqual([]);
  expect(differences(union(requests), await backfill(machine, [one.sessionId])).filter(isMissing)).toEqual(
    [],
  );
  const turns = metricsOf(...requests).flatMap(({ name, points }) => (name === "ccotel.turns" ? points : []));
  expect(Number(turns.at(-1)?.value)).toBe(3);
  expect(existsSync(join(machine.home.root, "earlier"))).toBe(false);
  expect(readdirSync(machine.home.root)).not.toContain("metrics.json");
});

test("an export to another endpoint does not use the positions of the configured one", async () => {
  const [usual, other] = [await collector(), await collector()];
  const machine = lab(usual.url);
  const sessions = await delivered(machine, ["here"]);
  asFirstVersion(machine, sessions);
  const env = {
    CLAUDE_CONFIG_DIR: machine.claude,
    CCOTEL_HOME: machine.home.root,
    CCOTEL_ENDPOINT: usual.url,
  };
  const options = { homeDir: machine.folder, env };
  await runTool(["export", "--all", "--endpoint", other.url], options);
  expect(union(other.requests).size).toBeGreaterThan(3);
  const before = usual.requests.length;
  await runTool(["export", "--all"], options);
  // Only the summary of the run was missing.
  expect(union(usual.requests.slice(before)).size).toBe(1);
  expect(twice(usual.requests)).toEqual([]);
  expect(existsSync(placeOf(machine.home, other.url).root)).toBe(true);
});

test("a conversion that was killed at any step is finished by the next worker", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const sessions = await delivered(machine, ["cut-one", "cut-two", "cut-three"]);
  asFirstVersion(machine, sessions);
  for (const session of sessions) machine.write(session.sessionId, session.end());
  for (const session of sessions) machine.event(session.sessionId, { name: "SessionEnd" });
  // Each of these workers gets a few steps further.
  for (let step = 3; step < 40; step += 3) await machine.worker({ ...METRICS, DIE_AT: String(step) });
  expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });
  const ids = sessions.map(({ sessionId }) => sessionId);
  expect(differences(union(requests), await backfill(machine, ids))).toEqual([]);
  expect(machine.inbox()).toEqual([]);
});

const isMissing = (difference: string) => difference.startsWith("missing");
