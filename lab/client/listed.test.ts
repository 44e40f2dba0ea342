// What `ccotel sessions` says of a session of the real client: its state, and a line that resumes it.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import type { Client } from "./support/clients.ts";
import { dist } from "./support/installation.ts";
import { createLab, type Lab, until } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";
import { hasTmux, openTerminal } from "./support/terminal.ts";

const { newest, older } = inject("clients");

function listed(lab: Lab, args: string[] = [], cwd = lab.work): string {
  return execFileSync(process.execPath, [join(dist, "ccotel.cjs"), "sessions", ...args], {
    cwd,
    env: { ...lab.env, CCOTEL_HOME: lab.home.root },
    encoding: "utf8",
  });
}

const statusOf = (lab: Lab) => JSON.parse(listed(lab, ["--json"]).split("\n")[0] as string).status;

describe.skipIf(newest === undefined)("a listed session", () => {
  test.skipIf(!hasTmux)("is running, waiting and ended", async () => {
    const lab = await createLab({
      client: newest as Client,
      script: [{ blocks: [bash("sleep 4; echo done")] }, { blocks: [{ text: "It ran." }] }],
    });
    const terminal = await openTerminal(lab, ["--allowedTools", "Bash"]);
    await terminal.say("Run it");
    await terminal.shows(/sleep 4/);
    expect(statusOf(lab)).toBe("running");
    await terminal.shows(/It ran/);
    await until(() => statusOf(lab) === "waiting");
    await terminal.say("/exit");
    await terminal.ended();
    expect(statusOf(lab)).toBe("ended");
  });

  test("is killed if its client was killed in the middle of a turn", async () => {
    const lab = await createLab({
      client: newest as Client,
      script: [{ blocks: [{ text: "First." }] }, { blocks: [bash("sleep 20")] }],
    });
    const { sessionId } = await lab.print("Begin");
    const { child, ended } = lab.start("Run it", { args: ["--resume", sessionId, "--allowedTools", "Bash"] });
    await until(() => lab.sessions().some(({ path }) => readFileSync(path, "utf8").includes("sleep 20")));
    child.kill("SIGKILL");
    await ended;
    expect(statusOf(lab)).toBe("killed");
  });

  test.each([newest, ...older].map((client) => [client?.version, client as Client]))(
    "of client %s is resumed from another folder by the line that is printed",
    async (_, client) => {
      const lab = await createLab({
        client,
        script: [{ blocks: [{ text: "First." }] }, { blocks: [{ text: "Second." }] }],
      });
      const { sessionId } = await lab.print("Begin");
      const elsewhere = join(lab.folder, "elsewhere");
      mkdirSync(elsewhere);
      const [line = ""] = /^ *.*claude --resume .*$/m.exec(listed(lab, [], elsewhere)) ?? [];
      const path = `${dirname(client.bin)}:${lab.env.PATH}`;
      // The shell's own answer to a session that is not found is an error.
      const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -p "Go on" < /dev/null`], {
        cwd: elsewhere,
        env: { ...lab.env, PATH: path },
      });
      expect(stdout).toBe("Second.\n");
      // Old clients write a resumed session into a file of its own.
      const said = lab.sessions().map((session) => readFileSync(session.path, "utf8"));
      expect(said.some((text) => text.includes("Second.") && text.includes("Begin"))).toBe(true);
      expect(line).toContain(sessionId);
    },
  );
});
