// The cost of the page of `ccotel view` in a real browser, for a session of 20,000 spans and a list of 20,000 sessions:
//
//   node lab/bench/page.mjs [--spans 20000] [--sessions 20000] [--rounds 5]
//
// Times are ratios within one run. The time to the first useful paint is compared with that of the same page with a
// quarter of the data (with linear growth at most 4) and with `JSON.parse` of every line of the session. The time of a
// frame while panning is compared with the same page with a quarter of the data. Exits with 1 if a limit is exceeded.
// Needs Chromium (CHROMIUM=PATH).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { writeCorpus } from "./lib/corpus.mjs";
import { removeFolder } from "./lib/machine.mjs";
import { writeManySessions } from "./lib/many.mjs";
import { median } from "./lib/rounds.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const BUILT = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const { values } = parseArgs({
  options: {
    spans: { type: "string", default: "20000" },
    sessions: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
  },
});

if (!existsSync(CHROMIUM)) {
  console.log("Skipped: no Chromium (apt-get install chromium, or CHROMIUM=/path/to/it).");
  process.exit(0);
}
const views = [];
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-page-"));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const verdict = createVerdict();
  await session(verdict, Number(values.spans), Number(values.rounds));
  await list(verdict, Number(values.sessions), Number(values.rounds));
  process.exitCode = verdict.failures.length === 0 ? 0 : 1;
} finally {
  for (const child of views) child.kill();
  await browser.close();
  removeFolder(folder);
}

async function session(verdict, spans, rounds) {
  const large = ofSpans(spans, 1);
  const small = ofSpans(spans / 4, 2);
  const [a, b] = [await startView(large.configDir, large.path), await startView(small.configDir, small.path)];
  const [ratios, floors, work] = [[], [], []];
  let last = {};
  for (let round = 0; round < rounds; round++) {
    const [slow, quick] = [await paint(a.url), await paint(b.url)];
    ratios.push(slow.ms / quick.ms);
    floors.push(slow.ms / parseMs(large.path));
    work.push(slow.workMs / quick.workMs);
    last = slow;
  }
  console.log(
    `     session of ${spans} spans (${(statSync(large.path).size / 1e6).toFixed(0)} MB): server ${rssMb(a.pid)} MB, page ${last.heapMb} MB, sent ${last.sentMb} MB, ${last.frames} frames in a second of panning`,
  );
  verdict.ratio("first useful paint of a session / of one with a quarter of its spans", ratios, 5);
  verdict.ratio("first useful paint of a session / JSON.parse of its lines", floors, 15);
  verdict.ratio("work of a frame while panning / with a quarter of the spans", work, 5);
  verdict.ratio("times that a session is sent", [last.sessionsSent], 1);
  a.stop();
  b.stop();
}

async function list(verdict, sessions, rounds) {
  const [large, small] = [ofSessions(sessions, "many"), ofSessions(sessions / 4, "few")];
  const [a, b] = [await startView(large), await startView(small)];
  const first = [];
  const whole = [];
  // The first round reads all sessions, the others find them in the catalog.
  for (let round = -1; round < rounds; round++) {
    const [slow, quick] = [await listed(a.url), await listed(b.url)];
    if (round < 0)
      console.log(
        `     list of ${sessions} sessions, never read before: whole after ${(slow.wholeMs / 1000).toFixed(1)} s`,
      );
    else {
      first.push(slow.firstMs / quick.firstMs);
      whole.push(slow.wholeMs / quick.wholeMs);
    }
  }
  console.log(`     list of ${sessions} sessions: server ${rssMb(a.pid)} MB`);
  verdict.ratio("first rows of a list / of one with a quarter of its sessions", first, 5);
  verdict.ratio("a whole list / one with a quarter of its sessions", whole, 6);
  a.stop();
  b.stop();
}

/** Measures the time until the figures appear, and the time of frames while the timeline moves for a second. */
async function paint(url) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  let sessionsSent = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/session?")) sessionsSent++;
  });
  const devTools = await page.context().newCDPSession(page);
  await devTools.send("Performance.enable");
  const metrics = async () =>
    Object.fromEntries(
      (await devTools.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]),
    );
  const started = performance.now();
  await page.goto(url);
  await page.locator(".facts").waitFor();
  const ms = performance.now() - started;
  // The audit runs at the same time. Wait for its end before measuring.
  await page
    .getByText(/sum of its own|own sum/)
    .first()
    .waitFor({ timeout: 300_000 });
  await page.locator(".rows").focus();
  for (let zoom = 0; zoom < 6; zoom++) await page.keyboard.press("+");
  const before = await metrics();
  const frames = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const rows = document.querySelector(".rows");
        const end = performance.now() + 1000;
        let count = 0;
        const step = () => {
          count++;
          rows.dispatchEvent(
            new KeyboardEvent("keydown", {
              key: count % 20 < 10 ? "ArrowRight" : "ArrowLeft",
              bubbles: true,
            }),
          );
          if (performance.now() < end) requestAnimationFrame(step);
          else resolve(count);
        };
        requestAnimationFrame(step);
      }),
  );
  const after = await metrics();
  const sent = await page.evaluate(() =>
    performance.getEntriesByType("resource").reduce((sum, { transferSize }) => sum + transferSize, 0),
  );
  await page.close();
  return {
    ms,
    frames,
    workMs: (1000 * (after.TaskDuration - before.TaskDuration)) / frames,
    heapMb: Math.round(after.JSHeapUsedSize / 1e6),
    sentMb: (sent / 1e6).toFixed(1),
    sessionsSent,
  };
}

async function listed(url) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const started = performance.now();
  await page.goto(url);
  await page.locator("tr.session-row").first().waitFor();
  const firstMs = performance.now() - started;
  await page.getByText(/^[\d,]+ sessions$/).waitFor({ timeout: 300_000 });
  const wholeMs = performance.now() - started;
  await page.close();
  return { firstMs, wholeMs };
}

function ofSpans(spans, seed) {
  const configDir = join(folder, `spans-${seed}`);
  // About 600 requests and calls a megabyte without large results; grown until there are enough.
  for (let megabytes = spans / 600; ; megabytes *= 1.5) {
    const { path, counts } = writeCorpus(configDir, { megabytes, seed });
    if (counts.requests + counts.toolCalls + counts.turns >= spans) return { configDir, path };
    removeFolder(configDir);
  }
}

function ofSessions(sessions, name) {
  const configDir = join(folder, name);
  writeManySessions(configDir, sessions);
  return configDir;
}

async function startView(configDir, ...targets) {
  const child = spawn(process.execPath, [BUILT, "view", "--no-open", ...targets], {
    env: { PATH: process.env.PATH, HOME: join(configDir, "home"), CLAUDE_CONFIG_DIR: configDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  views.push(child);
  const [line] = await once(child.stdout, "data");
  return { url: String(line).trim(), pid: child.pid, stop: () => child.kill() };
}

function parseMs(path) {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    for (const line of lines) JSON.parse(line);
    return performance.now() - started;
  });
  return median(times);
}

/** Resident memory in MB. Works only on Linux; elsewhere "?". */
function rssMb(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return "?";
  }
}
