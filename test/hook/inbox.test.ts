import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readInbox } from "../../src/hook/inbox.ts";

test("an event under the name of an earlier one is read, and not the earlier one again", () => {
  const inbox = mkdtempSync(join(tmpdir(), "ccotel-inbox-"));
  onTestFinished(() => rmSync(inbox, { recursive: true }));
  const path = join(inbox, "7-0.json");
  const read = (name: string, second: number) => {
    rmSync(path, { force: true });
    writeFileSync(path, `\n{"session_id":"s","transcript_path":"/s.jsonl","hook_event_name":"${name}"}`);
    utimesSync(path, second, second);
    return [...readInbox(inbox), ...readInbox(inbox)].map((event) => event.name);
  };
  expect(read("Stop", 1)).toEqual(["Stop", "Stop"]);
  expect(read("Halt", 2)).toEqual(["Halt", "Halt"]);
  expect(read("SessionEnd", 2)).toEqual(["SessionEnd", "SessionEnd"]);
});

test("events are read in the order in which their hooks ran, not by the process ids in their names", () => {
  const inbox = mkdtempSync(join(tmpdir(), "ccotel-inbox-"));
  onTestFinished(() => rmSync(inbox, { recursive: true }));
  for (const [name, second] of [
    ["9998-0.json", 1],
    ["10012-0.json", 2],
    ["107-0.json", 3],
  ] as const) {
    const path = join(inbox, name);
    writeFileSync(path, `\n{"session_id":"s","transcript_path":"/s.jsonl","hook_event_name":"${second}"}`);
    utimesSync(path, second, second);
  }
  expect(readInbox(inbox).map(({ name }) => name)).toEqual(["1", "2", "3"]);
});
