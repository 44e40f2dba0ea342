import { plural } from "../units.ts";
import type { Audit } from "./audit.ts";
import { COST_IN_USD, type Difference } from "./compare.ts";
import type { CostAudit, Reason } from "./explain.ts";
import { costOfSums } from "./sums.ts";

/** An audit as lines for a person to read. The last line is the verdict. */
export function describeAudit(audit: Audit): string[] {
  const { recount, differences, cost } = audit;
  const { requests, failedRequests, provisionalRequests, toolCalls } = recount.own;
  const unpriced = Object.entries(recount.own.models).filter(([, { costUsd }]) => costUsd === undefined);
  return [
    `${plural(requests, "request")}${failedRequests === 0 ? "" : ` (${failedRequests} failed)`}, ${plural(toolCalls, "tool call")}, ${usd(costOfSums(recount.own))}`,
    ...unpriced.map(([model, of]) => `${plural(of.requests, "request")} of ${model}: no known price`),
    ...(provisionalRequests === 0
      ? []
      : [
          `${plural(provisionalRequests, "request")} without a final output count: output tokens and cost are too low`,
        ]),
    ...(recount.brokenLines === 0 ? [] : [`${plural(recount.brokenLines, "line")} could not be read`]),
    ...recount.sharedWith.map(
      (id) => `Its history has requests in common with session ${id}; each counts once`,
    ),
    ...(cost === undefined ? ["Claude Code wrote no sum of its own"] : describeCost(cost)),
    ...differences.map(describeDifference),
    differences.length === 0
      ? "What ccotel reads is what the transcript holds."
      : `${plural(differences.length, "difference")} between what ccotel reads and what the transcript holds: please report it.`,
  ];
}

function describeCost({ claudeUsd, ownUsd, reasons }: CostAudit): string[] {
  const head = `Claude Code's own sum: ${usd(claudeUsd)}, ours: ${usd(ownUsd)}`;
  return reasons.length === 0
    ? [`${head}: the same`]
    : [head, ...reasons.map((reason) => `  ${describeReason(reason)}`)];
}

/** One reason as a line: its amount in USD, then the explanation. */
function describeReason(reason: Reason): string {
  return `${reason.usd < 0 ? "-" : "+"}${usd(Math.abs(reason.usd))}  ${wordsOf(reason)}`;
}

/** Explains why Claude Code's sum is larger or smaller by the reason's amount. */
export function wordsOf(reason: Reason): string {
  switch (reason.kind) {
    case "copied":
      return `${plural(reason.requests, "request")} of the session that this one was forked from`;
    case "old_prices":
      return `${plural(reason.requests, "request")} that its version counts at other prices: one-hour cache writes at the five-minute price, US-only inference at the usual one`;
    case "unknown_model":
      return `another model's price, which Claude Code takes for ${reason.models.join(", ")}`;
    case "hidden_requests":
      return `requests that the transcript does not hold${reason.signs.length === 0 ? "" : ` (there was ${reason.signs.join(", ")})`}`;
    case "killed":
      return `${reason.requests === undefined ? "requests" : plural(reason.requests, "request")} of a process that was killed before it wrote a sum`;
    case "broken":
      return `${plural(reason.requests, "answer")} that broke off while the model was thinking: Claude Code does not count ${reason.requests === 1 ? "it" : "them"}`;
    case "since":
      return `${plural(reason.requests, "request")} since that sum was written`;
  }
}

/** One difference as a line. */
export function describeDifference({ what, recounted, read }: Difference): string {
  const [held, counted] = what === COST_IN_USD ? apart(recounted, read) : [recounted, read];
  return `${what}: the transcript holds ${held}, ccotel reads ${counted}`;
}

/** Both amounts in micro-dollars, or finer if they differ by less. */
function apart(a: number, b: number): string[] {
  const digits = [6, 9].find((some) => a.toFixed(some) !== b.toFixed(some)) ?? 9;
  return [a, b].map((amount) => amount.toFixed(digits));
}

function usd(amount: number): string {
  return `$${amount.toFixed(6)}`;
}
