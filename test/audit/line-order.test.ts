import { expect, test } from "vitest";
import { auditSession } from "../../src/audit/audit.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { comparedOf } from "../support/audit-files.ts";
import { type FileText, readTexts, sessionsOf } from "../support/read-in-memory.ts";
import { recordings, sessionIdOf } from "../support/recordings.ts";

/** The positions of lines that the next line of the same response follows directly. */
function pairsIn(lines: readonly string[]): number[] {
  const ids = lines.map((line) => /"apiBlockIndex":/.test(line) && /"requestRef":"([^"]+)"/.exec(line)?.[1]);
  return lines.flatMap((_, at) => (ids[at] && ids[at] === ids[at + 1] ? [at] : []));
}

const cases = recordings().flatMap((one) =>
  sessionsOf(one).flatMap((files) =>
    files
      .map((file) => ({ file, lines: file.text.split("\n") }))
      .filter(({ file, lines }) => file.path.endsWith(".jsonl") && pairsIn(lines).length > 0)
      .map(({ file, lines }) => ({ name: one.name, files, file, lines })),
  ),
);

test.each(cases)("two lines of a response can be in either order: $name", async ({ files, file, lines }) => {
  const swapped = [...lines];
  for (const at of pairsIn(lines).filter((pair, index, all) => pair !== (all[index - 1] ?? -2) + 1))
    [swapped[at], swapped[at + 1]] = [swapped[at + 1] as string, swapped[at] as string];
  const changed = files.map((one) => (one === file ? { ...one, text: swapped.join("\n") } : one));
  const [before, after] = [readTexts(files), readTexts(changed)];
  expect(countsOf(summarize(after).rows)).toEqual(countsOf(summarize(before).rows));
  expect(comparedOf(after).exactFirstTokens).toBe(comparedOf(before).exactFirstTokens);
  const { differences } = await auditSession({
    sessionId: sessionIdOf((files[0] as FileText).path),
    files: changed
      .filter(({ path }) => path.endsWith(".jsonl"))
      .map(({ path, text }, index) => ({ file: path, isMain: index === 0, lines: text.split("\n") })),
    ...comparedOf(after),
  });
  expect(differences).toEqual([]);
});
