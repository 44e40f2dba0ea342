import { expect, test } from "vitest";
import { readWhole } from "../support/read-files.ts";
import { readTexts, textsOf } from "../support/read-in-memory.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  costState,
  prompt,
  readScript,
  result,
  stop,
} from "../support/transcripts/scripted-session.ts";

test.each(["none", "full"] as const)(
  "lines in memory give the same pieces as files with these lines, keeping %s",
  (keep) => {
    const records = [
      prompt(0),
      answer(1, "m1", call("c1", "Agent", { prompt: "Look around" })),
      result(4, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
      answer(5, "m3", "Done."),
      stop(5.1),
      prompt(10, "Once more"),
      answer(11, "m4", "Done again."),
      stop(11.1),
      costState(0.5),
    ];
    const agent = {
      id: "a1",
      meta: { agentType: "Explore", toolUseId: "c1" },
      records: [prompt(1.1, "Look around"), answer(2, "m2", "Found.")],
    };
    const pieces = readScript(records, [agent], { keep });
    expect(pieces.map(({ type }) => type)).toEqual(["part_started", "turn", "turn", "run_finished"]);
    expect(JSON.stringify(pieces)).toContain("Explore");
    expect(pieces).toEqual(readWhole(scriptSession(records, [agent]).path, { keep }));
  },
);

/** Recordings without forks: the functions of `src/session` do not know which rows other sessions' files have. */
const alone = recordings().filter(({ name }) => !/fork|branch|background-session/.test(name));

test.each(alone)("the recording $name gives the same pieces in memory as from its files", (recorded) => {
  for (const path of transcriptsOf(recorded))
    expect(readTexts(textsOf(path), { keep: "full" })).toEqual(readWhole(path, { keep: "full" }));
});
