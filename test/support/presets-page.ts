// The text of docs/reference/presets.md, made from the program's own table of presets.

import { PRESETS } from "../../src/settings/presets/presets.ts";

type Preset = (typeof PRESETS)[number];

const HEAD = `# Presets

\`ccotel configure --preset NAME\` knows these backends.
For any other backend that accepts OTLP over HTTP, use \`--endpoint URL\` and, if it needs one, \`--header NAME=VALUE\`.
A test generates this page from the program's own table.

- **One trace per**: what a trace holds unless you set \`--trace-scope\`.
- **Points**: the temporality of metrics that the backend expects.
- **Checked**: when the preset was last compared with the backend's documentation.
`;

const FIELDS = `## Fields

Give a field as \`--field NAME=VALUE\`, or as \`--field NAME=@FILE\` to read it from a file; in a terminal, \`configure\` asks for what is missing.
Values of secret fields go to a file of mode 0600 unless you choose another place with \`--secrets\` ([tokens](../use/configure.md#tokens)).
A field without a default is required, unless its row says otherwise.
`;

/** The whole page: an overview, then one section for each preset. */
export function presetsPage(): string {
  return [
    HEAD,
    table(["preset", "backend", "signals", "one trace per", "points", "checked"], PRESETS.map(overview)),
    "",
    FIELDS,
    ...PRESETS.map(section),
  ].join("\n");
}

function overview(preset: Preset): string[] {
  const { name, title, checked, signals } = preset;
  return [
    `[\`${name}\`](#${name})`,
    title,
    signals.join(", "),
    signals.includes("traces") ? (preset.traceScope === "turn" ? "turn" : "run of a session") : "",
    signals.includes("metrics") ? preset.temporality : "",
    checked?.on ?? "",
  ];
}

function section(preset: Preset): string {
  const { name, title, docs, checked, endpoint, notes } = preset;
  const headers = [...new Set(preset.headers.map((header) => `\`${header.name}\``))];
  const page = checked === undefined ? docs : `[${docs}](${checked.page})`;
  const fields = Object.entries(preset.fields);
  return [
    `### ${name}`,
    "",
    `${title} at \`${endpoint}\`${headers.length === 0 ? "" : `, with the header${headers.length === 1 ? "" : "s"} ${headers.join(", ")}`}.`,
    `Documentation: ${page}.`,
    ...notes,
    "",
    ...(fields.length === 0
      ? []
      : [table(["field", "what it is", "default", "example"], fields.map(fieldRow)), ""]),
  ].join("\n");
}

function fieldRow([name, field]: [string, Preset["fields"][string]]): string[] {
  const more = [
    ...(field.oneOf === undefined ? [] : [`one of ${field.oneOf.map(code).join(", ")}`]),
    ...(field.secret ? ["secret"] : []),
    ...(field.optional ? ["optional"] : []),
  ];
  return [
    code(name),
    [`${field.ask} (${field.where})`, ...more].join("; "),
    field.default === undefined ? "" : code(field.default),
    field.example === undefined ? "" : code(field.example),
  ];
}

const code = (text: string) => `\`${text}\``;

function table(head: string[], rows: string[][]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, 3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
