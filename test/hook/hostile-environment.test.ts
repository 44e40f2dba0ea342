// Variables that a cloned repository's settings may set for a hook. SECURITY.md lists those that the real client
// allows. The tests run the installed hook in every shell on this machine.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { folderInUse } from "../support/folder-in-use.ts";

const SCRIPT = fileURLToPath(new URL("../../src/hook/hook.sh", import.meta.url));

const SESSION = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const STOP = JSON.stringify({
  session_id: SESSION,
  transcript_path: `/home/dev/.claude/projects/-x/${SESSION}.jsonl`,
  hook_event_name: "Stop",
});

const shells = [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"], ["ksh"]].flatMap(
  ([name, ...more]) => {
    const path = spawnSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
    return path === "" ? [] : [{ name: [name, ...more].join(" "), shell: [path, ...more] }];
  },
);

interface Machine {
  folder: string;
  home: string;
  project: string;
  run(shell: readonly string[], env: Record<string, string>): void;
}

/** A user with a cloned repository and an installed hook. The worker saves its environment in a file. */
function machine(state = ".ccotel"): Machine {
  const folder = folderInUse();
  const home = join(folder, state);
  const project = join(folder, "src", "cloned");
  mkdirSync(join(home, "bin"), { recursive: true });
  mkdirSync(project, { recursive: true });
  copyFileSync(SCRIPT, join(home, "bin", "hook.sh"));
  writeFileSync(join(home, "bin", "node-path"), `${process.execPath}\n`);
  writeFileSync(
    join(home, "bin", "worker.cjs"),
    `require("node:fs").writeFileSync(${JSON.stringify(join(folder, "worker.json"))}, JSON.stringify(process.env));`,
  );
  return {
    folder,
    home,
    project,
    run(shell, env) {
      const [command = "", ...args] = shell;
      const ran = spawnSync(command, [...args, join(home, "bin", "hook.sh"), "Stop"], {
        input: STOP,
        encoding: "utf8",
        cwd: project,
        env: { PATH: process.env.PATH, HOME: folder, CLAUDE_PROJECT_DIR: project, ...env },
      });
      expect({ code: ran.status, output: ran.stdout + ran.stderr }).toEqual({ code: 0, output: "" });
    },
  };
}

async function workerEnv({ folder }: Machine): Promise<Record<string, string>> {
  const file = join(folder, "worker.json");
  await expect.poll(() => existsSync(file) && readFileSync(file, "utf8")).toContain("}");
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A folder of programs with the names of those that a hook runs. Each one leaves a trace when it runs. */
function traps(folder: string): { path: string; sprung: () => string[] } {
  const path = join(folder, "bin");
  const marks = join(folder, "sprung");
  mkdirSync(path, { recursive: true });
  mkdirSync(marks);
  for (const name of ["awk", "cat", "env", "head", "id", "mkdir", "node", "rm", "setsid", "sh"]) {
    writeFileSync(join(path, name), `#!/bin/sh\n: >'${marks}/${name}'\n`);
    chmodSync(join(path, name), 0o755);
  }
  return { path, sprung: () => readdirSync(marks) };
}

describe.each(shells)("hook.sh in $name", ({ shell }) => {
  test("no variable moves the state folder into the project", async () => {
    const user = machine();
    const evil = join(user.project, "evil");
    mkdirSync(join(evil, "bin"), { recursive: true });
    const names = ["HOME", "USERPROFILE", "CCOTEL_HOME", "CLAUDE_CONFIG_DIR", "CLAUDE_PLUGIN_ROOT", "TMPDIR"];
    user.run(shell, Object.fromEntries(names.map((name) => [name, evil])));
    expect(readdirSync(evil)).toEqual(["bin"]);
    expect(readdirSync(join(user.home, "inbox"))).toHaveLength(1);
    const env = await workerEnv(user);
    expect(env.CCOTEL_HOME).toBe(user.home);
    expect(env.HOME).toBe(user.folder);
    expect(JSON.stringify(env)).not.toContain(evil);
  });

  test("no variable decides which program runs", async () => {
    const user = machine();
    const { path, sprung } = traps(user.project);
    writeFileSync(join(user.project, "rc.sh"), `: >'${user.project}/sprung/rc'\n`);
    writeFileSync(
      join(user.project, "evil.cjs"),
      `require("node:fs").writeFileSync(${JSON.stringify(join(user.project, "sprung", "node-options"))}, "");`,
    );
    const functions = ["awk", "read", "true", "umask", "command", "head", "setsid", "cd"];
    // Bash in POSIX mode does not start with these.
    if (!shell.includes("--posix")) functions.push("exec", "unset", "set");
    user.run(shell, {
      PATH: path,
      NODE_OPTIONS: `--require=${join(user.project, "evil.cjs")}`,
      ENV: join(user.project, "rc.sh"),
      AWKPATH: path,
      AWKLIBPATH: path,
      IFS: "/",
      CDPATH: path,
      // With these variables bash passes functions to a child.
      ...Object.fromEntries(
        functions.map((name) => [
          `BASH_FUNC_${name}%%`,
          `() { : >'${user.project}/sprung/function-${name}'; }`,
        ]),
      ),
    });
    expect(readdirSync(join(user.home, "inbox"))).toHaveLength(1);
    await workerEnv(user);
    expect(sprung()).toEqual([]);
  });

  test("if the saved Node is missing, the project's PATH does not decide which Node runs", async () => {
    const user = machine();
    const { path, sprung } = traps(user.project);
    const mine = join(user.folder, "mine");
    mkdirSync(mine);
    symlinkSync(process.execPath, join(mine, "node"));
    writeFileSync(join(user.home, "bin", "node-path"), "/gone/node\n");
    writeFileSync(join(user.home, "bin", "worker-env"), `PATH=${mine}\nHOME=${user.folder}\n`);
    user.run(shell, { PATH: path });
    expect((await workerEnv(user)).PATH).toBe(mine);
    expect(sprung()).toEqual([]);
  });

  test("if the saved Node does not start any more, the next event uses the Node in the saved PATH", async () => {
    const user = machine();
    const { path, sprung } = traps(user.project);
    const mine = join(user.folder, "mine");
    const broken = join(user.folder, "Cellar-node");
    mkdirSync(mine);
    symlinkSync(process.execPath, join(mine, "node"));
    writeFileSync(broken, "#!/bin/sh\nkill -ABRT $$\n", { mode: 0o755 });
    writeFileSync(join(user.home, "bin", "node-path"), `${broken}\n`);
    writeFileSync(join(user.home, "bin", "worker-env"), `PATH=${mine}\nHOME=${user.folder}\n`);
    user.run(shell, { PATH: path });
    user.run(shell, { PATH: path });
    expect((await workerEnv(user)).PATH).toBe(mine);
    expect(sprung()).toEqual([]);
  });

  test("an inbox that is a link is not followed", () => {
    const user = machine();
    const elsewhere = join(user.folder, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(user.home, "inbox"));
    user.run(shell, {});
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test("with an administrator's programs, nothing is written into a HOME in the project", () => {
    const user = machine("opt/ccotel");
    const evil = join(user.project, "home");
    mkdirSync(evil);
    user.run(shell, { HOME: evil });
    user.run(shell, { HOME: user.project });
    expect(readdirSync(evil)).toEqual([]);
    expect(readdirSync(user.project)).toEqual(["home"]);
    expect(readdirSync(dirname(join(user.home, "bin")))).toEqual(["bin"]);
    user.run(shell, {});
    expect(readdirSync(join(user.folder, ".ccotel", "inbox"))).toHaveLength(1);
  });
});
