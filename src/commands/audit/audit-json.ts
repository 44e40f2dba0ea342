import type { Audit } from "../../audit/audit.ts";
import { COST_IN_USD, type Difference } from "../../audit/compare.ts";
import type { CostAudit } from "../../audit/explain.ts";
import type { Sums } from "../../audit/sums.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { microUsd } from "../../report/json/values.ts";
import { wholeMicros } from "../../stats/whole-micros.ts";

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/**
 * An audit as one JSON value. Each amount is there in USD and, beside it, in whole micro-dollars that add up. `sent`:
 * what has been sent of the session.
 */
export function auditJson({ sessionId, path }: FoundSession, audit: Audit, sent: object | undefined) {
  const { recount, differences, cost } = audit;
  const { brokenLines, sharedWith } = recount;
  const { prompts: _, exactFirstTokens: __, ...own } = recount.own;
  return {
    schema: SCHEMA,
    sessionId,
    path,
    ...own,
    models: modelsJson(own.models),
    brokenLines,
    sharedWith,
    cost: cost && costJson(cost),
    differences: differences.map(differenceJson),
    sent,
  };
}

function modelsJson(models: Sums["models"]) {
  const entries = Object.entries(models);
  const micros = wholeMicros(entries.map(([, { costUsd = 0 }]) => costUsd));
  return Object.fromEntries(
    entries.map(([name, model], at) => [
      name,
      model.costUsd === undefined ? model : { ...model, costMicroUsd: micros[at] },
    ]),
  );
}

function costJson({ claudeUsd, ownUsd, reasons }: CostAudit) {
  const claudeMicroUsd = microUsd(claudeUsd);
  const ownMicroUsd = microUsd(ownUsd);
  const micros = wholeMicros(reasons.map(({ usd }) => usd));
  const rest = claudeMicroUsd - ownMicroUsd - micros.reduce((sum, micro) => sum + micro, 0);
  return {
    claudeUsd,
    claudeMicroUsd,
    ownUsd,
    ownMicroUsd,
    // The last one takes the micro-dollar that rounding may leave.
    reasons: reasons.map((reason, at) => ({
      ...reason,
      microUsd: (micros[at] ?? 0) + (at === reasons.length - 1 ? rest : 0),
    })),
  };
}

function differenceJson(difference: Difference) {
  const { what, recounted, read } = difference;
  return what === COST_IN_USD
    ? { ...difference, recountedMicroUsd: microUsd(recounted), readMicroUsd: microUsd(read) }
    : difference;
}
