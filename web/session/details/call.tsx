import type { PageCall } from "../../../src/page/model.ts";
import { OUTCOME_STYLES, TriedCall } from "../call-link.tsx";
import { ItemLink } from "../item-link.tsx";
import type { ItemProps } from "./props.ts";

export function CallDetails(props: ItemProps) {
  const { page, index, onSelect } = props;
  const call = page.calls[index] as PageCall;
  // A call does not wait for a background agent, which it started as well.
  const started = call.starts ?? page.lanes.findIndex((one) => one.call === index);
  const lane = page.lanes[started];
  const first = page.requests.findIndex((request) => request.lane === started);
  return (
    <>
      {call.about !== undefined && (
        <p class="mono" dir="auto">
          {call.about}
        </p>
      )}
      {call.error !== undefined && <p class={OUTCOME_STYLES[call.outcome]}>{call.error}</p>}
      {call.waitIncluded === true && <p class="dim">The time includes waiting for a person.</p>}
      {call.request !== undefined && (
        <p>
          <ItemLink item={{ kind: "request", index: call.request }} onSelect={onSelect}>
            The request that made this call
          </ItemLink>
        </p>
      )}
      {lane !== undefined && first !== -1 && (
        <p>
          <ItemLink item={{ kind: "request", index: first }} onSelect={onSelect}>
            First request of the subagent {lane.name}
          </ItemLink>
        </p>
      )}
      <Next {...props} />
    </>
  );
}

/** Leads from a call to what came next in its conversation. */
function Next({ page, index, relations, onSelect }: ItemProps) {
  const request = relations.nextRequest(index);
  const next = relations.nextCall(index);
  if (request === undefined && next === undefined) return null;
  return (
    <p>
      Next:{" "}
      {request !== undefined && (
        <ItemLink item={{ kind: "request", index: request }} onSelect={onSelect}>
          the request with its result
        </ItemLink>
      )}
      {request !== undefined && next !== undefined && ", "}
      {next !== undefined && <TriedCall page={page} index={next} onSelect={onSelect} />}
    </p>
  );
}
