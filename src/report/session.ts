import { CCOTEL, OTEL } from "../telemetry/semconv.ts";
import { clock } from "./format.ts";
import { type AnySpan, printable, type SpanNode } from "./node.ts";
import { drawTotals, totalsOf } from "./totals.ts";
import { drawTree, type Style } from "./tree.ts";
import { wrap } from "./wrap.ts";

/** Whose spans they are. */
export interface Heading {
  sessionId: string;
  project?: string;
  branch?: string;
  clientVersion?: string;
  startMs: number;
}

/** Reads the heading off a session's first spans. */
export function headingOf(spans: readonly AnySpan[], clientVersion: string | undefined): Heading {
  const first = (key: string) => {
    const value = spans.find(({ attributes }) => attributes[key] !== undefined)?.attributes[key];
    return value === undefined ? undefined : printable(String(value));
  };
  const project = first(CCOTEL.project);
  const branch = first(OTEL.refHeadName);
  return {
    sessionId: first(OTEL.sessionId) ?? "unknown",
    startMs: spans.reduce((min, { startMs }) => Math.min(min, startMs), Number.POSITIVE_INFINITY),
    ...(project === undefined ? {} : { project }),
    ...(branch === undefined ? {} : { branch }),
    ...(clientVersion === undefined ? {} : { clientVersion: printable(clientVersion) }),
  };
}

/** A session as text: whose it is, its tree, and what it adds up to. */
export function drawSession(heading: Heading, nodes: readonly SpanNode[], style: Style): string {
  const facts = [
    heading.project,
    heading.branch,
    heading.clientVersion === undefined ? undefined : `Claude Code ${heading.clientVersion}`,
    clock(heading.startMs),
  ];
  return [
    `${style.paint("bold", "Session")} ${heading.sessionId}`,
    ...wrap(facts.filter((fact) => fact !== undefined).join(" · "), style.columns).map((line) =>
      style.paint("dim", line),
    ),
    "",
    ...drawTree(nodes, style),
    "",
    ...drawTotals(totalsOf(nodes), style),
    "",
  ].join("\n");
}
