import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createLineReader } from "../../src/transcript/lines.ts";
import { type ParsedLine, parseLine, recordsOf } from "../../src/transcript/parse.ts";
import { filesUnder, recordings } from "../support/recordings.ts";
import { useTimeZone } from "../support/time-zone.ts";

function parse(bytes: Buffer, pieceBytes: number): ParsedLine[] {
  const reader = createLineReader();
  const parsed: ParsedLine[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const line of reader.push(bytes.subarray(at, at + pieceBytes))) parsed.push(parseLine(line));
  }
  return parsed;
}

function parseOne(line: unknown): ParsedLine {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  const [parsed] = parse(Buffer.from(`${text}\n`), 1 << 20);
  return parsed as ParsedLine;
}

describe("every recorded line", () => {
  const files = recordings().flatMap(({ folder }) =>
    filesUnder(folder).filter((path) => path.endsWith(".jsonl")),
  );

  test.each([1, 100, 4096])("is the same record in chunks of %i bytes", (pieceBytes) => {
    for (const file of files.slice(0, pieceBytes === 1 ? 20 : undefined)) {
      const bytes = readFileSync(file);
      expect(parse(bytes, pieceBytes), file).toEqual(parse(bytes, bytes.length));
    }
  });

  test("is a record, or one that ccotel does not need", () => {
    for (const file of files) {
      expect(parse(readFileSync(file), 1 << 20).filter(({ kind }) => kind === "issue")).toEqual([]);
    }
  });
});

describe("a line", () => {
  test("of an unknown type is a record with its name", () => {
    expect(parseOne({ type: "hologram", uuid: "u1", depth: 3 })).toMatchObject({
      kind: "record",
      record: { type: "other", name: "hologram", uuid: "u1" },
    });
    expect(parseOne({ type: "system", subtype: "weather" })).toMatchObject({
      record: { type: "other", name: "system/weather" },
    });
  });

  test.each([
    ['{"type":"user"', "not JSON"],
    ["\u0000\u0000\u0000", "not JSON"],
    ["[1,2]", "not an object"],
    ["null", "not an object"],
    ["{}", "no type"],
    ['{"type":7}', "no type"],
  ])("that is not a record is an issue, not an exception: %s", (text, problem) => {
    expect(parseOne(text)).toEqual({ kind: "issue", issue: { offset: 0, problem } });
  });

  test("with an invalid time has no time", () => {
    for (const timestamp of ["yesterday", 12, null, "9999-01-01T00:00:00Z", "-000100-01-01T00:00:00Z"]) {
      expect(parseOne({ type: "user", timestamp })).toMatchObject({ record: { atMs: undefined } });
    }
  });

  test("with a time without a zone has a time of UTC, wherever this machine is", () => {
    useTimeZone("America/St_Johns");
    for (const timestamp of ["2026-11-20T09:00:00", "2026-11-20T09:00:00.000000", "2026-11-20 09:00"])
      expect(parseOne({ type: "user", uuid: "u1", timestamp })).toMatchObject({
        record: { atMs: Date.UTC(2026, 10, 20, 9) },
      });
    expect(parseOne({ type: "user", uuid: "u1", timestamp: "2026-11-20T09:00:00+05:45" })).toMatchObject({
      record: { atMs: Date.UTC(2026, 10, 20, 3, 15) },
    });
  });

  test("counts cache writes that it does not split by lifetime as five-minute ones", () => {
    const usage = {
      cache_creation_input_tokens: 100,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 30 },
    };
    expect(parseOne({ type: "assistant", message: { id: "m1", usage } })).toMatchObject({
      record: { usage: { cacheWrite5m: 70, cacheWrite1h: 30 } },
    });
  });
});

describe("in a file that other programs have changed,", () => {
  const record = JSON.stringify({ type: "user", uuid: "u1", message: { content: "Hello" } });
  const uuids = (text: string, pieceBytes: number) =>
    parse(Buffer.from(text), pieceBytes).flatMap((parsed) =>
      parsed.kind === "record" ? recordsOf(parsed).map(({ uuid }) => uuid) : [parsed.kind],
    );

  test.each([
    ["a byte order mark before the first line", `\uFEFF${record}\r\n${record}\r\n`, ["u1", "u1"]],
    ["a byte order mark where two files were joined", `${record}\n\uFEFF${record}\n`, ["u1", "u1"]],
    ["NUL characters before a line", `${record}\n${"\0".repeat(5000)}${record}\n`, ["u1", "u1"]],
    ["NUL characters after a line", `${record}${"\0".repeat(5000)}\n${record}\n`, ["u1", "u1"]],
    [
      "a cut line and NUL characters before a line",
      `${record.slice(0, 30)}${"\0".repeat(50)}${record}\n`,
      ["u1"],
    ],
    ["NUL characters between two records", `${record}${"\0".repeat(50)}\uFEFF${record}\n`, ["u1", "u1"]],
    ["two records on one line and NUL characters", `${record}${record}\0\0${record}\0\n`, ["u1", "u1", "u1"]],
    ["a line of NUL characters", `${record}\n${"\0".repeat(9000)}\n${record}\n`, ["u1", "issue", "u1"]],
    ["a cut line and NUL characters", `${record.slice(0, 30)}${"\0".repeat(50)}\n`, ["issue"]],
  ])("no other record is lost: %s", (_, text, expected) => {
    for (const pieceBytes of [1, 7, 1 << 20]) expect(uuids(text, pieceBytes)).toEqual(expected);
  });

  // A search that starts again at each NUL takes an hour for these.
  test("2 MB of NUL characters before a line take less than a test's time limit", () => {
    expect(uuids(`${"\0".repeat(2 << 20)}${record}\n`, 1 << 20)).toEqual(["u1"]);
  });
});

describe("the MCP servers in the client's list of tools", () => {
  const serversIn = (attachment: object) => {
    const line = { type: "attachment", attachment: { type: "deferred_tools_delta", ...attachment } };
    const [record] = recordsOf(parseOne(line));
    return record?.type === "mcp_servers" ? [record.added, record.removed] : record;
  };

  test("are those of its tools, and those that connect, wait for a login or cannot be reached", () => {
    const list = {
      addedNames: ["WebFetch", "mcp__stock__lookup", "mcp__stock__fail", "mcp__books__find"],
      removedNames: ["CronList", "mcp__mail__send"],
      pendingMcpServers: ["slow server"],
      needsAuthMcpServers: ["plugin:kit:login"],
      failedMcpServers: ["down"],
    };
    expect(serversIn(list)).toEqual([
      ["stock", "books", "slow_server", "plugin_kit_login", "down"],
      ["mail"],
    ]);
  });

  test("are none if the list has none, or another form", () => {
    expect(serversIn({ addedNames: ["WebFetch"], removedNames: [] })).toEqual([[], []]);
    expect(serversIn({ addedNames: "mcp__a__b", pendingMcpServers: [7, null, {}] })).toEqual([[], []]);
  });
});
