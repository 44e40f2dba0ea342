import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTool } from "../../support/run-tool.ts";
import { answer, call, prompt, result, stop } from "../../support/transcripts/scripted-session.ts";

/** USD per million tokens: input, output, cache read, cache write for five minutes, for an hour. */
const PRICES = {
  "claude-opus-5-5": [4, 20, 0.2, 5, 8],
  "claude-sonnet-5": [2, 10, 0.2, 2.5, 4],
  "claude-haiku-4-5": [1, 5, 0.1, 1.25, 2],
} as const;
type Model = keyof typeof PRICES;
const MODELS = Object.keys(PRICES) as Model[];
const DAYS = ["2026-09-30", "2026-10-01", "2026-10-02", "2026-10-05"];

/** The generator's own sums, exact because each price is a whole number of tenths of a micro-dollar per token. */
const own = { requests: 0, turns: 0, toolCalls: 0, failed: 0, micro: 0 };
const microOfDay = new Map<string, number>();
const microOfModel = new Map<string, number>();
let homeDir = "";
let random = 7;

/** A random integer below `below`. The numbers are the same in every run. */
function next(below: number): number {
  random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((random / 2_147_483_648) * below);
}

function usage(model: Model, day: string) {
  const [input, output, read, write, hour] = [next(50), next(900), next(90_000), next(4_000), next(300)];
  const [a, b, c, d, e] = PRICES[model];
  const micro = input * a + output * b + read * c + write * d + hour * e;
  own.micro += micro;
  microOfDay.set(day, (microOfDay.get(day) ?? 0) + micro);
  microOfModel.set(model, (microOfModel.get(model) ?? 0) + micro);
  own.requests++;
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write + hour,
    cache_creation: { ephemeral_5m_input_tokens: write, ephemeral_1h_input_tokens: hour },
  };
}

function session(index: number): string {
  const sessionId = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const day = DAYS[next(DAYS.length)] as string;
  const records = Array.from({ length: 1 + next(3) }, (_, nth) => {
    own.turns++;
    const model = MODELS[next(MODELS.length)] as Model;
    const [at, id] = [nth * 100, `${index}-${nth}`];
    const isFailed = next(5) === 0;
    own.toolCalls++;
    own.failed += Number(isFailed);
    const as = (name: string, block: Parameters<typeof answer>[2], seconds: number) => {
      const record = answer(seconds, `msg-${name}-${id}`, block, {
        usage: usage(model, day),
        requestedModel: model,
      });
      return { ...record, message: { ...(record.message as object), model } };
    };
    return [
      prompt(at),
      as("a", call(`call-${id}`, "Bash", { command: "ls" }), at + 1),
      result(at + 2, `call-${id}`, { is_error: isFailed }),
      as("b", "Done.", at + 3),
      stop(at + 4),
    ];
  }).flat();
  const lines = records.map((record) => {
    const { timestamp } = record as { timestamp: string };
    return `${JSON.stringify({ ...record, sessionId, timestamp: `${day}${timestamp.slice(10)}` })}\n`;
  });
  const folder = join(homeDir, `.claude/projects/-home-dev-app${index % 3}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${sessionId}.jsonl`), lines.join(""));
  return sessionId;
}

async function stats(...flags: string[]) {
  const { stdout } = await runTool(["stats", "--json", "--timezone", "UTC", ...flags], { homeDir });
  return JSON.parse(stdout);
}
const sum = (rows: Record<string, number>[], key: string) =>
  rows.reduce((total, row) => total + (row[key] ?? 0), 0);

