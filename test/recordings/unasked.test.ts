import { expect, test } from "vitest";
import { pingsOf } from "../../src/notices/pings.ts";
import { createPageBuilder } from "../../src/page/session-page.ts";
import { costPartsOf } from "../../src/pricing/cost.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runTool } from "../support/run-tool.ts";

const WORDS = "needed an approval, and nobody could be asked";

test.each(["sandbox", "2.1.200-unasked"])(
  "%s: a call that nobody could be asked about says so in every report, and the span has the client's word",
  async (name) => {
    const dir = recording(name);
    const { stdout } = await runTool(["errors", ...transcriptsOf(dir)]);
    expect(stdout).toContain(`denied (${WORDS})`);
    expect(stdout).not.toContain("user-rejected");
    const failures = (await runTool(["errors", ...transcriptsOf(dir), "--json"])).stdout.trim().split("\n");
    expect(failures.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ kind: "denied", reason: "user-rejected", unasked: true }),
    );
    for (const path of transcriptsOf(dir)) {
      const sessionId = sessionIdOf(path);
      const pieces = readWhole(path, {});
      const builder = createPageBuilder(sessionId, costPartsOf);
      builder.add(pieces);
      const denied = builder.page.calls.filter(({ outcome }) => outcome === "denied");
      expect(denied.map(({ error }) => error)).toContain(WORDS);
      const pings = pingsOf(pieces, ["failure"], { sessionId, sinceMs: 0, hashPath: (hashed) => hashed });
      expect(pings.map(({ error }) => error)).toContain("unasked");
    }
    const words = spansOf(dir, "session").map(({ attributes }) => attributes["ccotel.tool.denial"]);
    expect(words).toContain("user-rejected");
  },
);
