import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { DEFAULT_OPTIONS, type SessionOptions } from "../../src/session/options.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { usualName } from "./span-names.ts";

/** A folder with the files that one or more client processes wrote, and the counts of the scripted API. */
export interface Recording {
  name: string;
  folder: string;
}

/** What the API that answered the recorded client counted: `expected.json`. */
export interface Expected {
  /** Null if unknown. */
  turns: number | null;
  /** Number of responses that the API sent completely. */
  completed: number;
  /** Request ids of complete responses that are missing in the transcript. */
  completedNotInTranscript: string[];
  toolCalls: number;
  /** Number of agents that a tool call started. */
  subagents: number;
  /**
   * Number of complete responses whose output count in the transcript is not the one that the API sent at their end.
   * Undefined: none.
   */
  provisional?: number;
  /** The counts in the transcript. They are those of the API, except for the output of provisional responses. */
  tokensByModelInTranscript: Record<string, ExpectedTokens>;
  /** Claude Code's own last cost total, by session id, for the sessions that have one. */
  totalCostUSD: Record<string, number>;
  /** Responses in the transcript, with the API's own times in epoch ms. Those with `cut` were interrupted. */
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

/** The default options with list prices. */
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

/** Paths of the main transcripts of a recording, in order of the sessions' start. */
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

/**
 * Paths of all files of a session: the main file, the agents' files and their meta files. Clients up to 2.1.150 write
 * some of them to the folders of other projects.
 */
export function filesOfSession(path: string): string[] {
  const project = dirname(path);
  const beside = filesUnder(project).filter(
    (other) => dirname(other) === project && basename(other).startsWith("agent-"),
  );
  const projects = dirname(project);
  const others = readdirSync(projects).filter((name) => name !== basename(project));
  const folders = [basename(project), ...others].map((name) => join(projects, name, sessionIdOf(path)));
  return [path, ...beside, ...folders.flatMap((folder) => (existsSync(folder) ? filesUnder(folder) : []))];
}

export function textOf(path: string): string {
  return readFileSync(path, "utf8");
}

/** Every record of the recording, without malformed lines. */
export function recordsOf({ folder }: Recording): Record<string, unknown>[] {
  return filesUnder(join(folder, "projects"))
    .filter((path) => path.endsWith(".jsonl"))
    .flatMap((path) => readFileSync(path, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The recordings with the smallest first. */
export function bySize(all: Recording[]): Recording[] {
  const sizeOf = ({ folder }: Recording) =>
    filesUnder(folder).reduce((sum, path) => sum + statSync(path).size, 0);
  return all
    .map((one) => ({ one, size: sizeOf(one) }))
    .sort((a, b) => a.size - b.size)
    .map(({ one }) => one);
}

/** The kind of a span, from its name. */
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
  throw new Error(`Unknown kind of span: ${span.name}`);
}
