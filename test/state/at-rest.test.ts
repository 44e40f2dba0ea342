// At content level `none`, the state folder contains no prompts, answers or commands.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildWorker, lab } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** The texts of all files below a folder. */
function textsIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8"))
    .join("\n");
}

const WORD = "Zwetschgendatschi";

test("the state folder holds no text of a prompt, answer, tool or subagent's task, during a turn and after it", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const session = scribe("at-rest");
  const words = (lines: string[]) =>
    lines.map((line) =>
      line
        .replace(/"text":"[^"]*"/g, `"text":"${WORD} text"`)
        .replace(/"content":"[^"]*"/g, `"content":"${WORD} content"`)
        .replace(/"command":"[^"]*"/g, `"command":"${WORD} command"`)
        .replace(/"description":"[^"]*"/g, `"description":"${WORD} description"`),
    );
  const turns = [...words(session.turn()), ...words(session.turn())];
  expect(turns.join("")).toContain(WORD);
  const agents = join(dirname(machine.transcript(session.sessionId)), session.sessionId, "subagents");
  mkdirSync(agents, { recursive: true });
  writeFileSync(
    join(agents, "agent-a1.meta.json"),
    JSON.stringify({ agentType: "Explore", description: WORD }),
  );
  const line = {
    type: "user",
    uuid: "u1",
    timestamp: new Date(0).toISOString(),
    message: { role: "user", content: WORD },
  };
  writeFileSync(join(agents, "agent-a1.jsonl"), `${JSON.stringify(line)}\n`);
  machine.write(session.sessionId, turns.slice(0, -2));
  machine.event(session.sessionId, { promptId: session.promptIds[0] });
  await machine.worker({ CCOTEL_METRICS: "on" });
  expect(textsIn(machine.home.root)).not.toContain(WORD);
  machine.write(session.sessionId, turns.slice(-2));
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  await machine.worker({ CCOTEL_METRICS: "on" });
  expect(textsIn(machine.home.root)).not.toContain(WORD);
  expect(textsIn(machine.home.root)).toContain("Explore");
});
