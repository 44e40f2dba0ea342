import type { Failure, ToldCall } from "../../failures/failures.ts";
import type { FailureGroup, Grouping } from "../../failures/group.ts";
import { iso } from "./values.ts";

/** Version of the JSON of `ccotel errors --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** A failure as JSON value: times as ISO text, durations in milliseconds. */
export function failureJson(
  session: { sessionId: string; path: string; project?: string },
  failure: Failure,
) {
  const { atMs, turn, next, fix, request, project = session.project, ...others } = failure;
  return {
    schema: SCHEMA,
    sessionId: session.sessionId,
    path: session.path,
    at: iso(atMs),
    project,
    ...others,
    turn: turn === undefined ? undefined : { id: turn.id, index: turn.index, prompt: turn.prompt },
    request: request === undefined ? undefined : timed(request),
    next: next === undefined ? undefined : timed(next),
    fix: fix === undefined ? undefined : timed(fix),
  };
}

/** A group of failures as JSON value. The field `by` names the grouping, and the field of that name the group. */
export function groupJson({ name, lastMs, ...group }: FailureGroup, by: Grouping) {
  return { schema: SCHEMA, by, [by]: name, ...group, last: iso(lastMs) };
}

function timed<T extends Pick<ToldCall, "atMs">>({ atMs, ...others }: T) {
  return { at: iso(atMs), ...others };
}
