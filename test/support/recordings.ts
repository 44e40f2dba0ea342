import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TraceScope } from "../../src/choices.ts";
import type { ReadOptions } from "../../src/files/feed.ts";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState, type ReadState } from "../../src/files/read-state.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import type { Finished } from "../../src/session/model.ts";
import { DEFAULT_OPTIONS, type SessionOptions } from "../../src/session/options.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { usualName } from "./span-names.ts";

/** A folder with what one or more processes of the client wrote, and what the scripted API knows about it. */
export interface Recording {
  name: string;
  folder: string;
}

/** What the API that answered the recorded client counted: `expected.json`. */
export interface Expected {
  /** Null where nobody counted them. */
  turns: number | null;
  /** Responses that were sent to their end. */
  completed: number;
  /** Request ids of those that the client writes nowhere. */
  completedNotInTranscript: string[];
  toolCalls: number;
  /** Agents that a tool call started. */
  subagents: number;
  tokensByModelInTranscript: Record<string, ExpectedTokens>;
  /** Claude Code's own last sum of each session that has one. */
  totalCostUSD: Record<string, number>;
  /** Responses that the transcript has, with true times in epoch ms; `cut` ones were not sent to their end. */
  requests: ExpectedRequest[];
}

export interface ExpectedTokens {
  requests: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
}

export interface ExpectedRequest {
  messageId: string;
  requestId: string;
  requestedModel: string;
  received: number;
  firstToken: number;
  finished: number;
  cut?: true;
}

/** How the tests read: with list prices. */
export const OPTIONS: SessionOptions = { ...DEFAULT_OPTIONS, appraise: createAppraiser() };

const FIXTURES = fileURLToPath(new URL("../../fixtures/sessions", import.meta.url));

/** All recordings of the repository, by name. */
export function recordings(): Recording[] {
  return recordingsIn(FIXTURES);
}

export function recordingsIn(root: string): Recording[] {
  return readdirSync(root)
    .sort()
    .map((name) => ({ name, folder: join(root, name) }))
    .filter(({ folder }) => existsSync(join(folder, "expected.json")));
}

export function recording(name: string): Recording {
  return { name, folder: join(FIXTURES, name) };
}

export function expectedOf({ folder }: Recording): Expected {
  return JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
}

/** The main transcripts of a recording, in the order in which the sessions began. */
export function transcriptsOf({ folder }: Recording): string[] {
  const paths = filesUnder(join(folder, "projects")).filter(isMainFile);
  return paths
    .map((path) => ({ path, since: firstTimestamp(path) }))
    .sort((a, b) => (a.since < b.since ? -1 : 1))
    .map(({ path }) => path);
}

function isMainFile(path: string): boolean {
  return path.endsWith(".jsonl") && !basename(path).startsWith("agent-");
}

function firstTimestamp(path: string): string {
  return /"timestamp":"([^"]+)"/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
}

export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();
}

export function sessionIdOf(path: string): string {
  return basename(path, ".jsonl");
}

/** All files that a session consists of: the main one, its agents' and their meta files. */
export function filesOfSession(path: string): string[] {
  const folder = path.replace(/\.jsonl$/, "/");
  const beside = filesUnder(dirname(path)).filter(
    (other) => dirname(other) === dirname(path) && basename(other).startsWith("agent-"),
  );
  return [path, ...beside, ...(existsSync(folder) ? filesUnder(folder) : [])];
}

/** Every record of the recording, malformed lines left out. */
export function recordsOf({ folder }: Recording): Record<string, unknown>[] {
  return filesUnder(join(folder, "projects"))
    .filter((path) => path.endsWith(".jsonl"))
    .flatMap((path) => readFileSync(path, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Reads a session that is over, in one pass. */
export function readWhole(path: string, options: Partial<SessionOptions> = {}): Finished[] {
  return readOn(path, newReadState(sessionIdOf(path)), { quiet: true, ended: true }, options);
}

/** Reads what is new since `state`. */
export function readOn(
  path: string,
  state: ReadState,
  facts: Omit<ReadOptions, "session">,
  options: Partial<SessionOptions> = {},
): Finished[] {
  return [...readSession(path, state, { ...facts, session: { ...OPTIONS, ...options } })].flat();
}

export function spansOfSession(
  path: string,
  scope: TraceScope,
  options: Partial<SessionOptions> = {},
): Span[] {
  return toSpans(readWhole(path, options), { sessionId: sessionIdOf(path), scope });
}

export function spansOf(
  recording: Recording,
  scope: TraceScope,
  options: Partial<SessionOptions> = {},
): Span[] {
  return transcriptsOf(recording).flatMap((path) => spansOfSession(path, scope, options));
}

/** What a span stands for, told by its name. */
export function kindOf(
  span: Span,
): "session" | "summary" | "compaction" | "turn" | "subagent" | "tool" | "chat" {
  const name = usualName(span.name);
  if (name === "claude_code.session") return "session";
  if (name === "claude_code.session.summary") return "summary";
  if (name === "claude_code.compaction") return "compaction";
  if (name === "invoke_agent claude-code") return "turn";
  if (span.name.startsWith("invoke_agent ")) return "subagent";
  if (span.name.startsWith("execute_tool ")) return "tool";
  if (span.name.startsWith("chat ")) return "chat";
  throw new Error(`A span of no known kind: ${span.name}`);
}
