// Agents that ended long ago are in a file beside the position. Damage to this file loses nothing and counts nothing
// twice.

import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, copyOfLab, differences, type Lab, lab, labIn, twice, union } from "../support/lab.ts";
import { collector, metricsOf, spansOf } from "../support/otlp-server.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { usualName } from "../support/span-names.ts";
import {
  more,
  TURN_SECONDS,
  turn,
  turnWithAgent,
  turnWithMessage,
} from "../support/transcripts/agents-session.ts";
import { type ScriptedSession, scriptAt } from "../support/transcripts/scripted-files.ts";
import { costState, SESSION_ID } from "../support/transcripts/scripted-session.ts";

beforeAll(buildWorker);

const ENV = { CCOTEL_METRICS: "on" };
const AGENTS = 80;

const sessionOf = (machine: Lab): ScriptedSession => scriptAt(machine.transcript(SESSION_ID));
const agentsFile = ({ place }: Lab) => join(place.sessions, `${SESSION_ID}.agents`);
const positionFile = ({ place }: Lab) => join(place.sessions, `${SESSION_ID}.json`);

/** Writes the Stop event of turn `index` and delivers the turn. */
async function stopOf(machine: Lab, index: number): Promise<void> {
  machine.event(SESSION_ID, { promptId: `prompt at ${index * TURN_SECONDS}` });
  expect(await machine.worker(ENV)).toMatchObject({ code: 0, stderr: "" });
}

/** Delivers all turns of a session with many agents. */
async function deliverMany(machine: Lab): Promise<void> {
  for (let index = 0; index < AGENTS; index++) turnWithAgent(sessionOf(machine), index);
  await stopOf(machine, AGENTS - 1);
}

/** One of the first agents continues, then the session ends. */
async function resumeAndEnd(machine: Lab): Promise<void> {
  turnWithMessage(sessionOf(machine), AGENTS, 3, { resumedAgentId: "a3" });
  sessionOf(machine).appendToAgent(more(3, AGENTS * TURN_SECONDS));
  await stopOf(machine, AGENTS);
  turn(sessionOf(machine), AGENTS + 1);
  await stopOf(machine, AGENTS + 1);
  sessionOf(machine).append([costState()]);
  machine.event(SESSION_ID, { name: "SessionEnd" });
  expect(await machine.worker(ENV)).toMatchObject({ code: 0, stderr: "" });
}

function turnsIn(requests: readonly CollectorRequest[]): number {
  return spansOf(...requests).filter(({ name }) => usualName(name) === "invoke_agent claude-code").length;
}

function countedTurns(requests: readonly CollectorRequest[]): number {
  const points = metricsOf(...requests).flatMap(({ name, points }) =>
    name === "ccotel.turns" ? points : [],
  );
  return Number(points.at(-1)?.value);
}

test("the position holds at most 64 agents, and an older agent that continues is read from its own position", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  await deliverMany(machine);
  const { session, agents } = JSON.parse(readFileSync(positionFile(machine), "utf8")).read;
  expect(Object.keys(session.doneAgents).length).toBeLessThanOrEqual(64);
  expect(Object.keys(agents).length).toBeLessThanOrEqual(64);
  const archived = JSON.parse(readFileSync(agentsFile(machine), "utf8"));
  expect(archived[0]).toMatchObject(["a0", expect.any(Number), { released: 1, type: `"it's" a | b` }]);
  await resumeAndEnd(machine);
  expect(differences(union(requests), await backfill(machine, [SESSION_ID]))).toEqual([]);
  expect(twice(requests)).toEqual([]);
  expect(countedTurns(requests)).toBe(AGENTS + 2);
});

test("a Stop without news of an agent does not read the file of old agents", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  await deliverMany(machine);
  // The worker lists the agents' folder if it has changed within the last two seconds. A person's turns take longer.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  turn(sessionOf(machine), AGENTS);
  await stopOf(machine, AGENTS);
  // A worker that reads this file fails.
  const broken = "[".repeat(statSync(agentsFile(machine)).size);
  writeFileSync(agentsFile(machine), broken);
  turn(sessionOf(machine), AGENTS + 1);
  await stopOf(machine, AGENTS + 1);
  expect(turnsIn(requests)).toBe(AGENTS + 2);
  expect(machine.log()).toBe("");
  expect(readFileSync(agentsFile(machine), "utf8")).toBe(broken);
});

test("status does not count the old agents' files as waiting", async () => {
  const { url } = await collector();
  const machine = lab(url);
  await deliverMany(machine);
  turn(sessionOf(machine), AGENTS);
  const env = { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url };
  const { stdout } = await runTool(["status", "--json"], { homeDir: machine.folder, env });
  const [session] = JSON.parse(stdout).sessions;
  expect(session.pending).toMatchObject({ turns: 1 });
  expect(session.pending.bytes).toBeLessThan(2_000);
});

