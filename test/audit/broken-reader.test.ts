import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auditSessions } from "../../src/audit/audit.ts";
import { auditFilesOf, createAuditIndexes } from "../../src/commands/audit/audit-files.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { comparedOf } from "../support/audit-files.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { type Row, small, type Tree, writeTree } from "../support/transcripts/small-session.ts";

const A = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const B = "1c8bfc5f-8e6d-4e6f-b7d2-2a5be4a6c4a1";

/**
 * A kind of transcript that is easy to read wrongly: the files on disk, and the files that a reader without the rule
 * for it would see.
 */
interface Kind {
  name: string;
  disk: Tree;
  seen: Tree;
  /** The differences that the audit reports. */
  differs: string;
  /** Main files of the session in other folders. */
  copies?: string[];
  /** Options of the reader without the rule. */
  options?: Partial<SessionOptions>;
}

const KINDS: Kind[] = [
  history(),
  copiedIntoAgent(),
  agentInDeeperFolder(),
  forkCountedAgain(),
  commonHistoryLost(),
  idsOfGateway(),
  advisor(),
  scheduledPrompt(),
  uncalledAgent(),
  instantAnswers(),
  answerInZeros(),
  answerWithoutTime(),
  oldSummary(),
  impossibleNumber(),
  lateLine(),
  copiedFile(),
  priceOfOldClient(),
  wordsOfParent(),
  lostSkill(),
  messageOfTeammate(),
  impossibleFirstToken(),
];

describe("an audit", () => {
  test.each(KINDS)(
    "finds a reader that reads this wrongly: $name",
    async ({ disk, seen, differs, copies = [], options }) => {
      const folder = writeTree(temporaryFolder(), disk);
      const misread = writeTree(temporaryFolder(), seen);
      const read = (sessionId: string) => readWhole(join(misread, `${sessionId}.jsonl`), options);
      expect(await differencesIn(folder, copies, read)).toContain(differs);
    },
  );

  test.each(KINDS)(
    "reports nothing about a reader that reads this correctly: $name",
    async ({ disk, copies = [] }) => {
      const folder = writeTree(temporaryFolder(), disk);
      const facts = { quiet: true, ended: true, copies: copies.map((copy) => join(folder, copy)) };
      const read = (id: string) => readOn(join(folder, `${id}.jsonl`), newReadState(id), facts);
      expect(await differencesIn(folder, copies, read)).toEqual([]);
    },
  );
});

/** The differences that the audit of the folder's sessions reports with this reader. */
async function differencesIn(folder: string, copies: string[], read: (sessionId: string) => Finished[]) {
  const indexes = createAuditIndexes();
  const sessions = [A, B].filter((id) => existsSync(join(folder, `${id}.jsonl`)));
  const audits = await auditSessions(
    sessions.map((sessionId) => ({
      sessionId,
      files: auditFilesOf(
        join(folder, `${sessionId}.jsonl`),
        sessionId,
        indexes,
        copies.map((copy) => join(folder, copy)),
      ),
      ...comparedOf(read(sessionId)),
    })),
  );
  return audits.flatMap(({ differences }) => differences.map(({ what }) => what));
}

/** The rows with new ids, so that they are not copies. */
function asNew(rows: Row[]): Row[] {
  return rows.map((row) => {
    const message = row.message as Record<string, unknown> | undefined;
    return {
      ...row,
      uuid: `new-${row.uuid}`,
      ...(row.requestId === undefined ? {} : { requestId: `new-${row.requestId}` }),
      ...(message?.id === undefined ? {} : { message: { ...message, id: `new-${message.id}` } }),
    };
  });
}

function turns(sessionId: string, count: number): Row[] {
  const { prompt, answer } = small(sessionId);
  return Array.from({ length: count }, (_, index) => [prompt(`Question ${index}`), answer("Answer")]).flat();
}

function history(): Kind {
  const rows = turns(A, 3);
  const disk = { [`${A}.jsonl`]: [...rows, ...rows] };
  const seen = { [`${A}.jsonl`]: [...rows, ...asNew(rows)] };
  return { name: "history that is written again into the same file", disk, seen, differs: "requests" };
}

