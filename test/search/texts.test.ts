import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textsOfItems } from "../../src/search/texts.ts";
import { AGENT_FINISHED } from "../support/notifications.ts";
import { temporaryFolder } from "../support/run-tool.ts";

function transcript(records: unknown[]): string {
  const path = join(temporaryFolder(), "session.jsonl");
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

const PROMPT = { type: "user", uuid: "u1", message: { role: "user", content: "Fix the cart total" } };
const ANSWER = {
  type: "assistant",
  uuid: "a1",
  message: {
    id: "msg_1",
    content: [
      { type: "thinking", thinking: "The cart may round twice." },
      { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "grep -rn total src" } },
    ],
  },
};
const RESULT = {
  type: "user",
  uuid: "u2",
  message: {
    content: [
      { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "src/cart.ts:3" }] },
    ],
  },
};

describe("the texts of an item", () => {
  it("are those of a call and of its result, each once even if the rows are repeated", () => {
    const path = transcript([PROMPT, ANSWER, RESULT, ANSWER, RESULT]);
    expect(textsOfItems([path], ["toolu_1"])).toEqual([
      { kind: "call", id: "toolu_1", text: "grep -rn total src" },
      { kind: "result", id: "toolu_1", text: "src/cart.ts:3" },
    ]);
  });

  it("are the prompt of a turn and the thinking of a request", () => {
    const path = transcript([PROMPT, ANSWER, RESULT]);
    expect(textsOfItems([path], ["u1"]).map(({ text }) => text)).toEqual(["Fix the cart total"]);
    expect(textsOfItems([path], ["msg_1"]).map(({ text }) => text)).toEqual(["The cart may round twice."]);
  });

  it("are what a notification says, not its tags", () => {
    const path = transcript([{ ...PROMPT, message: { content: AGENT_FINISHED } }]);
    const text = 'Agent "Look at cart" finished\n\nThe total rounds twice if a < b.';
    expect(textsOfItems([path], ["u1"])).toEqual([{ kind: "notification", id: "u1", text }]);
  });

  it("are cut when they are very long, and say by how much", () => {
    const path = transcript([{ type: "user", uuid: "u1", message: { content: "x".repeat(250_000) } }]);
    const [only] = textsOfItems([path], ["u1"]);
    expect(only?.text).toHaveLength(200_000);
    expect(only?.left).toBe(50_000);
  });

  it("leave out broken lines, other types and a line of 100 MB", () => {
    const path = transcript([{ type: "mode", uuid: "u1" }, null, 7, "u1"]);
    appendFileSync(path, '{"type":"user","uuid":"u1","message":\n');
    appendFileSync(path, `{"type":"user","uuid":"u1","message":{"content":"${"y".repeat(100_000_000)}"}}\n`);
    appendFileSync(path, `${JSON.stringify(PROMPT)}\n`);
    expect(textsOfItems([path], ["u1"]).map(({ text }) => text)).toEqual(["Fix the cart total"]);
  });
});
