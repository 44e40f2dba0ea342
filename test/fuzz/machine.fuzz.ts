import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect } from "vitest";
import { startCollector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { arrivals, buildWorker, labIn } from "../support/lab.ts";
import { runTool } from "../support/run-tool.ts";
import { mutation } from "../support/transcripts/mutate.ts";
import { scribe } from "../support/transcripts/transcript.ts";
import { damage, filesBelow } from "./support/damage.ts";
import { fuzz } from "./support/fuzz.ts";

beforeAll(buildWorker);

/** An event as a hook writes it. */
const hookFile = fc.array(mutation, { minLength: 1, maxLength: 4 });

const attack = fc.record({
  /** Of the state folder, between two workers. */
  state: fc.array(fc.record({ file: fc.nat(), damage }), { maxLength: 4 }),
  /** Of a session's transcript. */
  lines: fc.array(mutation, { maxLength: 3 }),
  hooks: fc.array(hookFile, { maxLength: 3 }),
});

type Attack = typeof attack extends fc.Arbitrary<infer T> ? T : never;

const METRICS = { CCOTEL_METRICS: "on", HASTE: "200" };

/** Delivers the first turns of two sessions on a machine, then attacks it. */
async function survive({ state, lines, hooks }: Attack, folder: string): Promise<void> {
  const { url, requests, close } = await startCollector();
  try {
    const machine = labIn(folder, url);
    const { home } = machine;
    const [clean, hit] = [scribe("clean"), scribe("hit")];
    for (const session of [clean, hit]) {
      machine.write(session.sessionId, session.turn({ tools: 2 }));
      machine.event(session.sessionId, { promptId: session.promptIds[0] });
    }
    expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });

    for (const { file, damage } of state) {
      const files = filesBelow(home.root).filter(
        // Damage can look like a newer version's state, which ccotel does not read. Other tests cover that.
        (path) => !path.startsWith(home.inbox) && !path.includes(clean.sessionId),
      );
      if (files.length > 0) damage(files[file % files.length] as string);
    }
    for (const session of [clean, hit]) {
      machine.write(session.sessionId, [...session.turn({ tools: 1 }), ...session.end()]);
      machine.event(session.sessionId, { promptId: session.promptIds[1] });
      machine.event(session.sessionId, { name: "SessionEnd" });
    }
    const transcript = machine.transcript(hit.sessionId);
    const whole = readFileSync(transcript, "utf8").split("\n");
    if (lines.length > 0)
      writeFileSync(transcript, lines.reduce((changed, mutate) => mutate(changed), whole).join("\n"));
    for (const [index, mutations] of hooks.entries()) {
      const input = JSON.stringify({
        session_id: hit.sessionId,
        transcript_path: transcript,
        hook_event_name: "Stop",
        cwd: "/home/dev",
        prompt_id: "p",
      });
      const text = ["TRACEPARENT=00-1-2-3", "CLAUDE_PID=1", "", input];
      const made = mutations.reduce((changed, mutate) => mutate(changed), text);
      writeFileSync(join(home.inbox, `fuzz-${index}.json`), made.join("\n"));
    }

    for (let round = 0; round < 2; round++) {
      const ended = await machine.worker(METRICS);
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
      expect(ended.ms).toBeLessThan(30_000);
      machine.event(clean.sessionId, { name: "SessionEnd" });
    }
    expect(machine.log()).not.toMatch(/TypeError|RangeError|ReferenceError|Maximum call/);
    await runCommands(machine.folder, home.root, machine.claude, url);
    const expected = await backfill(machine, [clean.sessionId]);
    const arrived = arrivals(requests).filter(({ id }) => expected.has(id));
    const ids = new Set(arrived.map(({ id }) => id));
    expect([...expected.keys()].filter((id) => !ids.has(id))).toEqual([]);
    // With an undamaged state, ccotel sends nothing twice or with other content.
    if (state.length > 0) return;
    expect(arrived.length).toBe(ids.size);
    expect(arrived.filter(({ id, text }) => expected.get(id) !== text)).toEqual([]);
  } finally {
    await close();
  }
}

/** Runs commands on the machine. Fails if one of them reports a bug in ccotel (exit code 3). */
async function runCommands(homeDir: string, state: string, claude: string, url: string): Promise<void> {
  const env = { CCOTEL_HOME: state, CLAUDE_CONFIG_DIR: claude, CCOTEL_ENDPOINT: url };
  const projects = join(claude, "projects");
  for (const argv of [
    ["status"],
    ["doctor"],
    ["audit", projects],
    ["show", projects],
    ["export", projects],
  ]) {
    const { exitCode, stderr } = await runTool(argv, { homeDir, env, now: Date.now });
    expect({ argv, bug: exitCode === 3 ? stderr : undefined }).toEqual({ argv, bug: undefined });
  }
}

fuzz("damaged machines", attack, survive);

const settingsText = fc.array(mutation, { maxLength: 5 });

fuzz("damaged settings", settingsText, async (mutations, folder) => {
  const claude = join(folder, "claude");
  const machine = labIn(folder, undefined);
  const session = scribe("shown");
  machine.write(session.sessionId, session.turn({ tools: 1 }));
  const settings = {
    env: { CCOTEL_ENDPOINT: "http://127.0.0.1:9", CCOTEL_CONTENT: "none", OTEL_METRICS_EXPORTER: "otlp" },
    hooks: { Stop: [{ hooks: [{ type: "command", command: "/x/.ccotel/bin/hook.sh Stop" }] }] },
    enabledPlugins: { "ccotel@x": true },
  };
  const text = mutations.reduce(
    (lines, mutate) => mutate(lines),
    JSON.stringify(settings, null, 1).split("\n"),
  );
  const line = mutations.reduce((lines, mutate) => mutate(lines), [JSON.stringify(settings)]);
  for (const content of [text.join("\n"), line.join("\n")]) {
    writeFileSync(join(claude, "settings.json"), content);
    const env = { CLAUDE_CONFIG_DIR: claude, CCOTEL_HOME: machine.home.root };
    for (const argv of [
      ["status"],
      ["doctor", "--offline"],
      ["show", session.sessionId],
      ["configure", "--endpoint", "http://127.0.0.1:9", "--yes", "--dry-run"],
      ["uninstall", "--dry-run"],
    ]) {
      const { exitCode, stderr } = await runTool(argv, { homeDir: folder, env });
      expect({ argv, bug: exitCode === 3 ? stderr : undefined }).toEqual({ argv, bug: undefined });
    }
  }
});