function copiedIntoAgent(): Kind {
  const rows = turns(A, 2);
  const { prompt, answer } = small(`${A}-aside`);
  const aside = [prompt("A question beside it"), answer("An answer")];
  const inAgent = (of: Row[]) =>
    of.map((row) => ({ ...row, isSidechain: true, agentId: "aside_question-1" }));
  const file = `${A}/subagents/agent-aside_question-1.jsonl`;
  const disk = { [`${A}.jsonl`]: rows, [file]: inAgent([...rows, ...aside]) };
  const seen = { [`${A}.jsonl`]: rows, [file]: inAgent([...asNew(rows), ...aside]) };
  return { name: "the main conversation copied into an agent's file", disk, seen, differs: "requests" };
}

function agentInDeeperFolder(): Kind {
  const rows = turns(A, 1);
  const { prompt, answer } = small(`${A}-agent`);
  const agent = [prompt("Do it", { isSidechain: true }), answer("Done", { isSidechain: true })];
  const disk = { [`${A}.jsonl`]: rows, [`${A}/subagents/workflows/wf_1/agent-a1.jsonl`]: agent };
  return {
    name: "an agent in a deeper folder",
    disk,
    seen: { [`${A}.jsonl`]: rows },
    differs: "output tokens of claude-opus-5-5",
  };
}

/** The same rows in both files, under the fork's id; then one more turn in the fork. */
function forked() {
  const common = turns(A, 2);
  const copied = common.map((row) => ({ ...row, sessionId: B }));
  const { prompt, answer } = small(B);
  const own = [prompt("Another way"), answer("Yes")];
  return { disk: { [`${A}.jsonl`]: common, [`${B}.jsonl`]: [...copied, ...own] }, common, copied, own };
}

function forkCountedAgain(): Kind {
  const { disk, common, copied, own } = forked();
  const seen = { [`${A}.jsonl`]: common, [`${B}.jsonl`]: [...asNew(copied), ...own] };
  return { name: "a fork whose history counts twice", disk, seen, differs: "requests" };
}

function commonHistoryLost(): Kind {
  const { disk, own } = forked();
  const seen = { [`${A}.jsonl`]: own.slice(0, 1), [`${B}.jsonl`]: own };
  return { name: "a fork whose history counts in neither session", disk, seen, differs: "requests" };
}

function idsOfGateway(): Kind {
  const { prompt, answer, call, result } = small(A);
  const constant = { id: "msg_proxy", requestId: undefined };
  const rows = [prompt("Go"), answer(call("t1"), constant), result("t1"), answer("Done", constant)];
  const sameRequest = rows.map((row) =>
    row.type === "assistant" ? { ...row, requestId: "req_1", requestRef: "ref_1" } : row,
  );
  const disk = { [`${A}.jsonl`]: rows };
  const seen = { [`${A}.jsonl`]: sameRequest.filter(({ type }, index) => type !== "user" || index === 0) };
  return { name: "responses that share one id", disk, seen, differs: "requests" };
}

function advisor(): Kind {
  const { prompt, answer } = small(A);
  const advice = { type: "advisor_message", model: "claude-opus-4-7", input_tokens: 900, output_tokens: 70 };
  const usage = { input_tokens: 10, output_tokens: 20 };
  const question = prompt("Decide");
  const answered = answer("Yes", { usage: { ...usage, iterations: [advice] } });
  const without = { ...answered, message: { ...(answered.message as object), usage } };
  return {
    name: "an advisor's tokens",
    disk: { [`${A}.jsonl`]: [question, answered] },
    seen: { [`${A}.jsonl`]: [question, without] },
    differs: "output tokens of claude-opus-4-7",
  };
}

function scheduledPrompt(): Kind {
  const { prompt, answer, ended, wait } = small(A);
  const first = [prompt("/loop check"), answer("Scheduled."), ended()];
  wait(300_000);
  const scheduled = prompt("check", { isMeta: true, promptId: "p2" });
  const rest = [answer("Still running."), ended()];
  return {
    name: "a scheduled prompt that is taken for a part of the turn before",
    disk: { [`${A}.jsonl`]: [...first, scheduled, ...rest] },
    seen: { [`${A}.jsonl`]: [...first.slice(0, 2), ...rest] },
    differs: "turns",
  };
}

