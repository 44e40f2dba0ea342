import { printable } from "../printable.ts";
import type { Finding } from "../signals/findings.ts";
import { RULES, type Severity } from "../signals/rules.ts";
import { clock } from "../units.ts";
import type { Style } from "./text/style.ts";
import { shorten } from "./text/width.ts";

const ORDER: readonly Severity[] = ["critical", "high", "medium", "low"];
const RULE = new Map(RULES.map((rule) => [rule.id, rule]));

/** Draws the findings of one session, the most severe first, each with its call and what the call is about. */
export function drawFindings(sessionId: string, findings: readonly Finding[], style: Style): string {
  const { paint, columns } = style;
  const lines = [...findings]
    .sort((a, b) => rank(a) - rank(b) || a.atMs - b.atMs)
    .flatMap(({ rule, atMs, call, agent }) => {
      const { severity, title } = RULE.get(rule) ?? { severity: "low", title: rule };
      const by = agent === undefined ? "" : ` by ${printable(agent)}`;
      const about = aboutOf(call?.content?.input);
      return [
        `  ${paint(rank({ rule }) < 2 ? "red" : undefined, severity.padEnd(8))} ${rule}: ${title}`,
        paint(
          "dim",
          shorten(
            `           ${clock(atMs)} ${printable(call?.name ?? "the turn")}${by}  ${about}`.trimEnd(),
            columns,
          ),
        ),
      ];
    });
  return `${[`Session ${sessionId}`, ...lines].join("\n")}\n`;
}

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** A finding as JSON value: ids, time as ISO text, and what the call is about. */
export function findingJson(sessionId: string, { rule, atMs, call, agent, project }: Finding) {
  const { severity, version } = RULE.get(rule) ?? {};
  return {
    schema: SCHEMA,
    sessionId,
    project,
    rule,
    version,
    severity,
    at: new Date(atMs).toISOString(),
    tool: call?.name,
    toolUseId: call?.id,
    outcome: call?.outcome,
    agent,
    about: aboutOf(call?.content?.input),
  };
}

function rank({ rule }: Pick<Finding, "rule">): number {
  return ORDER.indexOf(RULE.get(rule)?.severity ?? "low");
}

/** The path, or the first line of the command. Empty if the input has neither. */
function aboutOf(input: unknown): string {
  const values = new Map(typeof input === "object" && input !== null ? Object.entries(input) : []);
  const text = [values.get("file_path"), values.get("command"), values.get("path")].find(
    (value) => typeof value === "string",
  );
  return printable(String(text ?? "").split("\n", 1)[0] ?? "");
}
