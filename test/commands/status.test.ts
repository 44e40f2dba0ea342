import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runHook } from "../../src/hook/run-hook.ts";
import { homeAt } from "../../src/state/home.ts";
import { hookFactsFile } from "../../src/state/position/hook-facts.ts";
import { realWorld } from "../../src/state/world.ts";
import { runWorker } from "../../src/worker/worker.ts";
import { widest } from "../support/home-of-recordings.ts";
import { collector, faults, inTurn } from "../support/otlp-server.ts";
import { type Machine, machine } from "../support/setup-machine.ts";
import { SESSION, turn, writeTranscript } from "../support/transcripts/command-transcript.ts";

const TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789";
const statusOf = async (m: Machine) => JSON.parse((await m.run(["status", "--json"])).stdout);
const configure = (m: Machine, url: string, ...more: string[]) =>
  m.run(["configure", "--preset", "otel-collector", "--endpoint", url, "--yes", "--no-check", ...more]);

/** Runs the hook and a worker, as after a turn. */
async function turnEnds(m: Machine, path: string, event = "SessionStart"): Promise<void> {
  const env = { CLAUDE_CONFIG_DIR: join(m.homeDir, ".claude") };
  const input = { session_id: SESSION, transcript_path: path, hook_event_name: event };
  runHook({ home: m.state, worker: "", env, readInput: () => JSON.stringify(input) });
  await runWorker(realWorld(homeAt(m.state), env));
}

/** Sets up a machine with a turn that its backend does not accept. */
async function machineWithWaitingTurn() {
  const { url } = await collector(
    inTurn(...Array.from({ length: 20 }, () => faults.status(401, "no such key"))),
  );
  const m = machine();
  await configure(m, url);
  const path = writeTranscript(join(m.homeDir, ".claude"), 2);
  await turnEnds(m, path);
  return { m, url, path };
}

