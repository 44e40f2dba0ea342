// A transcript that the user may not read, as `sudo claude` leaves it in a home folder.

import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { MAX_BYTES } from "../../src/disk/read.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { program, type Ran, recording, runTool, temporaryFolder } from "../support/run-tool.ts";
import { SESSION, writeTranscript } from "../support/transcripts/command-transcript.ts";

/** Root may read everything, so a test of root runs the commands as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A home folder with a recording, which can be read, and another session, which cannot. */
function home(): { homeDir: string; run(...words: string[]): Promise<Ran> } {
  const homeDir = temporaryFolder();
  const projects = join(homeDir, ".claude", "projects");
  mkdirSync(projects, { recursive: true });
  cpSync(dirname(recording), join(projects, "-home-dev-shop"), { recursive: true });
  const dist = join(homeDir, "dist");
  mkdirSync(dist);
  for (const name of readdirSync(dirname(program)))
    cpSync(join(dirname(program), name), join(dist, name), { recursive: true });
  const locked = writeTranscript(join(homeDir, ".claude"), 1);
  if (NOBODY.uid !== undefined) spawnSync("chown", ["-R", `${NOBODY.uid}:${NOBODY.gid}`, homeDir]);
  chmodSync(locked, 0o000);
  return {
    homeDir,
    run: (...words) =>
      new Promise((resolve) => {
        const world = { cwd: homeDir, env: { HOME: homeDir }, ...NOBODY };
        const child = execFile(
          process.execPath,
          [join(dist, "ccotel.cjs"), ...words],
          world,
          (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
        );
      }),
  };
}

const LEFT_OUT = new RegExp(`${SESSION}\\.jsonl cannot be read \\(EACCES\\), so its session is left out\\.`);

test.each([
  ["stats"],
  ["stats", "--by", "session"],
  ["sessions"],
  ["sessions", "the"],
  ["errors"],
  ["insights"],
  ["audit", ".claude/projects"],
  ["audit", ".claude/projects", "--findings"],
])("ccotel %s %s reports it and goes on with the other sessions", async (...words) => {
  const { run } = home();
  const ran = await run(...words);
  expect(ran).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(LEFT_OUT) });
  const again = await run(...words);
  expect(again.stderr).toMatch(LEFT_OUT);
  expect(again.stdout).toBe(ran.stdout);
});

test("an export sends the other sessions and exits with 1, also when it prints", async () => {
  const { run } = home();
  const { url, requests } = await collector();
  const sent = await run("export", "--all", "--endpoint", url);
  expect(sent).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(LEFT_OUT) });
  expect(spansOf(...requests).length).toBeGreaterThan(5);
  const again = await run("export", "--all", "--endpoint", url);
  expect(again).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("Nothing new: ") });
  const alone = await run("export", SESSION, "--endpoint", url);
  expect(alone).toMatchObject({ exitCode: 1, stdout: `Nothing was sent to ${url}/v1/traces.\n` });
  const printed = await run("export", "--all", "--dry-run");
  expect(printed).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(LEFT_OUT) });
});

test("an export whose user may not write to the home folder says that CCOTEL_HOME can be elsewhere", async () => {
  const { homeDir, run } = home();
  chmodSync(homeDir, 0o555);
  onTestFinished(() => chmodSync(homeDir, 0o755));
  const { exitCode, stderr } = await run("export", "--all", "--endpoint", "http://127.0.0.1:9");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${join(homeDir, ".ccotel")} cannot be written (EACCES).\n`);
  expect(stderr).toContain("set CCOTEL_HOME to another folder");
});

test("a state folder that its user may not write to is named, not a file that ccotel wanted to create in it", async () => {
  const { homeDir, run } = home();
  const state = join(homeDir, ".ccotel");
  mkdirSync(state, { mode: 0o555 });
  const { exitCode, stderr } = await run("configure", "--preset", "jaeger", "--no-check", "--yes");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${state} cannot be written (EACCES).\nCheck who owns it`);
});

test("show names the session that it cannot read", async () => {
  const { run } = home();
  const { exitCode, stderr } = await run("show", SESSION);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/\.jsonl cannot be opened \(EACCES\)\.\nCheck who owns it and its permissions\.\n$/);
});

