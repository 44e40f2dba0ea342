import { expect, it } from "vitest";
import { pageRow } from "../../src/page/history.ts";
import { addCounts, noCounts } from "../../src/session/sums/counts.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { overviewOf } from "../../web/sessions/history.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";

const summaries = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => summarize(readWhole(path))),
);
const rows = summaries.flatMap((summary, index) => pageRow(`${index}`, `${index}`, summary, "ended") ?? []);

it("the failing tools of a history have all their calls, also those of sessions without a failure", () => {
  const { failing } = overviewOf(rows);
  expect(failing.length).toBeGreaterThan(3);
  for (const [tool, failed, calls] of failing) {
    const sum = noCounts();
    for (const { rows } of summaries) addCounts(sum, countsOf(rows.filter((row) => row.tool === tool)));
    expect([tool, failed, calls]).toEqual([tool, sum.failedToolCalls, sum.toolCalls]);
  }
});
