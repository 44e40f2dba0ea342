import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/files/alive.ts";
import { readInbox } from "../../src/hook/inbox.ts";
import { folderInUse } from "../support/folder-in-use.ts";

const SCRIPT = fileURLToPath(new URL("../../src/hook/hook.sh", import.meta.url));
const built = mkdtempSync(join(tmpdir(), "ccotel-hook-"));

beforeAll(async () => {
  chmodSync(built, 0o755);
  await build({
    entryPoints: [fileURLToPath(new URL("../../src/hook/hook.ts", import.meta.url))],
    outfile: join(built, "hook.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.6",
    logLevel: "warning",
  });
});

afterAll(() => rmSync(built, { recursive: true }));

const EVENT = {
  session_id: "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
  transcript_path: "/home/dev/.claude/projects/-x/0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0.jsonl",
  hook_event_name: "Stop",
  last_assistant_message: 'He said: "größer ✓ \\n"',
};
const STOP = JSON.stringify(EVENT);

/** The part of the event that the inbox keeps. */
const KEPT = { ...EVENT, last_assistant_message: undefined };

/** A worker that writes its process ids and environment to worker.json and runs until its state folder is removed. */
const STAND_IN = `
  const { existsSync, writeFileSync, renameSync } = require("node:fs");
  const home = process.env.CCOTEL_HOME;
  const { pid, ppid, env } = process;
  writeFileSync(home + "/worker.tmp", JSON.stringify({ pid, ppid, env, cwd: process.cwd() }));
  renameSync(home + "/worker.tmp", home + "/worker.json");
  setInterval(() => existsSync(home) || process.exit(), 1_000);
`;

interface Front {
  name: string;
  /** The command line with which Claude Code starts the hook. */
  command: (bin: string) => string[];
}

const node: Front = { name: "hook.cjs", command: (bin) => [process.execPath, join(bin, "hook.cjs")] };
const shells: Front[] = ["dash", "bash", "ksh", "zsh", "busybox"]
  .filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0 || shell === "dash")
  .map((shell) => ({
    name: `hook.sh in ${shell}`,
    command: (bin) => [...(shell === "busybox" ? ["busybox", "sh"] : [shell]), join(bin, "hook.sh")],
  }));
const fronts = [...shells, node];

/** A state folder with a hook and a worker in it. */
function install(home = join(folderInUse(), "state"), worker: string | undefined = STAND_IN): string {
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  copyFileSync(SCRIPT, join(bin, "hook.sh"));
  copyFileSync(join(built, "hook.cjs"), join(bin, "hook.cjs"));
  if (worker !== undefined) writeFileSync(join(bin, "worker.cjs"), worker);
  writeFileSync(join(bin, "node-path"), `${process.execPath}\n`);
  onTestFinished(() => void killWorker(home));
  return home;
}

interface WorkerSays {
  pid: number;
  ppid: number;
  env: Record<string, string>;
  cwd: string;
}

