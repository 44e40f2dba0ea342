import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { auditSessions } from "../../src/audit/audit.ts";
import { auditFilesOf } from "../../src/commands/audit/audit-files.ts";
import { createHeads } from "../../src/commands/audit/audit-heads.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readWhole } from "../support/read-files.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { type Row, small, type Tree, writeTree } from "../support/small-session.ts";

const A = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const B = "1c8bfc5f-8e6d-4e6f-b7d2-2a5be4a6c4a1";

/**
 * A kind of transcript that is easily read wrong: what is on the disk, and what a reader without the rule for it makes of
 * that, as files that it reads in its place.
 */
interface Kind {
  name: string;
  disk: Tree;
  seen: Tree;
  /** What the audit names. */
  differs: string;
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
];

describe("a reader that gets it wrong is found out", () => {
  test.each(KINDS)("$name", async ({ disk, seen, differs }) => {
    const folder = writeTree(temporaryFolder(), disk);
    const misread = writeTree(temporaryFolder(), seen);
    const heads = createHeads();
    const sessions = [A, B].filter((id) => existsSync(join(folder, `${id}.jsonl`)));
    const audits = await auditSessions(
      sessions.map((sessionId) => ({
        sessionId,
        files: auditFilesOf(join(folder, `${sessionId}.jsonl`), sessionId, heads),
        read: summarize(readWhole(join(misread, `${sessionId}.jsonl`))),
      })),
    );
    const found = audits.flatMap(({ differences }) => differences.map(({ what }) => what));
    expect(found).toContain(differs);
  });
});

/** The rows as they would be if they were not those that stand elsewhere. */
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
  return { name: "a fork whose history counts with neither", disk, seen, differs: "requests" };
}

function idsOfGateway(): Kind {
  const { prompt, answer, call, result } = small(A);
  const constant = { message: { id: "msg_proxy" }, requestId: undefined };
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
  const asked = prompt("Decide");
  const answered = answer("Yes", { message: { usage: { ...usage, iterations: [advice] } } });
  const without = { ...answered, message: { ...(answered.message as object), usage } };
  return {
    name: "an advisor's tokens",
    disk: { [`${A}.jsonl`]: [asked, answered] },
    seen: { [`${A}.jsonl`]: [asked, without] },
    differs: "output tokens of claude-opus-4-7",
  };
}

function scheduledPrompt(): Kind {
  const { prompt, answer, ended, wait } = small(A);
  const first = [prompt("/loop check"), answer("Scheduled."), ended()];
  wait(300_000);
  const scheduled = prompt("check", { isMeta: true });
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
    name: "an agent that nobody called, after the last record",
    disk,
    seen: { [`${A}.jsonl`]: rows },
    differs: "requests",
  };
}

function instantAnswers(): Kind {
  const { prompt, answer } = small(A);
  const rows = [0, 1].flatMap((index) => {
    const asked = prompt(`Question ${index}`);
    return [asked, answer("cached", { requestId: undefined, timestamp: asked.timestamp })];
  });
  const disk = { [`${A}.jsonl`]: rows };
  const seen = { [`${A}.jsonl`]: rows.slice(0, 1) };
  return { name: "answers at once and without a request id", disk, seen, differs: "requests" };
}
