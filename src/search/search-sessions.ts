import { mtimeOf } from "../disk/stat.ts";
import { agentLister } from "../files/agents/agent-files.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import type { Summary } from "../session/sums/summary.ts";
import { textFinder } from "./find-text.ts";
import { type Candidate, HITS_A_SESSION } from "./list-sessions.ts";
import { factsOf } from "./session-facts.ts";
import { wordsOf } from "./words.ts";

/**
 * The sessions as candidates of a list: those that hold all words of the query. Transcripts are only searched as far as
 * the list needs them. `summaryOf` returns a summary from the catalog if it can.
 */
export function searchedCandidates(
  found: readonly FoundSession[],
  summaryOf: (session: FoundSession) => Summary,
  query: string,
): Candidate[] {
  const words = wordsOf(query);
  const find = textFinder(words, { limit: HITS_A_SESSION, results: true });
  const agentsOf = agentLister();
  const row: (session: FoundSession) => ReturnType<Candidate["row"]> = (session) => {
    const { path, sessionId } = session;
    const paths = words.length === 0 ? [] : [path, ...agentsOf(path, sessionId).map((agent) => agent.path)];
    const { hits } = find(paths);
    if (words.length > 0 && hits.length === 0) return undefined;
    const facts = factsOf(session, summaryOf(session));
    if (facts === undefined) return undefined;
    // The history that a fork has copied is its source's.
    const own = facts.forkedFrom === undefined ? hits : find(paths, facts.firstMs).hits;
    return words.length > 0 && own.length === 0 ? undefined : { facts, hits: own };
  };
  return found.map((session) => ({ atMs: mtimeOf(session.path), row: () => row(session) }));
}
