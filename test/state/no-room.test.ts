// The disk is full and the backend works: ccotel does not send what it cannot record, for any number of events.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { canMount, fill, smallDisk } from "../support/full-disk.ts";
import { buildWorker, labIn, twice } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

test.skipIf(!canMount)(
  "with a full disk nothing is sent, and once there is space everything arrives once",
  async () => {
    const { url, requests } = await collector();
    const folder = mkdtempSync(join(tmpdir(), "ccotel-full-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const machine = labIn(folder, url);
    // Only the disk of the state folder is full. The transcripts are on another one.
    rmSync(machine.home.root, { recursive: true });
    smallDisk(machine.home.root, "2m");
    mkdirSync(machine.home.inbox, { mode: 0o700 });
    const session = scribe("no-room");
    for (let turn = 0; turn < 3; turn++) {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
    }
    const filler = fill(machine.home.root);
    const doctor = await runTool(["doctor"], {
      homeDir: folder,
      env: { CCOTEL_HOME: machine.home.root, CLAUDE_CONFIG_DIR: machine.claude },
    });
    expect(doctor.stdout).toContain("error disk-full");
    for (let count = 0; count < 4; count++) await machine.worker({ CCOTEL_METRICS: "on" });
    expect(requests.length).toBe(0);
    rmSync(filler);
    expect(await machine.worker({ CCOTEL_METRICS: "on" })).toMatchObject({ code: 0, stderr: "" });
    expect(spansOf(...requests).length).toBeGreaterThan(8);
    expect(twice(requests)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
  },
);