function workerOf(home: string): WorkerSays | undefined {
  const file = join(home, "worker.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as WorkerSays) : undefined;
}

async function workerIn(home: string): Promise<WorkerSays> {
  await expect.poll(() => workerOf(home)).toBeDefined();
  return workerOf(home) as WorkerSays;
}

function killWorker(home: string): void {
  const worker = workerOf(home);
  if (worker !== undefined && isAlive(worker.pid)) process.kill(worker.pid, "SIGKILL");
}

interface Run {
  env?: Record<string, string | undefined>;
  /** The client's input. With null, the standard input is closed. */
  input?: string | Buffer | null;
  user?: { uid: number; gid: number };
  cwd?: string;
}

function start(front: Front, bin: string, { env = {}, input = STOP, user, cwd }: Run = {}): ChildProcess {
  const [command, ...args] = front.command(bin) as [string, ...string[]];
  const [program, programArgs] =
    input === null ? ["/bin/sh", ["-c", 'exec "$@" <&-', "sh", command, ...args]] : [command, args];
  const child = spawn(program as string, programArgs as string[], {
    env: { PATH: process.env.PATH, HOME: dirname(dirname(bin)), ...env },
    cwd: cwd ?? "/",
    ...user,
  });
  child.stdin.on("error", () => {});
  if (input !== null) child.stdin.end(input);
  return child;
}

/** Runs a hook as Claude Code does. Fails unless it exits with 0 and prints nothing. */
async function run(front: Front, home: string, options: Run = {}): Promise<void> {
  const child = start(front, join(home, "bin"), options);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const result = await new Promise((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  expect({ ...(result as object), output }).toEqual({ code: 0, signal: null, output: "" });
}

function inbox(home: string): string[] {
  return existsSync(join(home, "inbox")) ? readdirSync(join(home, "inbox")) : [];
}

function onlyEvent(home: string): string {
  expect(inbox(home).length).toBe(1);
  return readFileSync(join(home, "inbox", inbox(home)[0] as string), "utf8");
}

function inputOf(event: string): unknown {
  return JSON.parse(event.slice(event.indexOf("{")));
}

describe.each(fronts)("$name", (front) => {
  test("writes the event into the inbox, readable only for its owner, and starts the worker", async () => {
    const home = install();
    await run(front, home, { env: { CCOTEL_HOME: undefined } });
    const [event] = readInbox(join(home, "inbox"));
    expect(event).toMatchObject({
      sessionId: EVENT.session_id,
      transcriptPath: EVENT.transcript_path,
      name: "Stop",
    });
    expect(inputOf(onlyEvent(home))).toEqual(KEPT);
    expect(statSync(join(home, "inbox")).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "inbox", inbox(home)[0] as string)).mode & 0o777).toBe(0o600);
    expect((await workerIn(home)).env.CCOTEL_HOME).toBe(home);
  });

  test("keeps only the variables of the environment that an event needs", async () => {
    const home = install();
    const kept = {
      TRACEPARENT: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
      TRACESTATE: "a=b,c=d",
      CLAUDE_PID: "4711",
      CLAUDE_CODE_ENTRYPOINT: "sdk-cli",
    };
    const secret = {
      ANTHROPIC_API_KEY: "sk-secret",
      CLAUDE_CODE_MESSAGING_TOKEN: "secret",
      CCOTEL_ENDPOINT: "https://secret.example",
      CCOTEL_HEADERS: "x=secret",
      HTTPS_PROXY: "http://secret.example:3128",
      CLAUDE_CONFIG_DIR: "/secret",
      CLAUDE_PROJECT_DIR: "/secret",
      AWS_SECRET_ACCESS_KEY: "secret",
      XCCOTEL_HEADERS: "secret",
      MY_TRACEPARENT: "secret",
      TRACEPARENT_2: "secret",
      // A value that contains text like another variable.
      SMUGGLER: "a\nCCOTEL_HEADERS=secret\n\n{}",
      CCOTEL_SMUGGLER: "a\nTRACESTATE=secret",
      // Not valid in UTF-8. Tools that expect text can report this.
      BINARY: Buffer.from([0xff, 0xfe, 0x80]).toString("latin1"),
    };
    await run(front, home, { env: { ...kept, ...secret, LC_ALL: "C.UTF-8" } });
    const [head = ""] = onlyEvent(home).split("\n\n");
    expect(head.split("\n").sort()).toEqual(
      Object.entries(kept)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
    expect(onlyEvent(home)).not.toContain("secret");
  });

  test("gives the worker only the environment that configure has saved, nothing from the session's", async () => {
    const home = install();
    const lines = { HOME: "/home/dev", PATH: "/usr/bin:/bin", https_proxy: "http://proxy.example:3128" };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(home, "bin", "worker-env"), text.join(""));
    const env = {
      ANTHROPIC_API_KEY: "sk-secret",
      CCOTEL_HEADERS: "authorization=secret",
      CCOTEL_HOME: "/secret",
      NODE_OPTIONS: "--max-old-space-size=64",
      https_proxy: "http://secret.example",
      CLAUDE_CONFIG_DIR: "/secret/.claude",
      HOME: "/secret",
      NODE_EXTRA_CA_CERTS: fileURLToPath(new URL("../otlp/certs/ca.pem", import.meta.url)),
    };
    await run(front, home, { env });
    const worker = await workerIn(home);
    // Some shells and macOS add variables that are not the user's.
    const own = Object.entries(worker.env).filter(([name]) => !/^(_|PWD|SHLVL|OLDPWD|__CF_.*)$/.test(name));
    expect(Object.fromEntries(own)).toEqual({ ...lines, CCOTEL_HOME: home });
  });

  test("exits and closes the client's streams while the worker continues", async () => {
    const home = install();
    await run(front, home);
    const { pid } = await workerIn(home);
    // `run` waits until all processes have closed standard output and error.
    expect(isAlive(pid)).toBe(true);
  });

  test.skipIf(!existsSync("/proc/self"))(
    "starts a worker that is not its child and survives if the hook's processes are killed",
    async () => {
      const home = install();
      const child = start(front, join(home, "bin"));
      const worker = await workerIn(home);
      const hook = child.pid as number;
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        for (const pid of [hook, ...descendantsOf(hook)]) tryKill(pid, signal);
        tryKill(-hook, signal);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(isAlive(worker.pid)).toBe(true);
      expect(statOf(worker.pid).parent).not.toBe(hook);
      expect(statOf(worker.pid).session).not.toBe(statOf(process.pid).session);
    },
  );

  test("writes thirty events if it runs thirty times at once", async () => {
    const home = install(undefined, "");
    const env = { CLAUDE_CODE_SESSION_ID: EVENT.session_id };
    await Promise.all(Array.from({ length: 30 }, () => run(front, home, { env })));
    expect(readInbox(join(home, "inbox")).length).toBe(30);
  });

  test("writes no event if a thousand are waiting", async () => {
    const home = install(undefined, "");
    mkdirSync(join(home, "inbox"));
    for (let count = 0; count < 1_001; count++) writeFileSync(join(home, "inbox", `x-${count}.json`), "");
    await run(front, home);
    expect(inbox(home).length).toBe(1_001);
  });

  test.each([
    ["spaces", "a state folder"],
    ["quotes", `it's "quoted"`],
    ["shell commands", "$(touch ran) `touch ran`; touch ran & *"],
    ["a line break", "two\nlines"],
    ["an equals sign", "a=b"],
    ["non-ASCII letters", "größer 税"],
  ])("works in a folder whose name has %s", async (_, name) => {
    const folder = folderInUse();
    const home = install(join(folder, name));
    await run(front, home, { cwd: folder });
    expect(onlyEvent(home)).toContain(EVENT.session_id);
    expect(realpathSync((await workerIn(home)).env.CCOTEL_HOME as string)).toBe(home);
    expect(readdirSync(folder)).toEqual([name]);
  });

  describe("prints nothing and exits with 0", () => {
    test.each<[string, string | Buffer | null]>([
      ["no input", ""],
      ["binary input", Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256))],
      ["half an event", STOP.slice(0, 40)],
      ["a closed standard input", null],
    ])("with %s, and writes no event", async (_, input) => {
      const home = install();
      await run(front, home, { input });
      expect(readInbox(join(home, "inbox"))).toEqual([]);
      await workerIn(home);
    });

    test.each<[string, string]>([
      [
        "a long field before those that it needs",
        JSON.stringify({ cwd: `/${"\\"}${'"'}`.repeat(500), ...EVENT }),
      ],
      ["JSON with line breaks and spaces", JSON.stringify(EVENT, null, 1)],
      [
        "the same field names in other places",
        JSON.stringify({ a: { session_id: "no", b: ["session_id"] }, c: '{"session_id":"no"}', ...EVENT }),
      ],
      ["an event that ends in the middle of the answer", `${STOP.slice(0, -10)}`],
    ])("with %s", async (_, input) => {
      const home = install();
      await run(front, home, { input });
      expect(inputOf(onlyEvent(home))).toEqual(KEPT);
    });

    test("with an answer of backslashes and quotes only", async () => {
      const home = install();
      const answer = `${"\\".repeat(99_999)}${'"'.repeat(99_999)}`;
      await run(front, home, { input: JSON.stringify({ ...EVENT, last_assistant_message: answer }) });
      expect(inputOf(onlyEvent(home))).toEqual(KEPT);
    });

    test("with an event of ten megabytes", async () => {
      const home = install();
      const event = { ...EVENT, last_assistant_message: "ü".repeat(5_000_000) };
      await run(front, home, { input: JSON.stringify(event) });
      expect(inputOf(onlyEvent(home))).toEqual(KEPT);
    });

    test("with an event in two pieces, the second after 300 ms", async () => {
      const home = install();
      const [command, ...args] = front.command(join(home, "bin")) as [string, ...string[]];
      const child = spawn(command, args, { env: { PATH: process.env.PATH, HOME: home } });
      child.stdin.write(STOP.slice(0, 30));
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.stdin.end(STOP.slice(30));
      await new Promise((resolve) => child.once("close", resolve));
      expect(readInbox(join(home, "inbox")).length).toBe(1);
    });

    test("without HOME, and uses its own folder as the state folder", async () => {
      const home = install();
      await run(front, home, { env: { HOME: undefined } });
      expect(inbox(home).length).toBe(1);
    });

    test("with an administrator's programs, and uses the state folder of the hook entry", async () => {
      const shared = install(join(folderInUse(), "ccotel"));
      const home = join(folderInUse(), "my state");
      onTestFinished(() => void killWorker(home));
      const withPlace: Front = {
        name: front.name,
        command: (bin) => [...front.command(bin), "Stop", home],
      };
      await run(withPlace, shared);
      expect(readdirSync(shared)).toEqual(["bin"]);
      expect(inputOf(onlyEvent(home))).toEqual(KEPT);
      expect(statSync(home).mode & 0o777).toBe(0o700);
      expect((await workerIn(home)).env.CCOTEL_HOME).toBe(home);
    });

    test("with an administrator's programs and a relative state folder, and writes nothing into the project", async () => {
      const shared = install(join(folderInUse(), "ccotel"));
      const project = folderInUse();
      const withPlace: Front = {
        name: front.name,
        command: (bin) => [...front.command(bin), "Stop", "state"],
      };
      await run(withPlace, shared, { cwd: project });
      expect(readdirSync(project)).toEqual([]);
      expect(readdirSync(shared)).toEqual(["bin"]);
    });

    test("without a worker, and the event waits", async () => {
      const home = install();
      rmSync(join(home, "bin", "worker.cjs"));
      await run(front, home);
      expect(inbox(home).length).toBe(1);
    });

    test.each<[string, (home: string) => void]>([
      ["a file in the place of the inbox", (home) => writeFileSync(join(home, "inbox"), "")],
      ["a folder in the place of the worker", (home) => mkdirSync(join(home, "worker.cjs"))],
      ["a worker that is not a program", (home) => writeFileSync(join(home, "bin", "worker.cjs"), "\0{{{")],
      ["a path to a missing Node", (home) => writeFileSync(join(home, "bin", "node-path"), "/gone/node\n")],
      [
        "a path to a file that is not Node",
        (home) => writeFileSync(join(home, "bin", "node-path"), "/etc/passwd\n"),
      ],
      ["an empty path to Node", (home) => writeFileSync(join(home, "bin", "node-path"), "")],
      ["a damaged lock file", (home) => writeFileSync(join(home, "worker.lock"), "\0\0\0")],
    ])("with %s", async (_, breakIt) => {
      const home = install();
      breakIt(home);
      await run(front, home);
    });

    test.skipIf(process.getuid?.() !== 0)("with an inbox that its user cannot write", async () => {
      const home = install();
      mkdirSync(join(home, "inbox"));
      await run(front, home, nobody(home));
      expect(inbox(home)).toEqual([]);
      expect(workerOf(home)).toBe(undefined);
    });

    test.skipIf(!canMount())(
      "with a full disk, leaves no half event, and writes the next one once there is space",
      async () => {
        const home = fullDisk();
        await run(front, home);
        expect(readInbox(join(home, "inbox"))).toEqual([]);
        rmSync(join(home, "filler"));
        await run(front, home);
        expect(readInbox(join(home, "inbox")).length).toBe(1);
      },
    );
  });
});