describe("status", () => {
  it("says what to do if nothing is set up", async () => {
    const m = machine();
    const { exitCode, stdout, stderr } = await m.run(["status"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("Not installed: your settings have no ccotel hooks, and the plugin is missing.");
    expect(stdout).toContain("Nothing was delivered yet.");
    expect(stdout).toMatch(/ccotel configure sets it up\.\n$/);
    expect(m.files()).toEqual([]);
  });

  it("masks a key in the path of an address that an earlier version has stored", async () => {
    const { url } = await collector(() => ({ status: 401 }));
    const key = "a8Fk29Xl0qPz73Mn4RtY";
    const m = machine();
    await configure(m, `${url}/${key}`);
    await turnEnds(m, writeTranscript(join(m.homeDir, ".claude"), 2));
    const [folder = ""] = readdirSync(join(m.state, "destinations"));
    const file = join(m.state, "destinations", folder, "state.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("a8Fk****", key));
    expect(readFileSync(file, "utf8")).toContain(`/${key}/v1/traces denies access`);
    const outputs = [await m.run(["status"]), await m.run(["status", "--json"]), await m.run(["doctor"])];
    for (const { stdout } of outputs) {
      expect(stdout.replace(/\s+/g, " ")).toContain("a8Fk****/v1/traces denies access");
      expect(stdout).not.toContain(key);
    }
  });

  it("shows the hooks, the versions and each setting with its source, and no secret", async () => {
    const m = machine();
    const headers = ["--header", `authorization=Bearer ${TOKEN}`, "--secrets", "settings"];
    await configure(m, "https://user:hunter2@backend.example", ...headers, "--native", "metrics,logs");
    const { stdout } = await m.run(["status"], {
      env: { PATH: join(m.homeDir, "bin"), CCOTEL_CONTENT: "details" },
    });
    expect(stdout).toMatch(/^ccotel \d+\.\d+\.\d+\S*, Claude Code 2\.1\.329, Node \d+/);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      `Hook entries for Stop, SessionEnd, SessionStart in ${m.settingsPath}, which run ${m.state}/bin/hook.sh Programs of ccotel`,
    );
    expect(stdout).toMatch(/CCOTEL_CONTENT +details +environment/);
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /CCOTEL_HEADERS authorization=Bearer abcd\*\*\*\* \(CCOTEL_HEADERS \(settings\.json\)/,
    );
    expect(stdout).not.toContain("CCOTEL_TRACE_SCOPE");
    expect(stdout).toMatch(/\d+ other settings have their defaults; --all shows them\./);
    const all = await m.run(["status", "--all"]);
    expect(all.stdout).toMatch(/CCOTEL_TRACE_SCOPE +session +default/);
    expect(stdout).toContain("metrics: otlp to https://****@backend.example");
    expect(stdout).not.toMatch(/hunter2|klmnop/);
    expect(JSON.stringify(await statusOf(m))).not.toMatch(/hunter2|klmnop/);
  });

  it("shows no key in the path of an address; neither does any other command, the log, or what is kept", async () => {
    const key = "k3v9x2m7q4w8z1n6b5t0";
    const repeats = ({ path }: { path: string }) => ({ status: 404, body: `Cannot POST ${path}` });
    const accepts = () => ({});
    const { url } = await collector(inTurn(repeats, repeats, repeats, repeats, accepts, accepts, repeats));
    const m = machine();
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    const said: string[] = [];
    const run = async (...words: string[]) => {
      const { stdout, stderr } = await m.run(words);
      said.push(stdout, stderr);
    };
    const setUp = ["configure", "--preset", "otel-collector", "--endpoint", `${url}/${key}`, "--yes"];
    for (const more of [["--dry-run"], [], ["--no-check", "--native", "metrics"], ["--json"]])
      await run(...setUp, ...more);
    await turnEnds(m, path);
    await run("status");
    for (const words of [["doctor"], ["status", "--all"], ["status", "--json"], ["export", "--all"]])
      await run(...words, ...(words.length > 1 ? [] : ["--json"]));
    await run("export", "--all", "--to", key.slice(0, 4));
    await run("uninstall", "--dry-run");
    // What configure wrote is kept as it is, so that uninstall recognises it.
    const own = m.files().filter((file) => /^\.ccotel\/(?!installation\.json)/.test(file));
    const kept = own.filter((file) => m.read(join(m.homeDir, file)).includes(key));
    expect(kept).toEqual([]);
    expect(said.join("\n")).toContain(`${key.slice(0, 4)}****`);
    expect(said.join("\n")).not.toContain(key);
  });

  it("shows no address of a signal that is off", async () => {
    const m = machine();
    await configure(m, "https://backend.example", "--metrics", "off");
    const { stdout } = await m.run(["status"]);
    expect(stdout).toContain("https://backend.example/v1/traces");
    expect(stdout).not.toContain("/v1/metrics");
  });

  it("does not say that nothing was delivered after an export", async () => {
    const { url } = await collector();
    const m = machine();
    writeTranscript(join(m.homeDir, ".claude"), 2);
    const sent = await m.run(["export", "--all", "--endpoint", url]);
    expect(sent.exitCode).toBe(0);
    const { stdout } = await m.run(["status"]);
    expect(stdout).toMatch(/LAST DELIVERY\n.* \d+ spans, \d+ s ago/);
    expect(stdout).not.toContain("Nothing was delivered yet.");
    expect(stdout).toMatch(/Last delivery: \d+ s ago\./);
  });

  it("shows the project of a session that could not be sent again, and of one that was never read", async () => {
    const { url } = await collector(inTurn(faults.status(200), faults.status(401, "no such key")));
    const m = machine();
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    const project = async () =>
      (await statusOf(m)).sessions.map(({ project: of }: { project: string }) => of);
    expect((await m.run(["export", "--all", "--endpoint", url])).exitCode).toBe(0);
    const sent = await project();
    expect(sent).toEqual([expect.any(String)]);
    expect((await m.run(["export", "--all", "--resend", "--endpoint", url])).exitCode).toBe(1);
    expect(await project()).toEqual(sent);
    rmSync(path);
    expect((await m.run(["status"])).stdout).toMatch(new RegExp(`${SESSION} +- +`));
  });

  it("says how many sessions there are besides those that it shows", async () => {
    const { url } = await collector();
    const m = machine();
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    const text = readFileSync(path, "utf8");
    for (let index = 10; index < 21; index++) {
      const renamed = (part: string) => part.replaceAll(SESSION, SESSION.replace(/..$/, String(index)));
      writeFileSync(renamed(path), renamed(text).replace(/(prompt|answer|msg|p)-/g, `$1-${index}-`));
    }
    // Of an empty transcript, as clients of 2.0 leave it behind, there is nothing to tell.
    writeFileSync(path.replace(SESSION, SESSION.replace(/..$/, "99")), "");
    expect((await m.run(["export", "--all", "--endpoint", url])).exitCode).toBe(0);
    const { stdout } = await m.run(["status"]);
    expect(stdout.match(/\d spans, /g)).toHaveLength(10);
    expect(stdout).toContain("\n  and 2 more\n");
    expect(await statusOf(m)).toMatchObject({ sessionCount: 12 });
    const narrow = await m.run(["status"], { columns: 70 });
    expect(narrow.stdout).toMatch(/ shop {5}6 spans, /);
    expect(widest(narrow.stdout)).toBeLessThanOrEqual(70);
  });

  it("shows the plugin, also if it is disabled", async () => {
    const m = machine();
    await configure(m, "http://localhost:4318", "--plugin");
    expect((await statusOf(m)).installed).toEqual([
      { form: "plugin", id: "ccotel@skills-dir", enabled: true },
    ]);
    m.putSettings((m.settings() ?? "").replace("{", '{ "enabledPlugins": { "ccotel@skills-dir": false },'));
    expect((await m.run(["status"])).stdout).toContain("Plugin ccotel@skills-dir, disabled");
  });

  it("shows what waits, since when, and the last failure", async () => {
    const { m, path } = await machineWithWaitingTurn();
    const failed = await statusOf(m);
    expect(failed.backlog).toMatchObject({ sessions: 1, turns: 1, bytes: statSync(path).size, events: 1 });
    expect(failed.lastFailure.message).toContain("denies access (401: no such key)");
    expect(failed.sessions).toMatchObject([{ sessionId: SESSION, pending: { turns: 1 } }]);
    const { stdout } = await m.run(["status"]);
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /Waiting: 1 turn in 1 session \(.{1,9} kB\) to be sent, the oldest since .{1,9} ago\./,
    );
    expect(stdout).toMatch(/ccotel doctor says what is wrong and what to do\.\n$/);
  });

  it("counts nothing as waiting after uninstall: neither turns nor the hook events that no worker will read", async () => {
    const { m, url } = await machineWithWaitingTurn();
    expect((await statusOf(m)).backlog).toMatchObject({ sessions: 1, turns: 1 });
    expect((await m.run(["uninstall", "--yes"])).exitCode).toBe(0);
    const status = await statusOf(m);
    expect(status.backlog).toMatchObject({ sessions: 0, turns: 0, bytes: 0, events: 0 });
    expect(status.troubles).toEqual([]);
    const { stdout } = await m.run(["status"]);
    expect(stdout).toContain("Nothing waits.");
    expect((await m.run(["doctor", "--no-send"])).stdout).not.toMatch(/waits|denies access/);
    await configure(m, url);
    expect((await statusOf(m)).backlog).toMatchObject({ sessions: 1, turns: 1 });
  });

  it("shows the backend's last answer for each session", async () => {
    const { url } = await collector(inTurn(faults.partial(2, "too old")));
    const m = machine();
    await configure(m, url);
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    await turnEnds(m, path);
    const status = await statusOf(m);
    expect(status.sessions).toMatchObject([
      { sessionId: SESSION, project: "shop", lastDelivery: { rejected: 2 }, pending: { turns: 0, bytes: 0 } },
    ]);
    expect(status).toMatchObject({ rejectedSpans: 2, backlog: { sessions: 0, turns: 0, events: 0 } });
    expect(status.lastSuccessMs).toBeGreaterThan(0);
    expect((await m.run(["status"])).stdout).toMatch(/shop .* spans?, 2 rejected, \d+ s ago/);
  });

  it("counts finished turns, not the one in progress", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url);
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    await turnEnds(m, path);
    const [prompt] = turn(2);
    appendFileSync(path, `${JSON.stringify(prompt)}\n`);
    const { backlog } = await statusOf(m);
    // The previous turn has ended because the next one has begun. The next one waits for its answer.
    expect(backlog.turns).toBe(1);
  });

  it("counts the turn in which the client was killed: an export sends it", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url);
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    await turnEnds(m, path);
    appendFileSync(path, `${JSON.stringify(turn(2)[0])}\n`);
    const file = hookFactsFile(homeAt(m.state), SESSION);
    const { pid } = spawnSync("true");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), pid }));
    expect((await statusOf(m)).backlog.turns).toBe(2);
    await m.run(["export", "--all"]);
    expect((await statusOf(m)).backlog.turns).toBe(0);
  });

  it("warns if an undelivered transcript is about to be deleted, until it is sent", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url);
    const path = writeTranscript(join(m.homeDir, ".claude"), 2);
    const changed = (days: number) => utimesSync(path, Date.now() / 1000, Date.now() / 1000 - days * 86_400);
    changed(20);
    expect((await statusOf(m)).expiring).toBe(undefined);
    changed(25);
    expect((await statusOf(m)).expiring).toMatchObject({ neverSent: 1, undelivered: 0, days: 30 });
    expect((await m.run(["status"])).stdout).toContain("About to be lost");
    expect((await m.run(["doctor", "--no-send"])).stdout).toContain("transcripts-about-to-go");
    m.putSettings((m.settings() ?? "").replace("{", '{ "cleanupPeriodDays": 90,'));
    expect((await statusOf(m)).expiring).toBe(undefined);
    m.putSettings((m.settings() ?? "").replace("90", "26"));
    expect((await statusOf(m)).expiring).toMatchObject({ days: 26 });
    await m.run(["export", "--all"]);
    expect((await statusOf(m)).expiring).toBe(undefined);
  });

  it("names models without a price", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url);
    const records = turn(0).map((record) =>
      JSON.parse(JSON.stringify(record).replace("claude-opus-5-5", "some-model-9")),
    );
    const path = writeTranscript(join(m.homeDir, ".claude"), 0, [...records, ...turn(1)]);
    await turnEnds(m, path);
    expect((await statusOf(m)).unpricedModels).toEqual(["some-model-9"]);
    expect((await m.run(["status"])).stdout).toContain("Models without a known price: some-model-9.");
  });

  it("changes nothing, and works with damaged files", async () => {
    const { url } = await collector(faults.status(503));
    const m = machine();
    await configure(m, url);
    await turnEnds(m, writeTranscript(join(m.homeDir, ".claude"), 1));
    writeFileSync(join(m.state, "sessions", "damaged.json"), "{");
    writeFileSync(join(m.state, "inbox", "damaged.json"), "{");
    writeFileSync(join(m.state, "metrics.json"), "{");
    writeFileSync(join(m.state, "delivery.json"), "{");
    const before = m.files().map((path) => [path, statSync(join(m.homeDir, path)).mtimeMs]);
    expect((await m.run(["status"])).exitCode).toBe(0);
    expect(m.files().map((path) => [path, statSync(join(m.homeDir, path)).mtimeMs])).toEqual(before);
    expect(readdirSync(join(m.state, "inbox"))).toContain("damaged.json");
  });
});
