import { basename, dirname } from "node:path";
import type { TraceScope } from "../../src/choices.ts";
import { hiddenKind } from "../../src/session/agents/hidden.ts";
import type { AgentMeta } from "../../src/session/agents/read-agent.ts";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { createReader, type SessionReader } from "../../src/session/reader.ts";
import { createRowKeys } from "../../src/session/row-keys.ts";
import { newSession, type SessionState } from "../../src/session/state.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import {
  createLineReader,
  type Line,
  MAX_STRING_BYTES,
  MIN_STRING_BYTES,
} from "../../src/transcript/lines.ts";
import { filesOfSession, OPTIONS, type Recording, sessionIdOf, textOf, transcriptsOf } from "./recordings.ts";

/** A session's file as text, so that a test can change it before it reads it. In lists, the main file is first. */
export interface FileText {
  path: string;
  text: string;
}

export function textsOf(path: string): FileText[] {
  return filesOfSession(path).map((file) => ({ path: file, text: textOf(file) }));
}

/** The sessions of a recording. Each one is a list of its files. */
export function sessionsOf(recording: Recording): FileText[][] {
  return transcriptsOf(recording).map(textsOf);
}

export function spansInMemory(recording: Recording, scope: TraceScope): Span[] {
  return sessionsOf(recording).flatMap((files) =>
    toSpans(readTexts(files), { sessionId: sessionIdOf(files[0]?.path ?? ""), scope }),
  );
}

/** An agent's file with the content of its meta file. */
interface Agent {
  id: string;
  meta?: AgentMeta;
  lines: Line[];
  /** Number of lines already read. */
  read: number;
  isBeside: boolean;
}

/** Splits a file's text into lines. */
export type LinesIn = (text: string, keep: SessionOptions["keep"]) => Line[];

/**
 * Reads a session that has ended, through the public functions of `src/session` only. It applies the rules for agents'
 * files without reading any file.
 */
export function readTexts(
  files: readonly FileText[],
  options: Partial<SessionOptions> = {},
  /** Saves and restores the state before the end of the session. By default the state stays in memory. */
  save: (session: SessionState) => SessionState = (session) => session,
  linesIn: LinesIn = linesOf,
): Finished[] {
  const [main] = files as [FileText];
  let session = newSession(sessionIdOf(main.path));
  const all = { ...OPTIONS, ...options };
  const rows = { ledger: createRowKeys() };
  let reader = createReader(session, all, rows);
  const agents = agentsIn(files, (text) => linesIn(text, all.keep));
  const pieces: Finished[] = [];
  let isFirst = true;
  const finish = (ended: boolean) => {
    const isEnd = ended || reader.awaitsAgents();
    if (isFirst || isEnd) readAgents(session, reader, agents);
    isFirst = false;
    if (ended || reader.awaitsAgents()) readHidden(session, reader, agents);
    pieces.push(...reader.finished({ quiet: true, ended }));
  };
  for (const line of linesIn(main.text, all.keep)) if (reader.readMain(line)) finish(false);
  session = save(session);
  reader = createReader(session, all, rows);
  finish(true);
  return pieces;
}

/** Reads the agents, but not those that the client started for itself: only their file shows that they exist. */
function readAgents(session: SessionState, reader: SessionReader, agents: readonly Agent[]): void {
  const named = reader.namedAgents();
  const { oldClient, place } = session.main;
  const isOld = oldClient === true || (place.clientVersion ?? "") === "";
  for (const agent of agents) {
    const { id, meta, read, isBeside } = agent;
    if (isBeside && !isOld) continue;
    const isKnown = read > 0 || session.agents[id] !== undefined || named.has(id);
    if (isOfClient(agent) && !isKnown) continue;
    if (session.doneAgents[id] === undefined && session.agents[id]?.finished !== true)
      reader.readAgentMeta(id, meta ?? {});
    readOn(reader, agent);
  }
}

/** Reads the agents that the client started for itself. They belong to the run that ends, and are read to its end. */
function readHidden(session: SessionState, reader: SessionReader, agents: readonly Agent[]): void {
  const nextRun = session.main.items.find((item) => item.type === "cost-state");
  for (const agent of agents) {
    if (!isOfClient(agent) || session.doneAgents[agent.id] !== undefined) continue;
    readOn(reader, agent, nextRun?.nextMs);
  }
}

function isOfClient({ id, meta, isBeside }: Agent): boolean {
  return !isBeside && meta === undefined && hiddenKind(id) !== undefined;
}

function readOn(reader: SessionReader, agent: Agent, untilMs?: number): void {
  for (const line of agent.lines.slice(agent.read)) {
    if (!reader.readAgent(agent.id, line, untilMs)) return;
    agent.read++;
  }
}

function agentsIn(files: readonly FileText[], linesIn: (text: string) => Line[]): Agent[] {
  const [main] = files as [FileText];
  const found = new Map<string, Agent>();
  for (const { path } of files) {
    const id = /^agent-(.+?)(?:\.jsonl|\.meta\.json)$/.exec(basename(path))?.[1];
    if (id === undefined || found.has(id)) continue;
    const isBeside = dirname(path) === dirname(main.path);
    const textAt = (suffix: string) =>
      files.find((file) => file.path === `${dirname(path)}/agent-${id}${suffix}`)?.text;
    const lines = textAt(".jsonl") ?? "";
    if (isBeside && ownerOf(lines) !== sessionIdOf(main.path)) continue;
    const agent: Agent = { id, lines: linesIn(lines), read: 0, isBeside };
    const meta = textAt(".meta.json");
    if (meta !== undefined) agent.meta = metaOf(meta);
    const workflowRunId = /\/workflows\/([^/]+)\//.exec(path)?.[1];
    if (workflowRunId !== undefined) agent.meta = { ...agent.meta, workflowRunId };
    found.set(id, agent);
  }
  return [...found.values()].sort((a, b) => Number(a.isBeside) - Number(b.isBeside));
}

/** The session of an agent's file beside the main file, from its answer: the prompt may name one that never existed. */
function ownerOf(lines: string): string | undefined {
  const [prompt = "", answer = ""] = lines.split("\n", 2);
  return /"sessionId"\s*:\s*"([^"]*)"/.exec(answer.trim() === "" ? prompt : answer)?.[1];
}

/** Parses a meta file. Ignores fields of the wrong type, and a file that is not a JSON object. */
function metaOf(text: string): AgentMeta {
  const meta: AgentMeta = {};
  try {
    const raw = JSON.parse(text) as Record<string, unknown>;
    for (const key of ["agentType", "description", "toolUseId", "requestShape", "name"] as const)
      if (typeof raw[key] === "string") meta[key] = raw[key];
    if (typeof raw.finished === "boolean") meta.finished = raw.finished;
  } catch {
    // A damaged meta file counts as empty.
  }
  return meta;
}

function linesOf(text: string, keep: SessionOptions["keep"]): Line[] {
  const reader = createLineReader(0, keep === "none" ? MIN_STRING_BYTES : MAX_STRING_BYTES);
  return [...reader.push(Buffer.from(text.endsWith("\n") ? text : `${text}\n`))];
}
