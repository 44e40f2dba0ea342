// The history behind the examples in the documentation: one project with four sessions in three days.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../run-tool.ts";
import { answer, call, type Fields, prompt, result, START_MS, stop, textOf } from "./scripted-session.ts";

const DAY_MS = 86_400_000;

interface Example {
  id: string;
  startMs: number;
  records: Fields[];
}

/** A home folder with the example sessions under `.claude/projects`. */
export function exampleHome(): string {
  const homeDir = temporaryFolder();
  const folder = join(homeDir, ".claude/projects/-home-dev-acme-shop");
  mkdirSync(folder, { recursive: true });
  for (const { id, startMs, records } of examples()) {
    const path = join(folder, `${id}.jsonl`);
    writeFileSync(path, textOf(records.map((record) => moveTo(record, id, startMs))));
    utimesSync(path, startMs / 1000, startMs / 1000);
  }
  return homeDir;
}

function examples(): Example[] {
  return [
    {
      id: "0f1d0c9e-3a52-4c1c-9d44-0d3b9d1f3a10",
      startMs: START_MS - DAY_MS,
      records: session("Add a tax line to the invoice", 40, [
        ...wrongScript(10),
        ...step(30, "Edit", {
          file_path: "/home/dev/acme-shop/src/invoice.ts",
          old_string: "a",
          new_string: "b",
        }),
      ]),
    },
    {
      id: "3b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
      startMs: START_MS,
      records: session("Fix the cart total", 60, [
        ...step(
          5,
          "Bash",
          { command: "cd web && npm test" },
          "I run the tests.",
          "Exit code 1\n2 tests failed",
        ),
        ...step(
          12,
          "Edit",
          { file_path: "src/cart.ts", old_string: "a", new_string: "b" },
          "The sum skips discounts.",
        ),
        ...step(20, "Bash", { command: "npm test -- --run" }),
      ]),
    },
    {
      id: "7c1f4ad3-52e8-4b0e-8a6d-b1f7c2d94e55",
      startMs: START_MS + 3 * 3_600_000,
      records: session("Upgrade to the new payment API", 90, wrongScript(15)),
    },
    {
      id: "c2d94e55-0d3b-49d1-b3f0-4ad3f5b3f0aa",
      startMs: START_MS + DAY_MS,
      records: session("Write tests for the coupon rules", 50, wrongScript(10)),
    },
  ];
}

/** A one-turn session that ends with an answer at the given second. */
function session(text: string, endSeconds: number, steps: Fields[]): Fields[] {
  const end = answer(endSeconds, "last", "Done.", { usage: usage(300) });
  return [prompt(0, text), ...steps, end, stop(endSeconds + 1)];
}

/** A request that calls a tool, and the tool's result. With `error`, the call fails with that message. */
function step(seconds: number, tool: string, input: Fields, text = "", error?: string): Fields[] {
  const id = `at-${seconds}`;
  const fields = { usage: usage(120) };
  return [
    ...(text === "" ? [] : [answer(seconds, id, text, { ...fields, stop_reason: null })]),
    answer(seconds, id, call(`call-${id}`, tool, input), fields),
    result(seconds + 2, `call-${id}`, error === undefined ? {} : { content: error, is_error: true }),
  ];
}

/** A call with the name of a missing script, then one with the right name. */
function wrongScript(seconds: number): Fields[] {
  const error = 'Exit code 1\nnpm error Missing script: "tests"';
  return [
    ...step(seconds, "Bash", { command: "npm run tests" }, "I run the tests.", error),
    ...step(seconds + 5, "Bash", { command: "npm run test:unit" }),
  ];
}

function usage(output: number): Fields {
  return {
    input_tokens: 12,
    output_tokens: output,
    cache_read_input_tokens: 24_000,
    cache_creation_input_tokens: 1_800,
  };
}

/** The record with another session id, moved to another start time. */
function moveTo(record: Fields, sessionId: string, startMs: number): Fields {
  const moved: Fields = { ...record, sessionId };
  if (typeof record.timestamp === "string")
    moved.timestamp = new Date(Date.parse(record.timestamp) - START_MS + startMs).toISOString();
  const message = record.message as Fields | undefined;
  if (message?.id !== undefined) {
    moved.message = { ...message, id: `msg-${sessionId.slice(0, 8)}-${message.id}` };
    moved.requestId = `req-${sessionId.slice(0, 8)}-${message.id}`;
  }
  return moved;
}
