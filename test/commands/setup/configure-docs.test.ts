import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../../src/cli/arguments.ts";
import type { Io } from "../../../src/cli/io.ts";
import { commands } from "../../../src/commands/table.ts";
import { globalOptions, type Option, signalOptions } from "../../../src/config/options/options.ts";
import { HOOK_EVENTS, ownScript } from "../../../src/settings/hooks/hook-entry.ts";
import { readRequest } from "../../../src/setup/request.ts";
import { presetsPage } from "../../support/presets-page.ts";
import { root } from "../../support/run-tool.ts";

const read = (name: string) => readFileSync(`${root}/docs/${name}.md`, "utf8");

describe.each(["use/configure", "operate/rollout"])("docs/%s.md", (name) => {
  const lines = [...read(name).matchAll(/```(?:sh|dockerfile)\n([\s\S]*?)```/g)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .flatMap((line) => /(?:^|\s)ccotel(?:@latest)? ([a-z].*)$/.exec(line.replace(/\s+#.*/, ""))?.[1] ?? [])
    .filter((line) => commands.some((command) => line.startsWith(command.name)));

  it("has examples", () => expect(lines.length).toBeGreaterThan(3));

  it.each(lines)("has a valid example: ccotel %s", (line) => {
    const [command = "", ...args] = line.split(" ").map((word) => word.replaceAll('"', ""));
    const entry = commands.find((candidate) => candidate.name === command);
    if (entry === undefined) throw new Error(`no command ${command}`);
    const input = parseArguments(entry, args);
    if (command !== "configure") return;
    // The files do not exist. The test checks names of presets and values of flags.
    const { header: _, field: __, ...flags } = input.flags;
    readRequest({ ...input, flags }, { cwd: root, homeDir: root } as Io);
  });
});

it("the managed settings in docs/operate/rollout.md register ccotel's hooks and use settings that exist", () => {
  const [, text = ""] = /```json\n([\s\S]*?)```/.exec(read("operate/rollout")) ?? [];
  const { env, hooks } = JSON.parse(text);
  const known = [...Object.values(globalOptions), ...Object.values(signalOptions)] as Option<unknown>[];
  for (const [key, value] of Object.entries(env)) {
    const option = known.find((candidate) =>
      candidate.env.some((name) => name.replace("{SIGNAL_}", "") === key),
    );
    expect(option?.parse(String(value)), key).toMatchObject({ ok: true });
  }
  expect(Object.keys(hooks).sort()).toEqual([...HOOK_EVENTS].sort());
  for (const [event, groups] of Object.entries(hooks as Record<string, { hooks: { args: string[] }[] }[]>)) {
    const handler = groups[0]?.hooks[0];
    expect(ownScript(handler)).toBe("/opt/ccotel/bin/hook.sh");
    expect(handler?.args.at(-1)).toBe(event);
  }
});

// `npx vitest run test/commands/setup/configure-docs.test.ts -u` updates the page.
it("docs/reference/presets.md matches the presets", async () => {
  await expect(presetsPage()).toMatchFileSnapshot("../../../docs/reference/presets.md");
});
