// The command output on pages is the output of the command for the example history.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { homeOfRecordings } from "../support/home-of-recordings.ts";
import { runTool } from "../support/run-tool.ts";
import { exampleHome } from "../support/transcripts/example-history.ts";

const pages = ["README.md"].concat(
  (readdirSync("docs", { recursive: true }) as string[])
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
);

/** A block with one command, directly followed by the block with its output. */
const PAIR = /```sh\n(ccotel [^\n`]+)\n```\n\n```text\n([^`]+)```/g;

const examples = pages.flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(PAIR)].map(([, command = "", output = ""]) => ({
    page,
    command: command.replace(/\s+#.*$/, ""),
    output,
  })),
);

test("the pages have more than six outputs", () => expect(examples.length).toBeGreaterThan(6));

test.each(examples)("$page: $command prints the output on the page", async ({ command, output }) => {
  const words = command.split(" ").slice(1);
  // Only recordings have totals of Claude Code itself.
  const homeDir = words[0] === "audit" ? homeOfRecordings("04-compact-auto") : exampleHome();
  const { stdout } = await runTool(words, { homeDir });
  // A line with only `…` stands for lines that the page omits.
  let from = 0;
  for (const part of output.split(/^…\n/m)) {
    const at = stdout.indexOf(part, from);
    expect(at === -1 ? stdout : part).toBe(part);
    from = at + part.length;
  }
});
