import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collector, spansOf } from "../support/otlp-server.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { sessionOfCalls } from "../support/transcripts/calls-session.ts";

const EARLIER = "ffffffff-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const LATER = "00000000-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

test("an export compares each session with those that are earlier in time, not by id", async () => {
  const folder = temporaryFolder();
  const session = (id: string, day: string, ...urls: string[]) => {
    const calls = urls.map((url) => ({ name: "WebFetch", input: { url, prompt: "read it" } }));
    // Each session has its own row ids: ccotel treats the same ids in two files as a fork's copies.
    const text = sessionOfCalls(calls, id)
      .replaceAll("2026-11-20", day)
      .replace(/"(uuid|parentUuid|id|tool_use_id)":"/g, `"$1":"${id.slice(0, 1)}`);
    writeFileSync(join(folder, `${id}.jsonl`), text);
  };
  session(EARLIER, "2026-11-20", "https://a.example/", "https://b.example/");
  session(LATER, "2026-11-21", "https://a.example/", "https://c.example/");
  const { url, requests } = await collector();
  const sent = await runTool(["export", folder, "--endpoint", url], { env: { CCOTEL_FINDINGS: "on" } });
  expect(sent.exitCode).toBe(0);
  const found = spansOf(...requests).flatMap(({ attributes }) =>
    attributes["ccotel.findings"] === undefined
      ? []
      : [[attributes["session.id"], attributes["ccotel.findings"], attributes["gen_ai.tool.call.id"]]],
  );
  expect(found).toEqual([[LATER, ["network.new-host"], expect.stringContaining("toolu_1")]]);
});