describe("a position of an earlier version, with its agents in one text", () => {
  test("is read: nothing is lost, sent twice or counted twice", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    await deliverMany(machine);
    asEarlierVersion(machine);
    await resumeAndEnd(machine);
    expect(differences(union(requests), await backfill(machine, [SESSION_ID]))).toEqual([]);
    expect(twice(requests)).toEqual([]);
    expect(countedTurns(requests)).toBe(AGENTS + 2);
    expect(JSON.parse(readFileSync(positionFile(machine), "utf8")).read.resting).toBeUndefined();
    expect(existsSync(agentsFile(machine))).toBe(true);
  });
});

/** Writes the earlier format: entries between bars, each with id, bytes, and JSON with exchanged quotes. */
function asEarlierVersion(machine: Lab): void {
  const position = JSON.parse(readFileSync(positionFile(machine), "utf8"));
  const agents: [string, number, object][] = JSON.parse(readFileSync(agentsFile(machine), "utf8"));
  const entries = agents.map(([id, bytes, done]) => {
    const json = JSON.stringify(done).replaceAll("|", "\\u007c");
    return `${id} ${bytes} ${json.replace(/["']/g, (quote) => (quote === '"' ? "'" : '"'))}`;
  });
  const { archive: _, ...read } = position.read;
  writeFileSync(
    positionFile(machine),
    JSON.stringify({ ...position, read: { ...read, resting: entries.join("|") } }),
  );
  rmSync(agentsFile(machine));
}

test.each<[string, (file: string) => void]>([
  ["is missing", (file) => rmSync(file)],
  ["is cut off", (file) => truncateSync(file, statSync(file).size - 10)],
  ["has other content of the same size", (file) => writeFileSync(file, "[".repeat(statSync(file).size))],
])("if the file %s, the session is sent again unchanged, and no counter changes", async (_, damage) => {
  const { url, requests } = await collector();
  const machine = lab(url);
  await deliverMany(machine);
  damage(agentsFile(machine));
  await resumeAndEnd(machine);
  // `union` fails if a span arrives again with other content.
  expect(differences(union(requests), await backfill(machine, [SESSION_ID]))).toEqual([]);
  expect(machine.inbox()).toEqual([]);
  expect(machine.log()).toContain("damaged and has been moved aside");
  expect(countedTurns(requests)).toBe(AGENTS + 2);
});

test("if a worker is killed while it moves agents to the file, the next worker delivers everything", async () => {
  const before = await collector();
  const machine = labIn(join(temporaryFolder(), "prepared"), before.url);
  for (let index = 0; index < 15; index++) turnWithAgent(sessionOf(machine), index);
  await stopOf(machine, 14);
  expect(existsSync(agentsFile(machine))).toBe(false);
  for (let index = 15; index < 25; index++) turnWithAgent(sessionOf(machine), index);
  machine.event(SESSION_ID, { promptId: `prompt at ${24 * TURN_SECONDS}` });
  const first = await collector();
  const undisturbed = copyOfLab(machine, "undisturbed", first.url);
  const stepsFile = join(undisturbed.folder, "steps");
  await undisturbed.worker({ ...ENV, STEPS_FILE: stepsFile });
  const steps = readFileSync(stepsFile, "utf8").trimEnd().split("\n");
  expect(steps.filter((step) => step.includes(".agents"))).not.toEqual([]);
  const expected = union(first.requests);
  expect(expected.size).toBeGreaterThan(20);
  const sent = steps.indexOf("request sent");
  const committed = steps.indexOf("remove redo.json", sent);
  expect(committed).toBeGreaterThan(sent);
  const faults: string[] = [];
  for (let at = sent; at <= committed + 1; at++) {
    const { url, requests } = await collector();
    const copy = copyOfLab(machine, `dies-at-${at}`, url);
    await copy.worker({ ...ENV, DIE_AT: String(at) });
    const after = await copy.worker(ENV);
    const wrong = [...differences(union(requests), expected), ...copy.inbox(), after.stderr].filter(Boolean);
    const read = JSON.parse(readFileSync(positionFile(copy), "utf8")).read;
    if (read.archive.bytes !== statSync(agentsFile(copy)).size)
      wrong.push("the size of the agents' file differs from the position");
    if (wrong.length > 0) faults.push(`${at} ${steps[at]}: ${wrong.join("; ")}`);
  }
  expect(faults).toEqual([]);
});
