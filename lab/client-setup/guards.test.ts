// The deny rules of `configure --deny`, each tried with the real client, which runs with all permissions.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { GUARDS } from "../../src/settings/guards.ts";
import type { Client } from "../client/support/clients.ts";
import { type Block, bash } from "../client/support/messages-api.ts";
import { createSetupLab } from "./support/setup-lab.ts";

const { newest } = inject("clients");
const client = newest as Client;

/** A path that the rule denies. */
function pathFor(rule: string, home: string): string {
  return rule
    .slice("Read(".length, -1)
    .replace("//**/", `${home}/acme-shop/deep/folder/`)
    .replace("~/", `${home}/`)
    .replace("**", "one.key")
    .replace("*", "some");
}

/** A command line that the rule denies, inside a longer one, as a model may write it. */
function commandFor(rule: string): string {
  const command = rule
    .slice("Bash(".length, -1)
    .replace(/\*$/, "")
    .replace(/of=\/dev\/$/, "of=/dev/nothing count=0")
    .replace("dd * ", "dd if=/dev/zero ")
    .replace("git push * ", "git push origin ");
  const isWhole = /(--force|-f)$/.test(rule.slice(0, -1)) && rule.includes("git push");
  return isWhole ? command : `echo go && ${command.trimEnd()} nothing-of-that-name`;
}

/** Commands of everyday work. No rule may deny them. */
const HARMLESS = [
  "rm one-file.txt",
  "rm -r empty-folder",
  "git status",
  "git push --force-with-lease",
  "git push -u origin feature",
  "git push --follow-tags",
  "git commit --allow-empty -m 'rm -rf is gone'",
  "echo rm -rf /",
  "cat README.md",
  "ls -la",
];

test.skipIf(client === undefined)(
  "every rule denies its command or file, and everyday commands still work",
  async () => {
    const calls: { block: Block; isDenied: boolean }[] = [];
    const lab = await createSetupLab(client, {}, [
      { blocks: () => calls.map(({ block }) => block) },
      { blocks: [{ text: "That is all." }] },
    ]);
    const home = lab.env.HOME ?? "";
    const files = [".env.example", "certs/public.pem", "src/environment.ts"].map((name) =>
      join(lab.work, name),
    );
    for (const file of files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "A=\n");
    }
    calls.push(
      ...GUARDS.secrets.map((rule) => ({
        block: { tool: "Read", input: { file_path: pathFor(rule, home) } },
        isDenied: true,
      })),
      ...GUARDS.destructive.map((rule) => ({ block: bash(commandFor(rule)), isDenied: true })),
      { block: bash("cat ./.env | head -1"), isDenied: true },
      ...files.map((file_path) => ({ block: { tool: "Read", input: { file_path } }, isDenied: false })),
      ...HARMLESS.map((command) => ({ block: bash(command), isDenied: false })),
    );
    const configured = await lab.ccotel(
      "configure",
      "--preset",
      "otel-collector",
      "--endpoint",
      lab.backend.url,
      "--deny",
      "secrets,destructive",
      "--yes",
    );
    expect(configured).toMatchObject({ code: 0, stderr: "" });
    await lab.print("Try it", { args: ["--permission-mode", "bypassPermissions"] });
    await lab.delivered();
    const outcomes = lab.arrived.spans
      .filter(({ attributes }) => attributes["gen_ai.operation.name"] === "execute_tool")
      .map(({ attributes }) => attributes["ccotel.tool.outcome"] === "denied");
    const wrong = calls.flatMap(({ block, isDenied }, index) =>
      outcomes[index] === isDenied ? [] : [JSON.stringify(block)],
    );
    expect(outcomes).toHaveLength(calls.length);
    expect(wrong).toEqual([]);
  },
);
