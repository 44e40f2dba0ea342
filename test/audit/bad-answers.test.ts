import { expect, test } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";
import { comparedOf } from "../support/audit-files.ts";
import { readTexts } from "../support/read-in-memory.ts";
import {
  answer,
  type Fields,
  prompt,
  request,
  SESSION_ID,
  textOf,
} from "../support/transcripts/scripted-session.ts";

const OLD = { version: "2.0.76", turnOrigin: undefined, promptId: undefined };
const OVER = "API Error: Claude's response exceeded the 32000 output token maximum.";

function error(
  seconds: number,
  requestId: string | undefined,
  fields: Fields & { text?: string } = {},
): Fields {
  const { text = "API Error: refused", ...others } = fields;
  const message = { id: `e${seconds}`, model: "<synthetic>", content: [{ type: "text", text }], usage: {} };
  return answer(seconds, "", "", { isApiErrorMessage: true, message, requestId, ...others });
}

const refused = { stop_reason: "refusal" };

test.each<[string, Fields[], number, number]>([
  ["that names its request", [answer(1, "m1", "No", refused), error(2, "req-m1")], 1, 0],
  ["that names another request", [answer(1, "m1", "No", refused), error(2, "req-m2")], 2, 1],
  [
    "that has the same id as all requests of a gateway, behind an answer that ended well",
    [answer(1, "m1", "Yes", { requestId: "proxy" }), error(2, "proxy")],
    2,
    1,
  ],
  ["directly behind it", [answer(1, "m1", "No", refused), error(2, undefined)], 1, 0],
  ["behind an answer that ended well", [answer(1, "m1", "Yes"), error(2, undefined)], 2, 1],
  [
    "behind another prompt",
    [answer(1, "m1", "No", refused), prompt(2), request(2.1, "r2"), error(3, undefined)],
    2,
    1,
  ],
  [
    "behind an attempt at another request",
    [answer(1, "m1", "No", refused), request(1.1, "r2"), error(2, undefined)],
    2,
    1,
  ],
  [
    "of a client that writes no stop reason",
    [answer(1, "m1", "I begin", { ...OLD, stop_reason: null }), error(2, undefined, { ...OLD, text: OVER })],
    1,
    0,
  ],
])(
  "the audit counts the requests of an error about an answer as the reader does: %s",
  async (_, rows, requests, failed) => {
    const records = [prompt(0), ...rows];
    const path = `${SESSION_ID}.jsonl`;
    const read = readTexts([{ path, text: textOf(records) }]);
    const lines = records.map((each) => JSON.stringify(each));
    const audit = await auditSession({
      sessionId: SESSION_ID,
      files: [{ file: path, isMain: true, lines }],
      ...comparedOf(read),
    });
    expect(audit.differences).toEqual([]);
    expect([audit.recount.own.requests, audit.recount.own.failedRequests]).toEqual([requests, failed]);
  },
);
