import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import type { Client } from "./support/clients.ts";
import { createLab } from "./support/lab.ts";

const client = inject("clients").newest as Client;

// In the home folder, ~/.claude/settings.json is both the user's file and a project's file.
describe.skipIf(client === undefined)("a session in the home folder", () => {
  test("is sent with the content level of the user's settings", async () => {
    const lab = await createLab({
      client,
      script: [{ blocks: [{ text: "What you have at home." }] }],
      settingsEnv: { CCOTEL_CONTENT: "full" },
    });
    copyFileSync(join(lab.configDir, ".claude.json"), join(lab.folder, ".claude.json"));
    await lab.print("What is here?", { cwd: lab.folder, env: { CLAUDE_CONFIG_DIR: undefined } });
    await lab.delivered();
    expect(lab.log()).toBe("");
    const texts = lab.backend.spans.flatMap(({ attributes }) => [
      attributes["gen_ai.input.messages"],
      attributes["gen_ai.output.messages"],
    ]);
    expect(JSON.stringify(texts)).toContain("What is here?");
    expect(JSON.stringify(texts)).toContain("What you have at home.");
  });
});
