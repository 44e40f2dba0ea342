import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes the contents of stores as clients write them: sessions, agents and copies. It counts everything that it makes
 * for the first time. Copies of existing rows do not count.
 *
 * It does not build on scripted-session.ts, whose records have the fields of one client that ccotel reads. Rows here
 * have the fields that many clients and gateways write, or leave out, and the order in which they write them: tests cut
 * and damage their text.
 */
export type Row = Record<string, unknown>;

/** The true counts of a store, from its maker. */
export interface Truth {
  requests: number;
  turns: number;
  agents: number;
  tools: number;
  input: number;
  output: number;
}

/** Files by their path below `projects`. A string is written without change. */
export type Store = Record<string, readonly Row[] | string>;

export const PROJECT = "-home-dev-acme-shop";
export const START_MS = Date.parse("2026-09-21T14:13:20.000Z");

let made = 0;

/** A hexadecimal id of this length. Ids are the same in each run of a test file. */
export function hex(length: number): string {
  return createHash("sha256").update(`id ${++made}`).digest("hex").slice(0, length);
}

export function uuid(): string {
  const h = hex(32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}

export function toolId(): string {
  return `toolu_${hex(20)}`;
}

export function use(id: string, name = "Bash", input: Row = { command: "ls" }): Row {
  return { type: "tool_use", id, name, input };
}

export interface Answer extends Row {
  /** `message.id`. Null omits it. */
  id?: string | number | null;
  requestId?: string | null;
  model?: string;
  usage?: Row;
  stop?: string | null;
  /** More fields for the line of the block with this index. */
  line?: (index: number) => Row;
}

/** A conversation in one file: the main one or an agent's. */
export class Thread {
  rows: Row[] = [];
  last: string | null = null;
  promptId: string | undefined;
  turn = 0;

  constructor(
    private readonly owner?: Session,
    readonly agentId?: string,
  ) {}

  get session(): Session {
    return this.owner as Session;
  }

  row(type: string, afterMs: number, fields: Row = {}): Row {
    const { session, agentId } = this;
    session.clock += afterMs;
    const row: Row = {
      parentUuid: this.last,
      isSidechain: agentId !== undefined,
      ...(agentId === undefined ? {} : { agentId }),
      type,
      uuid: uuid(),
      timestamp: new Date(session.clock).toISOString(),
      userType: "external",
      entrypoint: session.entrypoint,
      cwd: "/home/dev/acme-shop",
      sessionId: session.id,
      version: session.version,
      gitBranch: "main",
      ...fields,
    };
    this.last = (row.uuid as string | undefined) ?? this.last;
    this.rows.push(row);
    return row;
  }

  get isNew(): boolean {
    return this.session.version.startsWith("2.1.3");
  }

  prompt(text: string, fields: Row = {}, afterMs = 3000): Row {
    this.turn++;
    this.promptId = uuid();
    if (this.agentId === undefined) this.session.truth.turns++;
    const place = { promptIndex: 0, turnIndex: this.turn };
    const origin = { promptSource: "typed", turnOrigin: "human", turnPosition: place };
    return this.row("user", afterMs, {
      message: { role: "user", content: text },
      promptId: this.promptId,
      ...(this.isNew && this.agentId === undefined ? origin : {}),
      ...fields,
    });
  }

  /** A message that the client wrote, not the user. */
  note(text: string, fields: Row = {}): Row {
    const message = { role: "user", content: text };
    return this.row("user", 10, { message, isMeta: true, promptId: this.promptId, ...fields });
  }

  /** A response, with one line for each block. */
  answer(content: (Row | string)[] | Row | string = "ok", more: Answer = {}, afterMs = 350): Row[] {
    const blocks = (Array.isArray(content) ? content : [content]).map((block) =>
      typeof block === "string" ? { type: "text", text: block } : block,
    );
    const { id = `msg_${hex(20)}`, requestId = `req_${hex(20)}`, model = "claude-opus-5-5", ...rest } = more;
    const { usage = {}, stop, line = () => ({}), ...fields } = rest;
    const calls = blocks.filter(({ type }) => type === "tool_use").length;
    const tokens = { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 0, ...usage };
    this.count(tokens, calls);
    const message = {
      ...(id === null ? {} : { id }),
      type: "message",
      role: "assistant",
      model,
      stop_reason: stop === undefined ? (calls > 0 ? "tool_use" : "end_turn") : stop,
      usage: tokens,
    };
    return blocks.map((block, index) =>
      this.row("assistant", index === 0 ? afterMs : 40, {
        message: { ...message, content: [block] },
        ...(requestId === null ? {} : { requestId }),
        ...fields,
        ...line(index),
      }),
    );
  }

  private count(tokens: Row, calls: number): void {
    const { truth } = this.session;
    truth.requests++;
    truth.tools += calls;
    truth.input += Number(tokens.input_tokens);
    truth.output += Number(tokens.output_tokens);
  }

  result(toolUseId: string, fields: Row = {}, afterMs = 400): Row {
    const block = { type: "tool_result", tool_use_id: toolUseId, content: "ok" };
    const message = { role: "user", content: [block] };
    return this.row("user", afterMs, {
      message,
      toolUseResult: { stdout: "ok" },
      promptId: this.promptId,
      ...fields,
    });
  }

  /** A tool call and its result. */
  step(answer: Answer = {}): void {
    const id = toolId();
    this.answer(use(id), answer);
    this.result(id);
  }

  stop(fields: Row = {}): Row {
    return this.row("system", 50, { subtype: "stop_hook_summary", hookCount: 1, ...fields });
  }

  duration(): Row {
    return this.row("system", 5, { subtype: "turn_duration", durationMs: 900, isMeta: false });
  }

  turns(count: number, { tools = false, answer = {} }: { tools?: boolean; answer?: Answer } = {}): void {
    for (let index = 0; index < count; index++) {
      this.prompt(`Question ${index}`);
      if (tools) this.step(answer);
      this.answer(`Answer ${index}`, answer);
      if (this.isNew) this.stop();
    }
  }

  /** A compaction: the boundary record, and the summary with which the conversation continues. */
  compact(trigger: "manual" | "auto" = "manual"): void {
    this.last = null;
    const compactMetadata = { trigger, preTokens: 9000, postTokens: 900, durationMs: 400 };
    this.row("system", 500, { subtype: "compact_boundary", compactMetadata });
    const message = {
      role: "user",
      content: "This session is being continued from a previous conversation.",
    };
    this.row("user", 20, { message, isCompactSummary: true, isVisibleInTranscriptOnly: true });
  }
}

export interface AgentOptions {
  id?: string;
  /** Folder inside the session's folder of agents. `beside`: the main file's folder, as with clients of version 2.0. */
  folder?: string;
  meta?: Row;
}

export interface SessionSeed {
  version?: string;
  id?: string;
  entrypoint?: string;
  clock?: number;
  truth?: Truth;
}

export class Session extends Thread {
  clock: number;
  version: string;
  entrypoint: string;
  id: string;
  truth: Truth;
  agents: { thread: Thread; options: AgentOptions }[] = [];

  constructor({
    version = "2.1.332",
    id = uuid(),
    entrypoint = "cli",
    clock = START_MS,
    truth,
  }: SessionSeed = {}) {
    super();
    this.clock = clock;
    this.version = version;
    this.entrypoint = entrypoint;
    this.id = id;
    this.truth = truth ?? noTruth();
  }

  override get session(): Session {
    return this;
  }

  /** An agent's conversation, in its own file. */
  agent(options: AgentOptions = {}): Thread {
    const thread = new Thread(this, options.id ?? `a${hex(16)}`);
    this.agents.push({ thread, options });
    this.truth.agents++;
    return thread;
  }

  /** An agent that a call started and waited for. */
  called(call: string, type = "Explore", folder?: string): Thread {
    const meta = { agentType: type, toolUseId: call, spawnDepth: 1 };
    return this.agent({ meta, ...(folder === undefined ? {} : { folder }) });
  }

  /** Starts a turn whose call starts an agent, up to the agent's prompt. `completed` ends the turn. */
  delegate(options?: AgentOptions): { call: string; agent: Thread } {
    this.prompt("Look");
    const call = toolId();
    const tool = this.version.startsWith("2.0") ? "Task" : "Agent";
    this.answer(use(call, tool, { prompt: "look", description: "d", subagent_type: "Explore" }));
    const agent = options === undefined ? this.called(call) : this.agent(options);
    agent.prompt("look");
    return { call, agent };
  }

  /** The result of an agent's call after the agent has ended, and the rest of the turn. */
  completed(call: string, { agentId }: Thread): void {
    this.result(call, { toolUseResult: { status: "completed", agentId } });
    this.answer("Done.");
    if (this.isNew) this.stop();
  }

  store(rows: readonly Row[] = this.rows, project = PROJECT): Store {
    const store: Store = { [`${project}/${this.id}.jsonl`]: rows };
    for (const { thread, options } of this.agents) {
      const { folder = "", meta } = options;
      const own = `${project}/${this.id}/subagents/${folder === "" ? "" : `${folder}/`}`;
      const path = `${folder === "beside" ? `${project}/` : own}agent-${thread.agentId}`;
      store[`${path}.jsonl`] = thread.rows;
      if (meta !== undefined) store[`${path}.meta.json`] = JSON.stringify(meta);
    }
    return store;
  }
}

/** Whether a client of this version keeps the times of the rows that it writes again. */
export function keepsTimes(version: string): boolean {
  return ["2.0.30", "2.0.76", "2.1.29"].includes(version);
}

export function noTruth(): Truth {
  return { requests: 0, turns: 0, agents: 0, tools: 0, input: 0, output: 0 };
}

export function copyOf(rows: readonly Row[]): Row[] {
  return rows.map((row) => structuredClone(row));
}

/** A copy of the rows as another client process writes them: with its version, branch and prompt ids. */
export function again(rows: readonly Row[], version = "2.1.999"): Row[] {
  const prompts = new Map<unknown, string>();
  return copyOf(rows).map((row) => {
    if ("version" in row) row.version = version;
    if ("gitBranch" in row) row.gitBranch = "feature/x";
    if (row.promptId === undefined) return row;
    const promptId = prompts.get(row.promptId) ?? uuid();
    prompts.set(row.promptId, promptId);
    return { ...row, promptId };
  });
}

export interface ForkStyle {
  id?: string;
  keepsIds?: boolean;
  sentBy?: boolean;
  forkedFrom?: boolean;
  /** As with `forkSession` of the Agent SDK, copies have new ids, and the last one has the time of the fork. */
  renewed?: boolean;
  onlyConversation?: boolean;
  beginsLate?: boolean;
  afterMs?: number;
}

/** Gives the rows new ids. */
export function renew(rows: Row[]): Row[] {
  const ids = new Map(rows.map((row) => [row.uuid, uuid()]));
  for (const row of rows) {
    row.uuid = ids.get(row.uuid);
    row.parentUuid = ids.get(row.parentUuid) ?? row.parentUuid;
  }
  return rows;
}

/**
 * The rows as clients up to 2.0.76 write them again from a prompt of several blocks on: a row for each block, under new
 * ids, each behind the one before. `timestamp`: the time that clients up to 2.0.14 give them, without request ids.
 */
export function retold(rows: readonly Row[], timestamp?: string): Row[] {
  const [first = {}, ...rest] = copyOf(rows);
  const { content } = first.message as { content: unknown };
  const parts =
    first.type === "user" && Array.isArray(content)
      ? content.map((block) => ({ ...first, uuid: uuid(), message: { role: "user", content: [block] } }))
      : [{ ...first, parentUuid: null }];
  const all: Row[] = [...parts, ...rest];
  const copies = all.map((row, index): Row => {
    const parentUuid = index === 0 ? row.parentUuid : all[index - 1]?.uuid;
    return { ...row, parentUuid, ...(timestamp === undefined ? {} : { timestamp, requestId: undefined }) };
  });
  return renew(copies);
}

/** A prompt of two blocks, in the form of its message. */
export const IMAGE_PROMPT = {
  role: "user",
  content: [
    { type: "image", source: { type: "base64", data: "iVBORw0KGgo=" } },
    { type: "text", text: "Look" },
  ],
};

/** A session that starts with a copy of these rows. */
export function forkOf(source: Session, rows: readonly Row[] = source.rows, style: ForkStyle = {}): Session {
  const { version, truth, entrypoint } = source;
  const clock = source.clock + (style.afterMs ?? 60_000);
  const fork = new Session({
    version,
    truth,
    entrypoint,
    clock,
    ...(style.id === undefined ? {} : { id: style.id }),
  });
  const begun = { type: "queue-operation", operation: "enqueue", sessionId: fork.id };
  if (style.beginsLate) fork.rows.push({ ...begun, timestamp: new Date(clock - 5).toISOString() });
  for (const row of copyOf(rows)) {
    // A fork does not copy queue records: each process has its own queue.
    if (row.type === "queue-operation") continue;
    if (style.onlyConversation && row.type !== "user" && row.type !== "assistant") continue;
    if (!style.keepsIds && "sessionId" in row) row.sessionId = fork.id;
    if (style.sentBy && row.type === "assistant") row.requestSessionId ??= source.id;
    if ((style.forkedFrom || style.renewed) && "uuid" in row)
      row.forkedFrom = { sessionId: source.id, messageUuid: row.uuid };
    fork.rows.push(row);
  }
  if (style.renewed)
    Object.assign(renew(fork.rows).at(-1) ?? {}, { timestamp: new Date(clock - 10).toISOString() });
  fork.last = (rows.findLast(({ uuid: id }) => id !== undefined)?.uuid as string | undefined) ?? null;
  fork.turn = source.turn;
  return fork;
}

export function linesOf(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export function writeStore(folder: string, store: Store): void {
  for (const [name, content] of Object.entries(store)) {
    const path = join(folder, "projects", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : linesOf(content));
  }
}
