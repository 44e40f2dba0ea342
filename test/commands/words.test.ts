import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildWorker, lab } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { sessionsOf } from "../support/read-in-memory.ts";
import { filesUnder, recording } from "../support/recordings.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { plant } from "../support/transcripts/planted-fields.ts";

beforeAll(buildWorker);

/** Fields that contain names which users or programs choose. */
const NAMES = [
  "model",
  "requestedModel",
  "name",
  "stop_reason",
  "gitBranch",
  "entrypoint",
  "version",
  "effort",
];
const MORE = [
  "promptId",
  "origin",
  "turnOrigin",
  "toolDenialKind",
  "subagent_type",
  "agentType",
  "description",
];

/** A folder with a copy of a recording in which all these fields hold the word. */
function plantedCopy(fields: string[], word: string): string {
  const { folder } = recording("two-models");
  const copy = temporaryFolder();
  for (const { path, text } of plant(sessionsOf(recording("two-models")).flat(), fields, word)) {
    const place = join(copy, relative(folder, path));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  return copy;
}

describe.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "a recording in which every name is %s",
  (word) => {
    const planted = (...fields: string[]) => plantedCopy([...NAMES, ...MORE, ...fields], word);
    const env = { CCOTEL_CONTENT: "full", CCOTEL_METRIC_ATTRIBUTES: "project" };

    it("is exported with as many spans as the original", async () => {
      const { url, requests } = await collector();
      const original = await collector();
      const run = (folder: string, to: string) => runTool(["export", folder, "--endpoint", to], { env });
      const { exitCode, stderr } = await run(planted(), url);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      await run(recording("two-models").folder, original.url);
      const spans = spansOf(...requests);
      expect(spans.length).toBe(spansOf(...original.requests).length);
      expect(spans.map(({ name }) => name)).toContain(`chat ${word}`);
      expect(spans.map(({ name }) => name)).toContain(`execute_tool ${word}`);
    });

    it("has no difference in audit, and works in the other commands", async () => {
      const folder = planted();
      const audit = await runTool(["audit", folder]);
      expect(audit.stdout).toContain("What ccotel reads is what the transcript holds.");
      expect(audit.exitCode).toBe(0);
      for (const argv of [["show"], ["show", "--json"], ["errors", "--json"], ["export", "--dry-run"]]) {
        const { exitCode, stdout, stderr } = await runTool([...argv, folder], { env });
        expect({ argv, exitCode, stderr }).toEqual({ argv, exitCode: 0, stderr: "" });
        expect(stdout).not.toContain("NaN");
        expect(stdout).not.toContain("[native code]");
      }
    });

    it("is delivered by the worker, also with the word as session id, and its state is kept", async () => {
      const { url, requests } = await collector();
      const { place, transcript, event, worker, saved, inbox, log } = lab(url);
      const copy = planted("sessionId");
      const [main] = filesUnder(copy).filter((path) => /projects\/[^/]+\/[^/]+\.jsonl$/.test(path));
      mkdirSync(dirname(transcript(word)), { recursive: true });
      copyFileSync(main as string, transcript(word));
      const traceparent = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
      event(word, { name: "SessionStart", env: { TRACEPARENT: traceparent("1") } });
      event(word, { promptId: word, env: { TRACEPARENT: traceparent("2"), ["__proto__"]: "x" } });
      event(word, { name: "SessionEnd" });
      const ended = await worker({ CCOTEL_CONTENT: "full", CCOTEL_METRICS: "on" });
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
      expect(inbox()).toEqual([]);
      expect(spansOf(...requests).length).toBeGreaterThan(3);
      expect(saved(word)?.read.session.sessionId).toBe(word);
      expect(log()).not.toMatch(/TypeError|cannot/i);
      const metrics = readFileSync(place.metrics, "utf8");
      expect(metrics).toContain(word);
      expect(metrics).not.toContain("null");
    });

    it("may come with settings that have the word as a key", async () => {
      const homeDir = temporaryFolder();
      const settings = `{"${word}": {"env": {"CCOTEL_ENDPOINT": "http://evil.example"}}, "env": {"${word}": "x"},
      "hooks": {"${word}": [{"hooks": [{"type": "command", "command": "true"}]}]}, "enabledPlugins": {"${word}": true}}`;
      mkdirSync(join(homeDir, ".claude"));
      writeFileSync(join(homeDir, ".claude/settings.json"), settings);
      const doctor = await runTool(["doctor"], { homeDir });
      expect(doctor.exitCode).toBeLessThan(3);
      expect((await runTool(["status"], { homeDir })).exitCode).toBeLessThan(3);
      expect(doctor.stdout + doctor.stderr).not.toContain("evil");
      const flags = ["--endpoint", "http://127.0.0.1:9", "--header", `${word}=x`, "--yes"];
      const configured = await runTool(["configure", ...flags, "--no-test"], { homeDir });
      expect(configured.exitCode).toBeLessThan(3);
    });
  },
);
