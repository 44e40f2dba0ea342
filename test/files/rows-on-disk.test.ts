import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scanRowKeys } from "../../src/files/row-scan.ts";
import { root, temporaryFolder } from "../support/run-tool.ts";
import { linesOf, Session, toolId, use } from "../support/transcripts/store.ts";

test("the size of a ledger of rows is as docs/develop/delivery.md says", () => {
  const page = readFileSync(join(root, "docs/develop/delivery.md"), "utf8");
  const [, from, to] = /(\d+) to (\d+) KB for a thousand turns of five tool calls/.exec(page) ?? [];
  const session = new Session();
  for (let turn = 0; turn < 100; turn++) {
    session.prompt("Question");
    for (let step = 0; step < 5; step++) {
      const id = toolId();
      session.row("api-request", 1, { id: `req-${turn}-${step}`, uuid: undefined });
      session.answer(use(id));
      session.result(id);
    }
    session.answer("Answer");
    session.stop();
  }
  const path = join(temporaryFolder(), "session.jsonl");
  writeFileSync(path, linesOf(session.rows));
  const kilobytes = (scanRowKeys([{ path, bytes: Number.POSITIVE_INFINITY }]).byteLength * 10) / 1000;
  expect(kilobytes).toBeGreaterThan(Number(from));
  expect(kilobytes).toBeLessThan(Number(to));
});
