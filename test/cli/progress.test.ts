import { expect, it } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";
import { createSink } from "../support/run-tool.ts";

it("on a terminal, a bar shows the progress at most ten times a second and is then removed", async () => {
  const sink = createSink();
  const { stream } = sink;
  let now = 0;
  const progress = createProgress({ stderr: stream, isTerminal: terminal(true), now: () => now, env: {} });
  progress.show(0, "0 of 4 sessions");
  progress.show(0.1, "never shown");
  now = 100;
  progress.show(0.5, "2 of 4 sessions");
  progress.clear();
  expect(await visible(sink)).toBe(
    "\\r[                        ] 0 of 4 sessions\\r[============            ] 2 of 4 sessions\\r",
  );
});

it.each([
  ["without a terminal", false, {}],
  ["on a terminal that cannot erase a line", true, { TERM: "dumb" }],
])("%s, there is no bar", async (_, isTerminal, env) => {
  const sink = createSink();
  const { stream } = sink;
  const progress = createProgress({ stderr: stream, isTerminal: terminal(isTerminal), now: () => 0, env });
  progress.show(0.5, "2 of 4 sessions");
  progress.clear();
  expect(await visible(sink)).toBe("");
});

function terminal(stderr: boolean) {
  return { stdin: false, stdout: false, stderr };
}

async function visible({ stream, text }: ReturnType<typeof createSink>): Promise<string> {
  await new Promise<void>((resolve) => stream.end(resolve));
  return text().replaceAll("\u001b[K", "").replaceAll("\r", "\\r");
}
