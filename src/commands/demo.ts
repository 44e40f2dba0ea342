import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
// Types only: the collector and its schema are a separate bundle that only this command loads.
import type { ReceivedSpan, ReceivedTraces } from "../collector/collector.ts";
import { findSessions } from "../files/find-sessions.ts";
import { createAppraiser } from "../pricing/price-request.ts";
import { toJson } from "../printable.ts";
import { type AnySpan, toNode } from "../report/node.ts";
import { drawSession } from "../report/session.ts";
import { DEFAULT_OPTIONS } from "../session/options.ts";
import { summarize } from "../session/sums/summary.ts";
import { plural } from "../units.ts";
import { piecesOfSession } from "./reading/pieces-of-session.ts";

/** `ccotel demo`: exports a recorded session with the built program to a collector in this process. */
export const run: Run = async (input, io) => {
  const isJson = input.flags.json === true;
  const remarks = isJson ? io.stderr : io.stdout;
  const { startCollector } = createRequire(io.program)(
    "./collector.cjs",
  ) as typeof import("../collector/collector.ts");
  const received: ReceivedTraces[] = [];
  const collector = await startCollector({ onTraces: (traces) => received.push(...traces) });
  try {
    await write(remarks, `A collector listens at ${collector.url}; a recorded session goes there.\n\n`);
    const sent = await exportRecording(collector.url, io);
    if (sent.exitCode !== 0) {
      await write(io.stderr, `The export failed:\n${sent.output}`);
      return 1;
    }
    await write(io.stdout, drawReceived(received, isJson, io));
    const spans = received.reduce((sum, traces) => sum + traces.spans.length, 0);
    const requests = plural(collector.requests.length, "request");
    await write(remarks, farewell(`${plural(spans, "span")} in ${requests} of protobuf over HTTP`, io));
    return 0;
  } finally {
    await collector.close();
  }
};

/** Runs the built program as a user would, without this user's settings and state. */
async function exportRecording(endpoint: string, io: Io): Promise<{ exitCode: number; output: string }> {
  const home = await mkdtemp(join(tmpdir(), "ccotel-demo-"));
  // SystemRoot: on Windows a process without it has no network.
  const env = {
    CCOTEL_HOME: home,
    CLAUDE_CONFIG_DIR: home,
    CCOTEL_ENDPOINT: endpoint,
    SystemRoot: io.env.SystemRoot,
  };
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [io.program, "export", recordingOf(io)], {
        env,
        stdio: ["ignore", "pipe", "pipe"],
        windowsHide: true,
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * Draws the received spans as a tree, with the totals of the recording below it. With `isJson`, returns one line a
 * span.
 */
function drawReceived(received: readonly ReceivedTraces[], isJson: boolean, io: Io): string {
  const spans = received.flatMap((traces) => traces.spans).map(fromWire);
  if (isJson)
    return spans
      .map(spanJson)
      .map((span) => toJson(span))
      .join("");
  const nodes = spans.map((span) => toNode(span));
  const [session] = findSessions([recordingOf(io)], { configDir: recordingOf(io), cwd: io.cwd });
  if (session === undefined) throw new Error("The demo's recording is missing next to the program.");
  const options = { ...DEFAULT_OPTIONS, appraise: createAppraiser() };
  const pieces = [...piecesOfSession(session, options, { goesOn: false })].flat();
  return drawSession(session.sessionId, nodes, summarize(pieces), styleOf(io));
}

function recordingOf(io: Io): string {
  return join(dirname(io.program), "demo");
}

function spanJson({ name, startMs, endMs, attributes }: AnySpan) {
  return { schema: 1, name, start: new Date(startMs).toISOString(), durationMs: endMs - startMs, attributes };
}

function fromWire(span: ReceivedSpan): AnySpan {
  return {
    ...span,
    startMs: Number(span.startNs) / 1e6,
    endMs: Number(span.endNs) / 1e6,
    isError: span.status.code === "ERROR",
  };
}

function farewell(what: string, io: Io): string {
  // In a clone nothing is installed; npx finds the built program.
  const isClone = dirname(dirname(io.program)) === io.cwd;
  const page = `${isClone ? "npx " : ""}ccotel view ${isClone ? "examples/demo" : recordingOf(io)}`;
  return [
    "",
    `That is what the collector received: ${what}.`,
    `The same session as a page in your browser: ${page}`,
    "Your own: ccotel show draws the newest session of the folder you are in,",
    "ccotel export --all --endpoint http://localhost:4318 sends all of them.",
    "",
  ].join("\n");
}