function uncalledAgent(): Kind {
  const rows = turns(A, 1);
  const { prompt, answer, wait } = small(`${A}-late`);
  wait(60_000);
  const agent = [prompt("Aside", { isSidechain: true }), answer("Done", { isSidechain: true })];
  const disk = { [`${A}.jsonl`]: rows, [`${A}/subagents/agent-aside_question-9.jsonl`]: agent };
  return {
    name: "an agent that no call started, after the last record",
    disk,
    seen: { [`${A}.jsonl`]: rows },
    differs: "requests",
  };
}

function instantAnswers(): Kind {
  const { prompt, answer } = small(A);
  const rows = [0, 1].flatMap((index) => {
    const question = prompt(`Question ${index}`);
    return [question, answer("cached", { requestId: undefined, timestamp: question.timestamp })];
  });
  const disk = { [`${A}.jsonl`]: rows };
  const seen = { [`${A}.jsonl`]: rows.slice(0, 1) };
  return { name: "answers at once and without a request id", disk, seen, differs: "requests" };
}

/** The answer on disk follows NUL characters. The reader takes the line for broken. */
function answerInZeros(): Kind {
  const rows = turns(A, 2);
  const padded = rows.map((row, index) => (index === 3 ? `\0\0\0\0${JSON.stringify(row)}\0` : row));
  return {
    name: "an answer after NUL characters",
    disk: { [`${A}.jsonl`]: padded },
    seen: { [`${A}.jsonl`]: rows.slice(0, 3) },
    differs: "requests",
  };
}

function answerWithoutTime(): Kind {
  const { prompt, answer } = small(A);
  const rows = [prompt("Go"), answer("Done", { timestamp: undefined })];
  const disk = { [`${A}.jsonl`]: rows };
  return {
    name: "an answer without a time",
    disk,
    seen: { [`${A}.jsonl`]: rows.slice(0, 1) },
    differs: "requests",
  };
}

function oldSummary(): Kind {
  const { prompt, answer } = small(A);
  const text = "This session is being continued from a previous conversation that ran out of context.";
  const rows = [prompt("Go"), answer("Done"), prompt(text), prompt("Next"), answer("Done")];
  const asPrompt = rows.map((row, index) => {
    return index === 2 ? { ...row, message: { role: "user", content: "Taken for a prompt" } } : row;
  });
  return {
    name: "an old summary without its flag, taken for a prompt",
    disk: { [`${A}.jsonl`]: rows },
    seen: { [`${A}.jsonl`]: asPrompt },
    differs: "turns",
  };
}

function impossibleNumber(): Kind {
  const { prompt, answer } = small(A);
  const of = (input_tokens: number) => ({ usage: { input_tokens, output_tokens: 20 } });
  const question = prompt("Go");
  const answered = answer("Done", of(1e308));
  return {
    name: "an impossible number of tokens",
    disk: { [`${A}.jsonl`]: [question, answered] },
    seen: {
      [`${A}.jsonl`]: [
        question,
        { ...answered, message: { ...(answered.message as object), ...of(999_999_999) } },
      ],
    },
    differs: "uncached input tokens of claude-opus-5-5",
  };
}

/** Two windows on one file: a line of one window's response comes after the other's turn, and calls a tool. */
function lateLine(): Kind {
  const { prompt, answer, call, result } = small(A);
  const question = prompt("One");
  const first = answer("Let me look.", { stop_reason: "tool_use" });
  const other = [prompt("Two"), answer("Done")];
  const message = { ...(first.message as object), content: [call("t1")] };
  const late = { ...first, uuid: `late-${first.uuid}`, message };
  const rows = [question, first, ...other, late, result("t1")];
  return {
    name: "a late line of another window",
    disk: { [`${A}.jsonl`]: rows },
    seen: { [`${A}.jsonl`]: rows.filter((row) => row !== late) },
    differs: "tool calls",
  };
}

function copiedFile(): Kind {
  const rows = turns(A, 2);
  const copy = `-b/${A}.jsonl`;
  return {
    name: "one file in two folders",
    disk: { [`${A}.jsonl`]: rows, [copy]: rows },
    copies: [copy],
    seen: { [`${A}.jsonl`]: [...rows, ...asNew(rows)] },
    differs: "requests",
  };
}

