import { expect, test } from "vitest";
import { createLineReader } from "../../src/transcript/lines.ts";
import { parseLine } from "../../src/transcript/parse.ts";

const text = Array.from({ length: 900 }, (_, n) => `line ${n} \\n "quoted"\t`).join("\n");
const row = (result: object) =>
  Buffer.from(
    `${JSON.stringify({
      type: "user",
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "ok" }] },
      toolUseResult: result,
    })}\n`,
  );

/** The number of added lines in the row, which is read in chunks of `pieceBytes` bytes. */
function added(bytes: Buffer, pieceBytes: number, maxString: number): number | undefined {
  const reader = createLineReader(0, maxString);
  const lines = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    lines.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
  const [parsed] = lines.map(parseLine);
  if (parsed?.kind !== "record" || parsed.record.type !== "user") throw new Error("no user record");
  return parsed.record.toolResults[0]?.work?.linesAdded;
}

test.each([1, 2, 7, 1000, 1 << 20])(
  "the lines of a created file are counted even if its text is cut, in chunks of %i bytes",
  (size) => {
    const bytes = row({
      type: "create",
      filePath: "/a",
      content: text,
      structuredPatch: [],
      originalFile: null,
    });
    expect(added(bytes, size, 1024)).toBe(900);
    expect(added(bytes, size, 4096)).toBe(900);
  },
);

test.each([
  [
    "as Python writes it",
    (json: string) =>
      json
        .replace(/\n */g, " ")
        .replace(/([{[]) /g, "$1")
        .replace(/ ([}\]])/g, "$1"),
  ],
  ["with all spaces", (json: string) => json.replace(/\n */g, " ")],
])("the lines of a created file are counted in JSON with spaces, %s", (_, joined) => {
  const spaced = (bytes: Buffer) =>
    Buffer.from(`${joined(JSON.stringify(JSON.parse(bytes.toString()), null, 1))}\n`);
  const bytes = spaced(row({ type: "create", filePath: "/a", content: text, structuredPatch: [] }));
  for (const size of [1, 1000, 1 << 20]) expect(added(bytes, size, 1024)).toBe(900);
});

test("the lines of a file that is only read are not counted", () => {
  const bytes = row({ type: "text", file: { filePath: "/a", content: text } });
  expect(added(bytes, 1000, 1024)).toBeUndefined();
});
