// An export of a history that is completely delivered only looks at its files, and sends what is new.

import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, test } from "vitest";
import { findAllSessions } from "../../src/files/find-sessions.ts";
import { countReads } from "../support/count-reads.ts";
import { homeOfRecordings } from "../support/home-of-recordings.ts";
import { collector } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";

let homeDir = "";
let env: Record<string, string> = {};
let requestCount: () => number = () => 0;

beforeEach(async () => {
  homeDir = homeOfRecordings("02-tools", "06-thinking", "03-subagents-parallel");
  const { url, requests } = await collector();
  env = { CCOTEL_ENDPOINT: url };
  requestCount = () => requests.length;
});

const state = (...path: string[]) => join(homeDir, ".ccotel", ...path);
const exportAll = (...args: string[]) => runTool(["export", "--all", "--json", ...args], { homeDir, env });
const sessions = () => findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
const destination = () => state("destinations", readdirSync(state("destinations"))[0]!);
async function sent(...args: string[]): Promise<number> {
  const { exitCode, stdout, stderr } = await exportAll(...args);
  expect([exitCode, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout).spansSent;
}

test("a second export --all opens neither the catalog nor a transcript, and sends nothing", async () => {
  expect(await sent()).toBeGreaterThan(0);
  const before = requestCount();
  const full = await exportAll();
  const reads = countReads();
  const { stdout } = await runTool(["export", "--all"], { homeDir, env });
  expect(stdout).toContain("Nothing new: ");
  expect(await exportAll()).toEqual(full);
  expect(reads.opened("catalog.tsv")).toEqual([]);
  expect(reads.opened(".jsonl")).toEqual([]);
  expect(requestCount()).toBe(before);
});

it.each<[string, () => void, (sent: number) => void]>([
  [
    "a new session",
    () => cpSync("examples/demo/projects", join(homeDir, ".claude/projects"), { recursive: true }),
    (sent) => expect(sent).toBeGreaterThan(0),
  ],
  [
    "a session that has grown",
    () => {
      const { path } = sessions()[0]!;
      const lines = readFileSync(path, "utf8");
      const fresh = lines.replace(/"uuid":"(.)/g, (_, first) => `"uuid":"${first === "a" ? "b" : "a"}`);
      appendFileSync(path, fresh.replace(/"(id|promptId|requestId)":"(msg_|req_)?..../g, '"$1":"$2new0'));
    },
    (sent) => expect(sent).toBeGreaterThan(0),
  ],
  [
    "a position whose file was deleted",
    () => {
      const folder = join(destination(), "sessions");
      rmSync(join(folder, readdirSync(folder).find((name) => name.endsWith(".json"))!), { recursive: true });
    },
    (sent) => expect(sent).toBeGreaterThan(0),
  ],
  [
    "a destination whose folder was deleted",
    () => rmSync(destination(), { recursive: true }),
    (sent) => expect(sent).toBeGreaterThan(10),
  ],
  ["a catalog that was deleted", () => rmSync(state("catalog.tsv")), (sent) => expect(sent).toBe(0)],
  [
    "damaged notes in the history folder",
    () => {
      for (const name of readdirSync(state("history")))
        writeFileSync(
          state("history", name),
          readFileSync(state("history", name), "utf8").replaceAll("1", "2"),
        );
    },
    (sent) => expect(sent).toBe(0),
  ],
])(
  "an export after a complete one sends what is missing, and nothing twice: %s",
  async (_, change, check) => {
    await sent();
    await sent();
    expect(existsSync(state("history"))).toBe(true);
    change();
    check(await sent());
    expect(await sent()).toBe(0);
  },
);

test("the next export sends metrics that the backend did not accept, even if no session has anything new", async () => {
  let isDown = true;
  const { url, requests } = await collector((request) =>
    isDown && request.signal === "metrics" ? { status: 503 } : undefined,
  );
  env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "on" };
  const metrics = () => requests.filter(({ signal }) => signal === "metrics").length;
  expect((await exportAll("--metrics")).exitCode).toBe(1);
  expect(await sent()).toBe(0);
  expect(metrics()).toBeGreaterThan(0);
  const failed = metrics();
  isDown = false;
  expect(await sent()).toBe(0);
  expect(metrics()).toBeGreaterThan(failed);
  const accepted = metrics();
  expect([await sent(), await sent()]).toEqual([0, 0]);
  expect(metrics() - accepted).toBeLessThanOrEqual(1);
});

test("another destination gets everything, and --resend sends everything again", async () => {
  const first = await sent();
  await sent();
  const other = await collector();
  const { stdout } = await exportAll("--endpoint", other.url);
  expect(JSON.parse(stdout).spansSent).toBe(first);
  expect(await sent("--resend")).toBe(first);
});
