import { useMemo } from "preact/hooks";
import type { PageAudit } from "../../src/page/audit.ts";
import type { PageCostParts, PageSession } from "../../src/page/model.ts";
import { usd } from "../format.ts";
import type { Numbers } from "../numbers.ts";
import { type Part, Strip } from "./strip.tsx";

/** An audit and how many requests the page had at that time, or why the audit failed. */
export type AuditState = (PageAudit & { requests?: number }) | { problem: string };

const MOST_MODELS = 4;

const PARTS: [keyof PageCostParts, string, string][] = [
  ["output", "output", "--output"],
  ["cacheRead", "cache reads", "--cache-read"],
  ["cacheWrite", "cache writes", "--cache-write"],
  ["input", "uncached input", "--context"],
  ["webSearch", "web searches", "--hook"],
];

/** Shows the cost by kind of token and by model, and compares it with Claude Code's own total. */
export function Money(props: {
  page: PageSession;
  numbers: Numbers;
  audit: AuditState | undefined;
  /** Whether an audit is on its way. */
  isAsked: boolean;
}) {
  const { page, numbers, audit, isAsked } = props;
  const parts = useMemo(() => partsOf(page), [page]);
  const shown = PARTS.filter(([name]) => parts[name] > 0).map(
    ([name, title, color]): Part => ({
      title,
      color,
      amount: parts[name],
      text: usd(parts[name]),
    }),
  );
  if (page.requests.length === 0) return null;
  return (
    <section class="panel">
      <h2>Where the money went</h2>
      {shown.length === 0 ? (
        <p class="dim">
          {numbers.unpriced > 0
            ? "These models have no known price; docs/use/prices.md says how to give them one."
            : "Nothing was paid for."}
        </p>
      ) : (
        <Strip parts={shown} total={numbers.costUsd} />
      )}
      {numbers.models.length > 1 && (
        <p class="dim">
          {numbers.models
            .slice(0, MOST_MODELS)
            .map(({ model, costUsd }) => `${model} ${usd(costUsd)}`)
            .join(" · ")}
          {numbers.models.length > MOST_MODELS && ` · and ${numbers.models.length - MOST_MODELS} more`}
        </p>
      )}
      <Audit audit={audit} isAsked={isAsked} requests={page.requests.length} />
    </section>
  );
}

/** Explains the whole difference between our total and Claude Code's. */
function Audit(props: { audit: AuditState | undefined; isAsked: boolean; requests: number }) {
  const { audit, isAsked, requests } = props;
  if (audit === undefined) return isAsked ? <p class="dim">Comparing with Claude Code…</p> : null;
  if ("problem" in audit) return <p class="dim">Not compared with Claude Code’s own sum: {audit.problem}</p>;
  const { claudeUsd, ownUsd, reasons, differences } = audit;
  return (
    <>
      {claudeUsd === undefined ? (
        <p class="dim">Claude Code wrote no sum of its own to compare with.</p>
      ) : (
        <dl class="sum">
          <dt>{exact(ownUsd ?? 0)}</dt>
          <dd>what the transcript holds, at list price</dd>
          {reasons.map(({ usd: amount, why }) => (
            <>
              <dt>{`${amount < 0 ? "−" : "+"} ${exact(Math.abs(amount))}`}</dt>
              <dd>{why}</dd>
            </>
          ))}
          <dt>
            <b>{exact(claudeUsd)}</b>
          </dt>
          <dd>
            {reasons.length === 0
              ? "Claude Code’s own sum: the same"
              : "Claude Code’s own sum: every cent explained"}
          </dd>
        </dl>
      )}
      {audit.requests !== undefined && audit.requests < requests && (
        <p class="dim">
          The session has grown since that was added up. It is added up again at the end of the turn.
        </p>
      )}
      {differences.map((difference) => (
        <p key={difference} class="bad">
          {difference}. Please report this.
        </p>
      ))}
    </>
  );
}

/** Formats USD with six decimals: prices have no more. */
function exact(value: number): string {
  return `$${value.toFixed(6)}`;
}

function partsOf(page: PageSession): PageCostParts {
  const sums = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, webSearch: 0 };
  for (const { costParts } of page.requests) for (const [name] of PARTS) sums[name] += costParts?.[name] ?? 0;
  return sums;
}
