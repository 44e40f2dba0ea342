import { list, maybeCount, object, text } from "./fields.ts";
import type { RecordedWork } from "./record.ts";

/**
 * The work that the result of a call reports: lines, commits and pull requests. Undefined when it reports none.
 *
 * Lines come from the patch of an edit, from a file that the call created, or from the sums of an agent. They are
 * counted as the client counts them (`cost-state.totalLinesAdded`). Commits and pull requests are those that the client
 * recognized in `git` and `gh` commands.
 */
export function parseWork(result: Record<string, unknown>): RecordedWork | undefined {
  const work: RecordedWork = {};
  addLines(work, result);
  const git = object(result.gitOperation);
  if (git !== undefined) {
    const kind = text(object(git.commit)?.kind);
    // An amended commit is not counted: it replaces another one.
    if (kind === "committed" || kind === "cherry-picked") work.commits = 1;
    if (object(git.pr)?.action === "created") work.pullRequests = 1;
  }
  return Object.keys(work).length === 0 ? undefined : work;
}

function addLines(work: RecordedWork, result: Record<string, unknown>): void {
  const stats = object(result.toolStats);
  let added = maybeCount(stats?.linesAdded) ?? 0;
  let removed = maybeCount(stats?.linesRemoved) ?? 0;
  const patch = list(result.structuredPatch);
  for (const hunk of patch) {
    for (const line of list(object(hunk)?.lines)) {
      const mark = text(line)?.[0];
      if (mark === "+") added++;
      else if (mark === "-") removed++;
    }
  }
  if (result.type === "create" && patch.length === 0) {
    added += maybeCount(result.contentLines) ?? text(result.content)?.split("\n").length ?? 0;
  }
  if (added > 0) work.linesAdded = added;
  if (removed > 0) work.linesRemoved = removed;
}

/** The pull request that the client saw a command work on. Undefined when there is none. */
export function parsePullRequest(
  result: Record<string, unknown>,
): { number?: number; url?: string } | undefined {
  const pr = object(object(result.gitOperation)?.pr);
  if (pr === undefined) return undefined;
  const [number, url] = [maybeCount(pr.number), text(pr.url)];
  return { ...(number === undefined ? {} : { number }), ...(url === undefined ? {} : { url }) };
}
