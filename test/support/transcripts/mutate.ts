import fc from "fast-check";

/** A change to a transcript's lines that a damaged disk, another client version or an attacker could make. */
export type Mutation = (lines: string[]) => string[];

const NAMES = [
  "type",
  "subtype",
  "uuid",
  "parentUuid",
  "timestamp",
  "sessionId",
  "isSidechain",
  "agentId",
  "message",
  "content",
  "id",
  "model",
  "name",
  "input",
  "prompt",
  "subagent_type",
  "usage",
  "input_tokens",
  "output_tokens",
  "cache_creation",
  "stop_reason",
  "tool_use_id",
  "toolUseResult",
  "is_error",
  "promptId",
  "turnOrigin",
  "requestId",
  "requestRef",
  "requestSessionId",
  "requestedModel",
  "version",
  "cwd",
  "gitBranch",
  "entrypoint",
  "params",
  "error",
  "retryInMs",
  "compactMetadata",
  "durationMs",
  "totalCostUSD",
  "startTime",
  "forkedFrom",
  "text",
  "thinkingDurationMs",
  "toolInputStreamMs",
  "apiBlockIndex",
];

const HOSTILE = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "\u0000",
  "\ud800",
];

const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    ...HOSTILE,
    null,
    true,
    0,
    -1,
    -0,
    1e308,
    -1e308,
    1.5,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom(
    "user",
    "assistant",
    "system",
    "api-request",
    "cost-state",
    "tool_use",
    "tool_result",
    "text",
  ),
  fc.constantFrom("9999-12-31T23:59:59.999Z", "+275760-09-13T00:00:00Z", "-000001-01-01T00:00:00Z", "1"),
  fc.constant({ __proto__: null, constructor: { prototype: 1 }, length: -1 }),
  fc.jsonValue(),
);

/** Sets a field to another value, at any depth of the record. */
const changedField = fc
  .record({ name: fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...HOSTILE)), value: anyValue })
  .map(({ name, value }) => (line: string) => {
    const change = (node: unknown): unknown => {
      if (Array.isArray(node)) return node.map(change);
      if (typeof node !== "object" || node === null) return node;
      return Object.fromEntries(
        Object.entries(node).map(([key, child]) => [key, key === name ? value : change(child)]),
      );
    };
    try {
      return JSON.stringify(change(JSON.parse(line)));
    } catch {
      return line;
    }
  });

const addedField = fc
  .record({ name: fc.constantFrom(...NAMES, ...HOSTILE), value: anyValue })
  .map(({ name, value }) => (line: string) => {
    const field = `{${JSON.stringify(name)}:${JSON.stringify(value ?? null)},`;
    return line.startsWith("{") ? field + line.slice(1) : line;
  });

const changedByte = fc.record({ at: fc.nat(), byte: fc.nat(255) }).map(({ at, byte }) => (line: string) => {
  const bytes = Buffer.from(line);
  if (bytes.length > 0) bytes[at % bytes.length] = byte === 0x0a ? 0x20 : byte;
  return bytes.toString("latin1");
});

const cutLine = fc.nat().map((at) => (line: string) => line.slice(0, at % (line.length + 1)));

const changedLine = fc
  .record({ line: fc.nat(), change: fc.oneof(changedField, changedField, addedField, changedByte, cutLine) })
  .map(({ line, change }): Mutation => {
    return (lines) => lines.map((text, index) => (index === line % lines.length ? change(text) : text));
  });

const changedEverywhere = changedField.map(
  (change): Mutation =>
    (lines) =>
      lines.map(change),
);

const droppedLine = fc.nat().map(
  (at): Mutation =>
    (lines) =>
      lines.toSpliced(at % lines.length, 1),
);

const movedLine = fc.record({ from: fc.nat(), to: fc.nat(), keep: fc.boolean() }).map(
  ({ from, to, keep }): Mutation =>
    (lines) => {
      const line = lines[from % lines.length] as string;
      const rest = keep ? lines : lines.toSpliced(from % lines.length, 1);
      return rest.toSpliced(to % lines.length, 0, line);
    },
);

const anyMutation = fc.oneof(
  { weight: 6, arbitrary: changedLine },
  { weight: 2, arbitrary: changedEverywhere },
  { weight: 1, arbitrary: droppedLine },
  { weight: 2, arbitrary: movedLine },
);

export const mutation: fc.Arbitrary<Mutation> = anyMutation.map(
  (mutate) => (lines) => (lines.length === 0 ? lines : mutate(lines)),
);
