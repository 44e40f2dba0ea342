import { type Insight, RULES, type Rule } from "../insights/insight.ts";
import { MEANINGS } from "../insights/meanings.ts";
import { printable } from "../printable.ts";
import { count, dollars, duration, grouped, plural } from "../units.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { shorten, width } from "./text/width.ts";
import { wrap } from "./text/wrap.ts";

/** The sessions that the insights come from. */
interface Looked {
  sessions: number;
  /** The period as text: `since 2026-10-30`. */
  period?: string;
  /** Only projects whose name contains this. */
  project?: string;
}

/** Maximum number of insights of a rule, of sessions of an insight, and of its details. The JSON has all. */
const MAX_OF_A_RULE = 5;
const MAX_SESSIONS = 3;
const MAX_DETAILS = 4;

/** Draws insights in groups by rule, the most expensive group first. */
export function drawInsights(insights: readonly Insight[], looked: Looked, style: Style): string {
  const columns = Math.min(style.columns, MAX_COLUMNS);
  const narrow = { ...style, columns };
  const about = [plural(looked.sessions, "session"), looked.period].filter(Boolean).join(" ");
  if (looked.sessions === 0) return `${noneOf(looked)}.\n`;
  if (insights.length === 0) return `Nothing stands out in ${about}.\n`;
  const weight = (rule: Rule) => insights.findIndex((insight) => insight.rule === rule);
  const rules = RULES.filter((rule) => weight(rule) !== -1).sort((a, b) => weight(a) - weight(b));
  const groups = rules.map((rule) =>
    drawGroup(
      rule,
      insights.filter((insight) => insight.rule === rule),
      narrow,
    ).join("\n"),
  );
  return `${style.paint("dim", `From ${about}:`)}\n\n${groups.join("\n\n")}\n`;
}

function noneOf({ period, project }: Looked): string {
  const of = project === undefined ? undefined : `of a project whose name contains ${project}`;
  return ["No session", of, period].filter(Boolean).join(" ");
}

/** The insights that `drawInsights` draws, with the details that it shows: fewer than there are. */
export function drawnOf(insights: readonly Insight[]): Insight[] {
  return RULES.flatMap((rule) =>
    insights.filter((insight) => insight.rule === rule).slice(0, MAX_OF_A_RULE),
  ).map((insight) => ({ ...insight, details: insight.details.slice(0, MAX_DETAILS) }));
}

function drawGroup(rule: Rule, insights: readonly Insight[], style: Style): string[] {
  const { title, advice } = MEANINGS[rule];
  const left = insights.length - MAX_OF_A_RULE;
  return [
    ...wrap(title, style.columns).map((line) => style.paint("bold", line)),
    ...wrap(advice, style.columns).map((line) => style.paint("dim", line)),
    ...insights.slice(0, MAX_OF_A_RULE).flatMap((insight) => drawInsight(insight, style)),
    ...(left > 0 ? [style.paint("dim", `  and ${left} more (--json has them)`)] : []),
  ];
}

function drawInsight(insight: Insight, { columns, paint }: Style): string[] {
  const { subject, project, sessions, details, rule } = insight;
  const figures = figuresOf(insight);
  const named = [rule === "expensive-session" ? undefined : subject, project].filter(
    (part) => part !== undefined,
  );
  const text = printable(named.join(" · ")) || "(no project)";
  const fits = width(text) + width(figures) + 4 <= columns;
  const head = shorten(text, columns - 2 - (fits ? width(figures) + 2 : 0));
  const first = fits
    ? [`  ${head}${" ".repeat(columns - 2 - width(head) - width(figures))}${figures}`]
    : [`  ${head}`, ...wrap(figures, columns - 4).map((line) => `    ${line}`)];
  const dim = (line: string) => paint("dim", shorten(`    ${printable(line)}`, columns));
  const ids = sessions.slice(0, MAX_SESSIONS).map(({ sessionId }) => `ccotel show ${sessionId}`);
  const more = sessions.length - ids.length;
  return [
    ...first,
    ...details.slice(0, MAX_DETAILS).map(dim),
    ...ids.map(dim),
    ...(more > 0 ? [dim(`and ${plural(more, "more session")}`)] : []),
  ];
}

function figuresOf({ rule, times, tokens, usd, ms, sessions }: Insight): string {
  const isOne = rule === "expensive-session";
  return [
    isOne ? `${grouped(times)} times the median` : plural(times, "time"),
    sessions.length > 1 ? `in ${grouped(sessions.length)} sessions` : undefined,
    tokens === undefined || tokens === 0
      ? undefined
      : `${isAbout(rule) ? "about " : ""}${count(tokens)} tokens`,
    ms === undefined || ms < 1000 ? undefined : duration(ms),
    usd === undefined ? undefined : `${isOne ? "" : "about "}${dollars(usd)}`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

/** Whether the rule estimates tokens. The transcript holds those of compactions and cache misses. */
function isAbout(rule: Rule): boolean {
  return rule !== "compaction" && rule !== "cache-miss";
}
