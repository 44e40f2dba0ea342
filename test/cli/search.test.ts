import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { searchOf } from "../../src/cli/search.ts";
import { findAllSessions } from "../../src/files/find-sessions.ts";
import { createSink, temporaryFolder, testIo } from "../support/run-tool.ts";

const ID = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

it("a command that looks for sessions again and again reports a copy once", () => {
  const homeDir = temporaryFolder();
  for (const project of ["a", "b"]) {
    const folder = join(homeDir, ".claude", "projects", project);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${ID}.jsonl`), "{}\n");
  }
  const { stream: stderr, text } = createSink();
  const io = testIo({ stderr, homeDir });
  for (let look = 0; look < 3; look++) expect(findAllSessions(searchOf(io))).toHaveLength(1);
  expect(text().split(": a copy of ")).toHaveLength(2);
});