describe("stats of generated sessions", () => {
  beforeAll(() => {
    homeDir = mkdtempSync(join(tmpdir(), "ccotel-test-"));
    for (let index = 0; index < 150; index++) session(index);
  });

  afterAll(() => rmSync(homeDir, { recursive: true, force: true }));

  it("has the costs of each day as generated, and as show prints them, to the micro-dollar", async () => {
    const { rows, total } = await stats("--by", "day");
    const micro = Math.round(own.micro);
    expect(total).toMatchObject({ sessions: 150, requests: own.requests, turns: own.turns });
    expect(total).toMatchObject({
      toolCalls: own.toolCalls,
      failedToolCalls: own.failed,
      costMicroUsd: micro,
    });
    expect(sum(rows, "costMicroUsd")).toBe(micro);
    expect(rows.map(({ day }: { day: string }) => day)).toEqual(DAYS);
    for (const { day, costMicroUsd } of rows)
      expect(Math.abs(costMicroUsd - (microOfDay.get(day) ?? 0))).toBeLessThan(1);
    const shown = await runTool(["show", join(homeDir, ".claude/projects"), "--json"], { homeDir });
    const totals = shown.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).totals);
    expect(Math.round(sum(totals, "costUsd") * 1e6)).toBe(micro);
    for (const key of [
      "requests",
      "turns",
      "toolCalls",
      "input",
      "output",
      "cacheRead",
      "cacheWrite5m",
      "cacheWrite1h",
    ])
      expect(sum(rows, key)).toBe(sum(totals, key));
  });

  it.each([
    "hour",
    "week",
    "month",
    "project",
    "model",
    "session",
    "agent",
    "branch",
    "day,model",
    "project,week,model",
  ])("by %s adds up to the total", async (by) => {
    const { rows, total, by: grouping } = await stats("--by", by);
    expect(grouping).toEqual(by.split(","));
    expect(sum(rows, "costMicroUsd")).toBe(Math.round(own.micro));
    expect(sum(rows, "requests")).toBe(total.requests);
    for (const { costMicroUsd } of rows) expect(Number.isInteger(costMicroUsd)).toBe(true);
  });

  it("has the cost of each model as generated; --breakdown groups by model, --model selects one", async () => {
    const { rows } = await stats("--by", "model");
    for (const { model, costMicroUsd } of rows)
      expect(Math.abs(costMicroUsd - (microOfModel.get(model) ?? 0))).toBeLessThan(1);
    expect((await stats("--breakdown")).by).toEqual(["day", "model"]);
    expect((await stats("--model", "HAIKU")).total.costMicroUsd).toBe(
      Math.round(microOfModel.get("claude-haiku-4-5") ?? 0),
    );
  });

  it("accepts days, months, times and durations in --since and --until", async () => {
    const of = async (...flags: string[]) =>
      (await stats("--by", "day", ...flags)).rows.map(({ day }: { day: string }) => day);
    expect(await of("--since", "2026-10-01")).toEqual(DAYS.slice(1));
    expect(await of("--since", "20261001", "--until", "2026-10-01")).toEqual(["2026-10-01"]);
    expect(await of("--until", "2026-09")).toEqual(["2026-09-30"]);
    expect(await of("--since", "2026-10")).toEqual(DAYS.slice(1));
    // It is 2026-11-21 12:00.
    expect(await of("--since", "51d")).toEqual(DAYS.slice(2));
    expect(await of("--since", "7w", "--until", "2026-10-04")).toEqual([]);
    expect(await of("--since", "2026-10-02T08:00", "--until", "2026-10-02 10:00")).toEqual(["2026-10-02"]);
    expect(await of("--since", "2026-10-02T12:00", "--until", "2026-10-03")).toEqual([]);
  });

  it("follows --timezone, --start-of-week and --project", async () => {
    const zoned = await runTool(["stats", "--json", "--timezone", "Pacific/Honolulu"], { homeDir });
    expect(JSON.parse(zoned.stdout).rows[0].day).toBe("2026-09-29");
    const weeks = async (...flags: string[]) =>
      (await stats("--by", "week", ...flags)).rows.map(({ week }: { week: string }) => week);
    expect(await weeks()).toEqual(["2026-09-28", "2026-10-05"]);
    expect(await weeks("--start-of-week", "sunday")).toEqual(["2026-09-27", "2026-10-04"]);
    expect(await weeks("--start-of-week", "fri")).toEqual(["2026-09-25", "2026-10-02"]);
    const { rows } = await stats("--by", "project");
    expect((await stats("--project", rows[0].project)).total.costMicroUsd).toBe(rows[0].costMicroUsd);
  });
});
