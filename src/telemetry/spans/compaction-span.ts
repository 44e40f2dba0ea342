import type { Compaction } from "../../session/model.ts";
import { attributes } from "../attributes.ts";
import { spanIdOf } from "../ids.ts";
import { CCOTEL, NATIVE } from "../semconv.ts";
import type { Span } from "./span.ts";
import { identity, makeSpan, type Scope } from "./span-parts.ts";
import type { Parent } from "./trace-context.ts";

/** The span of a compaction, of the main conversation or of an agent's. */
export function compactionSpan(compaction: Compaction, parent: Parent, scope: Scope): Span {
  return makeSpan(scope, parent, {
    spanId: spanIdOf(scope.context.sessionId, "compaction", compaction.id),
    name: "claude_code.compaction",
    startMs: compaction.startMs,
    endMs: compaction.endMs,
    attributes: attributes([
      ...identity(scope.context),
      [NATIVE.promptId, scope.promptId],
      [NATIVE.agentId, scope.agentId],
      [CCOTEL.compactionTrigger, compaction.trigger],
      [CCOTEL.compactionPreTokens, compaction.preTokens],
      [CCOTEL.compactionPostTokens, compaction.postTokens],
      [CCOTEL.compactionDroppedTokens, compaction.droppedTokens],
    ]),
  });
}
