// Managed settings from docs/operate/rollout.md, with the real client. They are in /etc and /opt, so each process of
// the test runs in a Linux mount namespace with the lab's files over these folders. The machine's own files do not
// change.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { PROGRAMS } from "../../src/setup/apply.ts";
import type { Client } from "../client/support/clients.ts";
import { dist } from "../client/support/installation.ts";
import { createSetupLab, type SetupLab, spanNames } from "./support/setup-lab.ts";

const client = inject("clients").newest as Client;
const mount = (folder: string, over: string) =>
  `mount -t overlay overlay -o lowerdir='${folder}${over}:${over}' ${over}`;
const canMount =
  spawnSync("unshare", ["-m", "sh", "-c", mount("", "/etc").replace("'/etc:", "'/tmp:")]).status === 0;
if (!canMount) console.log("Folders cannot be laid over others here: managed settings are not tried.");

const page = readFileSync(new URL("../../docs/operate/rollout.md", import.meta.url), "utf8");
const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];

/** A machine that an administrator has set up: programs in /opt, settings in /etc. */
async function administered(more: object = {}): Promise<SetupLab> {
  let folder = "";
  const inside = (words: readonly string[]) => [
    "unshare",
    "-m",
    "sh",
    "-c",
    `${mount(folder, "/etc")} && ${mount(folder, "/opt")} && exec "$@"`,
    "sh",
    ...words,
  ];
  // The lab starts the client, so the program it starts must enter the namespace before it runs the client.
  const lab = await createSetupLab({ ...client });
  folder = lab.folder;
  const bin = join(folder, "claude");
  const words = inside([client.bin]).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  writeFileSync(bin, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`);
  chmodSync(bin, 0o755);
  lab.client.bin = bin;

  mkdirSync(join(folder, "etc", "claude-code"), { recursive: true });
  const managed = JSON.parse(example.replace("https://collector.example", lab.backend.url));
  writeFileSync(
    join(folder, "etc", "claude-code", "managed-settings.json"),
    JSON.stringify({ ...managed, ...more }),
  );
  const programs = join(folder, "opt", "ccotel", "bin");
  mkdirSync(programs, { recursive: true });
  for (const name of PROGRAMS) copyFileSync(join(dist, name), join(programs, name));
  chmodSync(join(programs, "hook.sh"), 0o755);
  writeFileSync(join(programs, "node-path"), `${process.execPath}\n`);
  const ccotel = (...args: string[]) => {
    const [program = "", ...rest] = inside([process.execPath, join(dist, "ccotel.cjs"), ...args]);
    return lab.run(program, rest);
  };
  return { ...lab, ccotel };
}

describe.skipIf(client === undefined || !canMount)("managed settings", () => {
  test.each([{}, { allowManagedHooksOnly: true }])("with %j send every user's sessions", async (more) => {
    const lab = await administered(more);
    await lab.session();
    expect(spanNames(lab.arrived)).toEqual(
      expect.arrayContaining(["claude_code.session", "invoke_agent claude-code"]),
    );
    // The state is in the user's home. Nothing was written beside the programs.
    expect(existsSync(join(lab.folder, ".ccotel", "sessions"))).toBe(true);
    expect(readdirSync(join(lab.folder, "opt", "ccotel"))).toEqual(["bin"]);
    expect(JSON.parse((await lab.ccotel("doctor", "--json")).stdout).findings).toEqual([]);
    const status = JSON.parse((await lab.ccotel("status", "--json")).stdout);
    expect(status.installed).toMatchObject([{ path: "/etc/claude-code/managed-settings.json" }]);
    expect(JSON.stringify(status.settings)).toContain("CCOTEL_ENDPOINT (managed settings)");
  });
});