/** A reader that uses the client's own price as the cost of the request. */
function priceOfOldClient(): Kind {
  const { prompt, answer } = small(A);
  const writes = { cache_creation_input_tokens: 9000, cache_creation: { ephemeral_1h_input_tokens: 9000 } };
  const usage = { input_tokens: 10, output_tokens: 20, ...writes };
  const rows = [prompt("Go"), answer("Done", { version: "2.1.100", usage })];
  const appraise = createAppraiser();
  return {
    name: "a one-hour write of an old client, at the price of its own sum",
    disk: { [`${A}.jsonl`]: rows },
    seen: { [`${A}.jsonl`]: rows },
    options: {
      appraise: (request) => {
        const { costUsd, clientUsd = costUsd, ...rest } = appraise(request);
        return { ...rest, ...(clientUsd === undefined ? {} : { costUsd: clientUsd }) };
      },
    },
    differs: "cost in USD",
  };
}

/** A fork subagent's file begins with its parent's last row, which has a new id. */
function wordsOfParent(): Kind {
  const { prompt, answer, result } = small(A);
  const called = answer({ type: "tool_use", id: "t1", name: "Agent", input: { subagent_type: "fork" } });
  const main = [prompt("Go"), called, result("t1"), answer("Done")];
  const inAgent = { isSidechain: true, agentId: "a1" };
  const copy = { ...called, uuid: "copied", ...inAgent };
  const own = [result("t1", { ...inAgent, uuid: "briefing" }), answer("Worked", inAgent)];
  const file = `${A}/subagents/agent-a1.jsonl`;
  return {
    name: "text that a fork subagent copied from its parent",
    disk: { [`${A}.jsonl`]: main, [file]: [{ type: "fork-context-ref", agentId: "a1" }, copy, ...own] },
    seen: { [`${A}.jsonl`]: main, [file]: [own[0] as Row, ...asNew([copy]), ...own.slice(1)] },
    differs: "requests",
  };
}

/** The work of a slash command that is a forked skill is only in its agent's file. */
function lostSkill(): Kind {
  const { prompt } = small(A);
  const { prompt: note, answer } = small(`${A}-skill`);
  const main = [prompt("/review", { isMeta: false })];
  const inAgent = { isSidechain: true, agentId: "a2" };
  const agent = [note("Review it", { ...inAgent, isMeta: true }), answer("Reviewed", inAgent)];
  return {
    name: "a forked skill that is lost with its cost",
    disk: { [`${A}.jsonl`]: main, [`${A}/subagents/agent-a2.jsonl`]: agent },
    seen: { [`${A}.jsonl`]: main },
    differs: "requests",
  };
}

function messageOfTeammate(): Kind {
  const { prompt, answer, ended } = small(A);
  const text = 'Another Claude session sent a message: <teammate-message teammate_id="b">done';
  const rows = [prompt("Team"), answer("Started."), ended(), prompt(text), answer("Fine."), ended()];
  return {
    name: "a turn that a teammate's message starts, not counted",
    disk: { [`${A}.jsonl`]: rows },
    seen: { [`${A}.jsonl`]: rows.filter((_, index) => index !== 3) },
    differs: "turns",
  };
}

/** The client recorded the request 2 ms before its first token, which no network allows. */
function impossibleFirstToken(): Kind {
  const { prompt, answer } = small(A);
  const question = prompt("Go");
  const thought = answer(
    { type: "thinking", thinking: "Hm." },
    { requestRef: "ref-1", apiBlockIndex: 0, thinkingDurationMs: 500 },
  );
  const sent = (before: number) => ({
    type: "api-request",
    id: "ref-1",
    sessionId: A,
    timestamp: new Date(Date.parse(String(thought.timestamp)) - 500 - before).toISOString(),
    params: { model: "claude-opus-5-5" },
  });
  return {
    name: "an impossible exact time to the first token",
    disk: { [`${A}.jsonl`]: [question, sent(2), thought] },
    seen: { [`${A}.jsonl`]: [question, sent(200), thought] },
    differs: "exact times to the first token",
  };
}
