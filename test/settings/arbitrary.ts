import fc from "fast-check";

/** A list of members instead of an object, so that keys can repeat. */
class Members {
  constructor(readonly list: readonly (readonly [string, unknown])[]) {}
}

interface Spacer {
  (depth: number): string;
  wild: boolean;
}

const style = fc.record({
  bom: fc.constantFrom("", "\uFEFF"),
  eol: fc.constantFrom("\n", "\r\n", "\r"),
  unit: fc.constantFrom("  ", "    ", "\t", ""),
  mess: fc.constantFrom("none", "lines", "wild"),
});

const key = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "",
    "a.b",
    "model",
    'q"uote',
    "\u2028",
    "hooks",
    "env",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);

const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((list) => new Members(list)),
  ),
})).value;

const handler = fc.oneof(
  fc.record({
    type: fc.constant("command"),
    command: fc.constantFrom(
      "say done",
      "/opt/x/hook.sh",
      "echo ~/.ccotel/bin/hook.sh; true",
      "node hook.cjs",
    ),
  }),
  fc.record({ type: fc.constant("http"), url: fc.constant("http://127.0.0.1:1/") }),
  anything,
);

const group = fc.oneof(
  fc.record(
    { matcher: fc.string(), hooks: fc.array(handler, { maxLength: 2 }) },
    { requiredKeys: ["hooks"] },
  ),
  anything,
);

const env = fc
  .array(
    fc.tuple(
      fc.oneof(
        key,
        fc.constantFrom("CCOTEL_ENDPOINT", "OTEL_METRICS_EXPORTER", "CLAUDE_CODE_ENABLE_TELEMETRY"),
      ),
      fc.oneof(scalar, fc.constantFrom("1", "otlp", "http://localhost:4318")),
    ),
    { maxLength: 4 },
  )
  .map((list) => new Members(list));

const hooks = fc
  .array(
    fc.tuple(
      fc.constantFrom("Stop", "SessionEnd", "PreToolUse", "__proto__"),
      fc.array(group, { maxLength: 3 }),
    ),
    {
      maxLength: 3,
    },
  )
  .map((list) => new Members(list));

const settings = fc
  .array(
    fc.oneof(
      fc.tuple(
        key.filter((name) => name !== "env" && name !== "hooks"),
        anything,
      ),
      fc.tuple(fc.constant("env"), env),
      fc.tuple(fc.constant("hooks"), hooks),
    ),
    { maxLength: 5 },
  )
  .map((list) => new Members(list));

/** Any settings text that Claude Code loads: of any shape that ccotel edits, in any valid formatting. */
export const settingsText = fc
  .record({ value: settings, seed: fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }), style })
  .map(({ value, seed, style: { bom, ...rest } }) => {
    const space = spacer(seed, rest);
    return bom + space(0) + write(value, space, 0) + space(0);
  });

function spacer(
  seed: readonly number[],
  { eol, unit, mess }: { eol: string; unit: string; mess: string },
): Spacer {
  let turn = 0;
  const space = (depth: number) => {
    const roll = seed[turn++ % seed.length] ?? 0;
    if (mess === "none") return "";
    if (mess === "lines") return eol + unit.repeat(depth);
    return (
      ["", "", " ", "  ", "\t", eol, eol + eol, `${eol}${unit.repeat(depth)}`, "\r\n ", "\n"][roll] ?? ""
    );
  };
  return Object.assign(space, { wild: mess === "wild" });
}

function write(value: unknown, space: Spacer, depth: number): string {
  const members =
    value instanceof Members
      ? value.list
      : typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value)
        : undefined;
  const inner = () => space(depth + 1);
  // Only the wild style breaks a line around a colon or before a comma.
  const around = () => (space.wild ? space(depth + 1) : "");
  if (members) {
    const parts = members.map(
      ([name, item]) =>
        `${inner()}${JSON.stringify(name)}${around()}:${around()}${write(item, space, depth + 1)}${around()}`,
    );
    return `{${parts.length > 0 ? parts.join(",") : ""}${space(depth)}}`;
  }
  if (Array.isArray(value)) {
    const parts = value.map((item) => `${inner()}${write(item, space, depth + 1)}`);
    return `[${parts.join(",")}${space(depth)}]`;
  }
  return JSON.stringify(value);
}