test.each([["stats"], ["sessions"], ["errors"], ["insights"]])(
  "ccotel %s fails if the folder with all sessions cannot be read, and does not say that there are none",
  async (command) => {
    const { homeDir, run } = home();
    chmodSync(join(homeDir, ".claude"), 0o000);
    onTestFinished(() => chmodSync(join(homeDir, ".claude"), 0o700));
    const { exitCode, stderr } = await run(command);
    expect(stderr).toMatch(/projects cannot be looked into.*\n.*No session in .*projects can be read\./);
    expect(exitCode).toBe(2);
  },
);

test.each([
  ["stats"],
  ["sessions"],
  ["sessions", "the"],
  ["errors"],
  ["insights"],
  ["show", ".claude/projects"],
  ["audit", ".claude/projects"],
  ["export", "--all", "--endpoint", "COLLECTOR"],
])(
  "ccotel %s %s leaves out a transcript that is too large, and goes on with the other sessions",
  async (...words) => {
    const homeDir = temporaryFolder();
    cpSync(dirname(recording), join(homeDir, ".claude", "projects", "-home-dev-shop"), { recursive: true });
    const large = writeTranscript(join(homeDir, ".claude"), 1);
    // A file with a hole takes no space on the disk.
    truncateSync(large, MAX_BYTES.transcript + 1);
    const { url } = await collector();
    const ran = await runTool(
      words.map((word) => (word === "COLLECTOR" ? url : word)),
      { homeDir, cwd: homeDir },
    );
    expect(ran.stderr).toContain(`${large} is larger than 4 GiB, so its session is left out.`);
    expect(ran.exitCode).toBe(words[0] === "export" ? 1 : 0);
    expect(ran.stdout.length).toBeGreaterThan(20);
  },
);

/** What other programs make of a transcript, and how ccotel calls it. */
const ODD_FORMS: [string, (text: string) => string | Buffer][] = [
  ["UTF-16 text", (text) => Buffer.from(`\uFEFF${text}`, "utf16le")],
  ["JSON with a record over several lines", (text) => text.replaceAll(/^\{/gm, "{\n")],
  ["one line with carriage returns", (text) => text.replaceAll("\n", "\r")],
  ["compressed with gzip", (text) => gzipSync(text)],
  ["a pointer of Git LFS", () => "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"],
];

test.each(ODD_FORMS)(
  "every command that reads sessions leaves out what is %s, and says so",
  async (form, convert) => {
    const homeDir = temporaryFolder();
    cpSync(dirname(recording), join(homeDir, ".claude", "projects", "-home-dev-shop"), { recursive: true });
    const odd = writeTranscript(join(homeDir, ".claude"), 1);
    writeFileSync(odd, convert(readFileSync(odd, "utf8")));
    const { url } = await collector();
    const commands = [
      "stats",
      "stats",
      "sessions",
      "errors",
      "insights",
      "show .claude/projects",
      "audit .claude/projects",
    ];
    for (const words of [...commands, `export --all --endpoint ${url}`]) {
      const ran = await runTool(words.split(" "), { homeDir, cwd: homeDir, columns: 2000 });
      expect(ran.stderr, words).toMatch(
        new RegExp(`${SESSION}\\.jsonl is ${form}, .*so its session is left out\\.`),
      );
      expect(ran.stdout.length, words).toBeGreaterThan(20);
      expect(ran.exitCode, words).toBe(words.startsWith("export") ? 1 : 0);
    }
  },
);

test.each(["1970-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z", "", 0])(
  "a transcript in which every row has the time %j is left out, and stats says why",
  async (timestamp) => {
    const homeDir = temporaryFolder();
    const undated = writeTranscript(join(homeDir, ".claude"), 2);
    const lines = readFileSync(undated, "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => JSON.stringify({ ...JSON.parse(line), timestamp }));
    writeFileSync(undated, `${rows.join("\n")}\n`);
    const { stderr } = await runTool(["stats"], { homeDir, columns: 2000 });
    expect(stderr).toContain(
      `${undated} has no time between the years 2000 and 2200 in any row, so its session is left out.`,
    );
  },
);

test.each([["show"], ["show", "--follow"], ["view", "--out", "page.html"]])(
  "ccotel %s %s says that the only session is too large",
  async (command, ...flags) => {
    const homeDir = temporaryFolder();
    const large = writeTranscript(join(homeDir, ".claude"), 1);
    truncateSync(large, MAX_BYTES.transcript + 1);
    const ran = await runTool([command, SESSION, ...flags], { homeDir, cwd: homeDir });
    expect(ran).toEqual({ exitCode: 2, stdout: "", stderr: `${large} is larger than 4 GiB.\n` });
  },
);
