import { MISS_CAUSES } from "../../../src/insights/meanings.ts";
import type { PageRequest } from "../../../src/page/model.ts";
import { count, duration, percent, short, usd } from "../../format.ts";
import { CallLink } from "../call-link.tsx";
import type { ItemProps } from "./props.ts";

export function RequestDetails(props: ItemProps) {
  const request = props.page.requests[props.index] as PageRequest;
  const { tokens, costParts, costUsd, startMs, firstChunkMs, firstBlockMs, retries = [] } = request;
  const rows = [
    ["uncached input", tokens.input, costParts?.input],
    ["cache read", tokens.cacheRead, costParts?.cacheRead],
    ["cache write", tokens.cacheWrite, costParts?.cacheWrite],
    ["output", tokens.output, costParts?.output],
  ] as const;
  const most = Math.max(1e-12, ...rows.map(([, , part = 0]) => part));
  return (
    <>
      {(request.error ?? request.errorText) !== undefined && (
        <p class="bad">{[request.error, request.errorText].filter(Boolean).join(": ")}</p>
      )}
      <div class="bars">
        {rows.map(([name, amount, part = 0]) => (
          <>
            <span>{name}</span>
            <span class="bar" style={{ width: `${(part / most) * 100}%` }} />
            <span class="num">{count(amount)}</span>
            <span class="num">{costParts === undefined ? "" : usd(part)}</span>
          </>
        ))}
        {costParts !== undefined && costParts.webSearch > 0 && (
          <>
            <span>web search</span>
            <span class="bar" style={{ width: `${(costParts.webSearch / most) * 100}%` }} />
            <span />
            <span class="num">{usd(costParts.webSearch)}</span>
          </>
        )}
      </div>
      {request.isProvisional && (
        <p class="warn">
          Output and cost are too low: the transcript has no final output count of this request.
        </p>
      )}
      <p>
        {costUsd === undefined ? "No known price for this model" : <b>{usd(costUsd)}</b>}
        {request.contextRatio !== undefined && ` · context ${percent(request.contextRatio)} full`}
        {tokens.reasoning > 0 && ` · ${count(tokens.reasoning)} of the output tokens are thinking`}
        {request.speed !== undefined && ` · ${request.speed}`}
      </p>
      <p class="dim">
        {firstChunkMs !== undefined
          ? `First token after ${duration(firstChunkMs - startMs)}`
          : firstBlockMs !== undefined && `First token after at most ${duration(firstBlockMs - startMs)}`}
        {request.stopReason !== undefined && ` · stopped: ${request.stopReason}`}
        {request.isAborted && " · stopped by the user"}
        {(request.attempts ?? 1) > 1 && ` · ${request.attempts} attempts`}
      </p>
      {request.cacheMiss !== undefined && (
        <p class="warn">
          Paid again for {short(request.cacheMiss.tokens)} tokens that were in the cache:{" "}
          {MISS_CAUSES[request.cacheMiss.cause]}
          {request.cacheMiss.usd !== undefined && `. ${usd(request.cacheMiss.usd)} more`}.
        </p>
      )}
      <Added {...props} />
      {retries.length > 0 && (
        <ul>
          {retries.map(({ atMs, status, error, delayMs }) => (
            <li key={atMs}>
              {[status, error].filter(Boolean).join(" ") || "failed"}
              {delayMs !== undefined && `, tried again after ${duration(delayMs)}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** How many calls to name. */
const MOST_CALLS = 4;

/** Says what a request has in its context that the one before had not. */
function Added({ page, index, relations, onSelect }: ItemProps) {
  const grown = relations.grown(index);
  const calls = relations.callsBefore(index);
  if (grown === undefined && calls.length === 0) return null;
  return (
    <p>
      {grown === undefined ? "Has the results of " : `${short(grown)} tokens were added before it`}
      {grown !== undefined && calls.length > 0 && ", by results of "}
      {calls.slice(0, MOST_CALLS).map((call, place) => (
        <span key={call}>
          {place > 0 && ", "}
          <CallLink page={page} index={call} onSelect={onSelect} />
        </span>
      ))}
      {calls.length > MOST_CALLS && ` and ${calls.length - MOST_CALLS} more`}
    </p>
  );
}
