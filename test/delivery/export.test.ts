import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportSessions } from "../../src/delivery/export-sessions.ts";
import { prepare } from "../../src/delivery/load.ts";
import { type Lab, lab, twice } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { usualName } from "../support/span-names.ts";
import { type Scribe, scribe } from "../support/transcript.ts";

async function exportAll(machine: Lab, url: string, sessions: Scribe[]) {
  const env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off", CLAUDE_CONFIG_DIR: machine.claude };
  const prepared = await prepare({
    env,
    otelFromEnvironment: false,
    userAgent: "test",
    homeDir: machine.folder,
  });
  return exportSessions({
    home: machine.home,
    sessions: sessions.map(({ sessionId }) => ({ sessionId, path: machine.transcript(sessionId) })),
    prepared,
    resend: false,
    countMetrics: false,
  });
}

test("what is written while an export sends is sent by the next one", async () => {
  const session = scribe("growing");
  let grow = true;
  const { url, requests } = await collector(() => {
    if (grow) machine.write(session.sessionId, session.turn());
    grow = false;
    return {};
  });
  const machine = lab(url);
  machine.write(session.sessionId, session.turn());
  await exportAll(machine, url, [session]);
  const result = await exportAll(machine, url, [session]);
  expect(result.spansSent).toBe(4);
  expect(
    spansOf(...requests).filter(({ name }) => usualName(name) === "invoke_agent claude-code").length,
  ).toBe(2);
  expect(twice(requests)).toEqual([]);
});

test("what is remembered of exported sessions goes with their transcripts", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const [gone, kept, later] = [scribe("gone"), scribe("kept"), scribe("later")];
  for (const session of [gone, kept]) machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  await exportAll(machine, url, [gone, kept]);
  renameSync(machine.transcript(gone.sessionId), join(machine.folder, "away"));
  machine.write(later.sessionId, [...later.turn(), ...later.end()]);
  await exportAll(machine, url, [later]);
  const remembered = readFileSync(join(machine.place.root, "delivered.json"), "utf8");
  expect(remembered).not.toContain(gone.sessionId);
  expect(remembered).toContain(kept.sessionId);
  expect(remembered).toContain(later.sessionId);
});
