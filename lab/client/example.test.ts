import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { HOOK_EVENTS, ownScript } from "../../src/settings/hooks/hook-entry.ts";
import { expectDelivered } from "./support/backfill.ts";
import type { Client } from "./support/clients.ts";
import type { Hooks } from "./support/installation.ts";
import { createLab } from "./support/lab.ts";

const client = inject("clients").newest as Client;
const file = new URL("../../examples/settings.json", import.meta.url);
const { hooks } = JSON.parse(readFileSync(file, "utf8")) as { hooks: Hooks };

describe("examples/settings.json", () => {
  test("has entries that configure recognises as ccotel's", () => {
    expect(Object.keys(hooks).sort()).toEqual([...HOOK_EVENTS].sort());
    const entries = Object.values(hooks).flatMap((groups) => groups.flatMap((group) => group.hooks));
    expect(entries.filter((entry) => ownScript(entry) === undefined)).toEqual([]);
  });

  test.skipIf(client === undefined)("delivers a session", async () => {
    const lab = await createLab({ client, hooks, script: [{}] });
    await lab.print("Hello");
    await expectDelivered(lab);
  });
});
