import { expect, it } from "vitest";
import { say } from "../../src/cli/say.ts";
import { createSink } from "../support/run-tool.ts";

const SENTENCES =
  "The export failed. Nothing listens at http://127.0.0.1:9 (connection refused). Start the collector.\nA short line.";

async function printed(isTerminal: boolean, columns: number): Promise<string> {
  const { stream, text } = createSink();
  await say(
    {
      stdout: stream,
      stderr: stream,
      columns,
      isTerminal: { stdin: false, stdout: isTerminal, stderr: isTerminal },
    },
    "stderr",
    SENTENCES,
  );
  await new Promise<void>((resolve) => stream.end(resolve));
  return text();
}

it("breaks long lines at spaces on a terminal, and not otherwise", async () => {
  expect(await printed(false, 40)).toBe(`${SENTENCES}\n`);
  expect(await printed(true, 40)).toBe(
    [
      "The export failed. Nothing listens at",
      "http://127.0.0.1:9 (connection refused).",
      "Start the collector.",
      "A short line.",
      "",
    ].join("\n"),
  );
});

it("takes the width of the results if its own terminal does not know one", async () => {
  const { stream, text } = createSink();
  const stderr = Object.assign(stream, { columns: 0 });
  const isTerminal = { stdin: false, stdout: true, stderr: true };
  await say({ stdout: stream, stderr, columns: 80, isTerminal }, "stderr", "A short line.");
  await new Promise<void>((resolve) => stream.end(resolve));
  expect(text()).toBe("A short line.\n");
});

it("fits the terminal of its own stream, even if the results go elsewhere", async () => {
  const { stream, text } = createSink();
  const stderr = Object.assign(stream, { columns: 40 });
  const isTerminal = { stdin: false, stdout: false, stderr: true };
  await say({ stdout: stream, stderr, columns: Number.POSITIVE_INFINITY, isTerminal }, "stderr", SENTENCES);
  await new Promise<void>((resolve) => stream.end(resolve));
  expect(
    Math.max(
      ...text()
        .split("\n")
        .map(({ length }) => length),
    ),
  ).toBeLessThanOrEqual(40);
});

it("does not fill a very wide terminal", async () => {
  const lines = (await printed(true, 300)).split("\n");
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
});