describe.each(shells)("$name", (front) => {
  test("writes the event if Node is missing", async () => {
    const home = install();
    rmSync(join(home, "bin", "node-path"));
    const tools = folderInUse();
    for (const tool of ["env", "awk", "mkdir", "rm", "setsid", "dash", "bash", "ksh", "zsh", "busybox"]) {
      const found = spawnSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
      if (found !== "") writeFileSync(join(tools, tool), `#!/bin/sh\nexec ${found} "$@"\n`, { mode: 0o755 });
    }
    writeFileSync(join(home, "bin", "worker-env"), `PATH=${tools}\n`);
    await run(front, home);
    expect(readInbox(join(home, "inbox")).length).toBe(1);
    expect(workerOf(home)).toBe(undefined);
  });

  test.each(["versions/node/VERSION/bin/node", "node-versions/VERSION/installation/bin/node"])(
    "uses another version of the same manager if its Node was removed: %s",
    async (form) => {
      const home = install();
      const manager = folderInUse();
      const nodeOf = (version: string) => join(manager, form.replace("VERSION", version));
      writeFileSync(join(home, "bin", "node-path"), `${nodeOf("v20.9.0")}\n`);
      writeFileSync(join(home, "bin", "worker-env"), `PATH=${folderInUse()}\n`);
      // mise has links without the rest of the version: 8 → 8.17.0.
      const tooOld = ["v8.17.0", "v18.20.0", "8", "v8", "18"];
      for (const version of ["v22.3.0", ...tooOld]) mkdirSync(dirname(nodeOf(version)), { recursive: true });
      symlinkSync(process.execPath, nodeOf("v22.3.0"));
      for (const version of tooOld) writeFileSync(nodeOf(version), "#!/bin/sh\n", { mode: 0o755 });
      await run(front, home);
      expect(await workerIn(home)).toBeDefined();
    },
  );

  test.each([
    ["node", "v22.3.0"],
    ["v20.9.0", "clone"],
  ])(
    "runs no program of a folder that is not a version's: Node was in %s, %s is beside it",
    async (was, other) => {
      const home = install();
      const folder = folderInUse();
      writeFileSync(join(home, "bin", "node-path"), `${join(folder, was, "bin", "node")}\n`);
      writeFileSync(join(home, "bin", "worker-env"), `PATH=${folderInUse()}\n`);
      const trap = join(folder, other, "bin", "node");
      const sprung = join(folder, "sprung");
      mkdirSync(dirname(trap), { recursive: true });
      writeFileSync(trap, `#!/bin/sh\n: >'${sprung}'\n`, { mode: 0o755 });
      await run(front, home);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(existsSync(sprung)).toBe(false);
    },
  );

  test("exits with 0 with an empty PATH", async () => {
    const home = install();
    const shell = spawnSync("/bin/sh", ["-c", `command -v ${front.command("")[0]}`], { encoding: "utf8" });
    const [, ...args] = front.command("");
    const absolute: Front = {
      name: front.name,
      command: (bin) => [shell.stdout.trim(), ...args.slice(0, -1), join(bin, "hook.sh")],
    };
    await run(absolute, home, { env: { PATH: "" } });
  });

  test("does not use a session id with slashes as a file name", async () => {
    const home = install(undefined, "");
    await run(front, home, { env: { CLAUDE_CODE_SESSION_ID: "../../evil" } });
    expect(readInbox(join(home, "inbox")).length).toBe(1);
    expect(existsSync(join(home, "evil-0.json"))).toBe(false);
  });
});

/** A user who can read the folder but not change it. Only root can start a process as this user. */
function nobody(home: string): Run {
  if (process.getuid?.() !== 0) return {};
  for (let folder = home; folder !== "/"; folder = dirname(folder)) {
    if (folder.startsWith(tmpdir()) && folder !== tmpdir()) chmodSync(folder, 0o755);
  }
  return { user: { uid: 65_534, gid: 65_534 } };
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-mount-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return mounted;
}

/** A state folder on a full disk. */
function fullDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-full-"));
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
  onTestFinished(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  const home = install(join(folder, "state"), "");
  mkdirSync(join(home, "inbox"));
  spawnSync("dd", ["if=/dev/zero", `of=${join(home, "filler")}`, "bs=4k"]);
  return home;
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has exited already.
  }
}

function statOf(pid: number): { parent: number; session: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return { parent: Number(fields[1]), session: Number(fields[3]) };
}

function descendantsOf(pid: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const children = pids.map(Number).filter((other) => {
    try {
      return statOf(other).parent === pid;
    } catch {
      return false;
    }
  });
  return [...children, ...children.flatMap(descendantsOf)];
}
