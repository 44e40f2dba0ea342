import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, transcriptsOf } from "../support/recordings.ts";

const summaryOf = (name: string) =>
  countsOf(transcriptsOf(recording(name)).flatMap((path) => summarize(readWhole(path)).rows));

/** The line counts of the client's own `cost-state` at the session's end. */
function clientLines(name: string): unknown {
  const { totalLines } = JSON.parse(readFileSync(join(recording(name).folder, "expected.json"), "utf8"));
  return Object.values(totalLines)[0];
}

test.each(["work", "agent-edits", "permissions"])(
  "%s: lines added and removed are those of Claude Code's own sum",
  (name) => {
    const { linesAdded, linesRemoved } = summaryOf(name);
    expect([linesAdded, linesRemoved]).toEqual(clientLines(name));
  },
);

test("a session's work is counted: files, commands, fetches, commits, pull requests", () => {
  const { filesWritten, commands, webFetches, searches, commits, pullRequests } = summaryOf("work");
  // Three files in the first turn, two of them again in the second.
  expect({ filesWritten, commands, webFetches, searches, commits, pullRequests }).toEqual({
    filesWritten: 5,
    commands: 4,
    webFetches: 1,
    searches: 0,
    commits: 2,
    pullRequests: 1,
  });
});

test("an amended commit is not counted again, a picked one is counted, and a pull request counts once", () => {
  const { commits, pullRequests, commands } = summaryOf("commits");
  // A commit with -q leaves no record. Then: committed, amended, picked, a merge; created, edited, merged.
  expect({ commits, pullRequests, commands }).toEqual({ commits: 2, pullRequests: 1, commands: 8 });
});

test("each turn has the lines that it added and removed", () => {
  const turns = spansOf(recording("work"), "session").filter(
    ({ attributes }) => attributes["ccotel.turn.index"] !== undefined,
  );
  const lines = ({ attributes }: (typeof turns)[number]) => [
    attributes["ccotel.work.lines_added"],
    attributes["ccotel.work.lines_removed"],
  ];
  expect(turns.map(lines)).toEqual([
    [306, 4],
    [300, 301],
  ]);
});
