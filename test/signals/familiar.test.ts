import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { HOOK_EVENTS, hookRegistrations } from "../../src/settings/hooks/hook-entry.ts";
import { assessing } from "../../src/signals/assess.ts";
import { findingsIn } from "../../src/signals/findings.ts";
import { hostsOfShell } from "../../src/signals/shell-findings.ts";
import { createFamiliar } from "../../src/state/familiar.ts";
import { homeAt } from "../../src/state/home.ts";
import { readWhole } from "../support/read-files.ts";
import { recording, recordings, transcriptsOf } from "../support/recordings.ts";
import { type SessionCall, sessionOfCalls } from "../support/transcripts/calls-session.ts";

const FIRST = "11111111-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const SECOND = "22222222-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

function machine() {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-familiar-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  /** The findings of a process that reads this session. */
  const findingsOf = (sessionId: string, calls: readonly SessionCall[], learns = true) => {
    // Each session has its own folder: ccotel treats the same row ids in two files of a folder as a fork's copies.
    mkdirSync(join(folder, sessionId), { recursive: true });
    const path = join(folder, sessionId, `${sessionId}.jsonl`);
    writeFileSync(path, sessionOfCalls(calls, sessionId));
    const options = assessing("/home/dev", createFamiliar(homeAt(folder), { learns }));
    return findingsIn(readWhole(path, options)).map(({ rule, call }) => `${rule} ${call?.id ?? "turn"}`);
  };
  return { folder, findingsOf };
}

const THIRD = "33333333-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

/** The command lines of ccotel's hook entries: in users' settings, in managed settings and in the plugin. */
function ownCommands(event: string): string[] {
  const targets = [
    { bin: "/home/dev/.ccotel/bin", platform: "linux", node: "" },
    { bin: "/Users/Ann Lee/state/bin", platform: "darwin", node: "" },
    { bin: "C:\\Users\\ann\\.ccotel\\bin", platform: "win32", node: "C:\\Program Files\\nodejs\\node.exe" },
  ] as const;
  const handlers = targets.flatMap((target) =>
    [undefined, [2, 1, 332] as const].flatMap((client) => hookRegistrations({ ...target, client })),
  );
  const written = handlers.map(({ handler: { command, args = [] } }) => [command, ...args].join(" "));
  const earlier = written.map((line) => line.replace('. "$0"', 'exec "$0" "$1"'));
  const plugin = `/bin/sh "\${CLAUDE_PLUGIN_ROOT}/hooks/hook.sh" ${event} || true`;
  return [
    ...written,
    ...earlier,
    `/opt/ccotel/bin/hook.sh ${event}`,
    `"$HOME"/.ccotel/bin/hook.sh ${event}`,
    plugin,
  ];
}

const SHELL = (command: string): SessionCall => ({ name: "Bash", input: { command } });
const FETCH = (url: string): SessionCall => ({ name: "WebFetch", input: { url, prompt: "read it" } });

test("hosts and servers of a project's first session are known; a later one is a finding on the call that uses it first", () => {
  const { findingsOf } = machine();
  const usual = [SHELL("curl -s https://api.acme.example/v1"), { name: "mcp__stock__lookup", input: {} }];
  expect(findingsOf(FIRST, usual)).toEqual([]);
  const later = [
    ...usual,
    FETCH("https://docs.new.example/a"),
    SHELL("git clone git@git.new.example:acme/x.git"),
    FETCH("https://docs.new.example/b"),
    { name: "mcp__mail__send", input: {} },
    SHELL("curl http://localhost:3000/health"),
  ];
  expect(findingsOf(SECOND, later)).toEqual([
    "network.new-host toolu_2",
    "network.new-host toolu_3",
    "guard.new-mcp-server toolu_5",
  ]);
});

test("a session that is read again has the same findings, and a reader that only looks stores nothing", () => {
  const { folder, findingsOf } = machine();
  findingsOf(FIRST, [FETCH("https://a.example/")]);
  const calls = [FETCH("https://b.example/"), FETCH("https://b.example/again")];
  expect(findingsOf(SECOND, calls, false)).toEqual([]);
  const once = findingsOf(SECOND, calls);
  expect(once).toEqual(["network.new-host toolu_0"]);
  expect(findingsOf(SECOND, calls)).toEqual(once);
  expect(findingsOf(SECOND, calls, false)).toEqual(once);
  const [file = ""] = readdirSync(join(folder, "projects"));
  const kept = readFileSync(join(folder, "projects", file), "utf8");
  expect(kept).not.toMatch(/example|shop|1111|2222|toolu/);
});

test("a finding is reported, once, even if it cannot be stored", () => {
  const { folder, findingsOf } = machine();
  findingsOf(FIRST, [FETCH("https://a.example/")]);
  const [file = ""] = readdirSync(join(folder, "projects"));
  // A folder in the file's place cannot be replaced.
  const familiar = createFamiliar(homeAt(folder), { learns: true });
  const { assess } = assessing("/home/dev", familiar);
  const fetched = (call: string) =>
    assess(
      "WebFetch",
      { url: "https://c.example/" },
      { root: "/home/dev/shop", by: { sessionId: SECOND, call } },
    );
  assess(
    "WebFetch",
    { url: "https://a.example/" },
    { root: "/home/dev/shop", by: { sessionId: SECOND, call: "0" } },
  );
  rmSync(join(folder, "projects"), { recursive: true });
  mkdirSync(join(folder, "projects", file), { recursive: true });
  expect(fetched("1")).toEqual(["network.new-host"]);
  expect(fetched("2")).toEqual([]);
});

test("a damaged file of a project is treated as missing", () => {
  const { folder, findingsOf } = machine();
  findingsOf(FIRST, [FETCH("https://a.example/")]);
  const [file = ""] = readdirSync(join(folder, "projects"));
  for (const content of ["", "null", '{"format":1,"first":"x","seen":{"a":1}}', "[]"]) {
    writeFileSync(join(folder, "projects", file), content);
    expect(findingsOf(SECOND, [FETCH("https://b.example/")])).toEqual([]);
  }
});

test("two readers that learn at the same time keep each other's entries", () => {
  const { folder } = machine();
  const [one, other] = [
    createFamiliar(homeAt(folder), { learns: true }),
    createFamiliar(homeAt(folder), { learns: true }),
  ];
  const at = (sessionId: string, part: string) => ({ project: "/p", sessionId, part });
  one.newAmong(["host a"], at(FIRST, "0"));
  expect(other.newAmong(["host a"], at(SECOND, "0"))).toEqual([]);
  expect(one.newAmong(["host b"], at(SECOND, "1"))).toEqual(["host b"]);
  expect(other.newAmong(["host c"], at(SECOND, "2"))).toEqual(["host c"]);
  const later = createFamiliar(homeAt(folder), { learns: true });
  expect(later.newAmong(["host a", "host b", "host c"], at(SECOND, "3"))).toEqual([]);
  expect(later.newAmong(["host b"], at(SECOND, "1"))).toEqual(["host b"]);
});

test("at most 5,000 entries of a project are kept, and later ones are no findings", () => {
  const { folder } = machine();
  const familiar = createFamiliar(homeAt(folder), { learns: true });
  const hosts = Array.from({ length: 8_000 }, (_, n) => `host h${n}.example`);
  const at = (sessionId: string, part: string) => ({ project: "/p", sessionId, part });
  expect(familiar.newAmong(["host usual"], at(FIRST, "0"))).toEqual([]);
  expect(familiar.newAmong(hosts, at(SECOND, "1"))).toEqual(hosts.slice(0, 4_999));
  expect(familiar.newAmong(["host late"], at(SECOND, "2"))).toEqual([]);
});

test("if there are more than 1,000 projects, the least recently used one is removed", () => {
  const { folder } = machine();
  const learn = (project: string) =>
    createFamiliar(homeAt(folder), { learns: true }).newAmong(["host a"], {
      project,
      sessionId: FIRST,
      part: "0",
    });
  learn("/first");
  const [first = ""] = readdirSync(join(folder, "projects"));
  const used = new Date("2026-01-01T00:00:00Z");
  utimesSync(join(folder, "projects", first), used, used);
  for (let n = 0; n < 999; n++) {
    const path = join(folder, "projects", `${n}.json`);
    writeFileSync(path, "{}");
    const at = new Date(Date.UTC(2026, 1, 1) + n);
    utimesSync(path, at, at);
  }
  // The project's next session uses it, so another one is removed.
  learn("/first");
  learn("/one-more");
  const left = readdirSync(join(folder, "projects"));
  expect(left).toHaveLength(1_000);
  expect(left).toContain(first);
  expect(left).not.toContain("0.json");
});

test("a finding in copied rows of a fork belongs to the original session, even if the fork is read first", () => {
  const { folder } = machine();
  const { assess } = assessing("/home/dev", createFamiliar(homeAt(folder), { learns: true }));
  assess(
    "WebFetch",
    { url: "https://a.example/" },
    { root: "/home/dev/shop", by: { sessionId: FIRST, call: "0" } },
  );
  const path = (id: string) => join(folder, `${id}.jsonl`);
  const original = sessionOfCalls([FETCH("https://b.example/")], SECOND);
  writeFileSync(path(SECOND), original);
  const fork = original.replaceAll(SECOND, THIRD);
  const own = sessionOfCalls([], THIRD).replaceAll('"u0"', '"u9"').replaceAll("2026-11-20", "2026-11-21");
  writeFileSync(path(THIRD), fork + own.replaceAll("aend", "aend9").replaceAll("msg_end", "msg_end9"));
  const found = (id: string) => findingsIn(readWhole(path(id), { assess })).map(({ rule }) => rule);
  expect(found(THIRD)).toEqual([]);
  expect(found(SECOND)).toEqual(["network.new-host"]);
});

test("a new hook is a finding on the first turn that runs it, and ccotel's own hook never is", () => {
  const { folder } = machine();
  const familiar = createFamiliar(homeAt(folder), { learns: true });
  const { assessHook } = assessing("/home/dev", familiar);
  const where = (sessionId: string, turnId: string) => ({ root: "/p", sessionId, turnId, startMs: 1 });
  expect(assessHook("./lint.sh", where(FIRST, "1"))).toEqual([]);
  expect(assessHook("./lint.sh", where(SECOND, "1"))).toEqual([]);
  expect(assessHook("curl https://x.example", where(SECOND, "1"))).toEqual(["guard.new-hook"]);
  expect(assessHook("curl https://x.example", where(SECOND, "2"))).toEqual([]);
  expect(assessHook("curl https://x.example", where(SECOND, "1"))).toEqual(["guard.new-hook"]);
  for (const event of HOOK_EVENTS) {
    for (const line of ownCommands(event)) expect(assessHook(line, where(SECOND, "2")), line).toEqual([]);
  }
  for (const line of [
    "curl https://x.example # ccotel",
    "/home/dev/.ccotel/bin/hook.sh Stop; curl https://x.example",
    "curl https://x.example /home/dev/.ccotel/bin/hook.sh",
    "/home/dev/.ccotel/bin/hook.sh $(curl https://x.example)",
    // A regular expression that can match a part in two ways would take years for this.
    "$HOME".repeat(600),
  ])
    expect(assessHook(line, where(SECOND, "3")), line).toEqual(["guard.new-hook"]);
});

describe("an MCP server and a Stop hook that a project no longer has", () => {
  // Terminal and print mode with both, then terminal and print mode without the second server and the hook.
  const paths = transcriptsOf(recording("removed-setup"));
  const reader = (folder: string, learns = true) => {
    const options = assessing("/home/dev", createFamiliar(homeAt(folder), { learns }));
    return (path: string) =>
      findingsIn(readWhole(path, options)).flatMap(({ rule }) => (rule === "guard.auto-mode" ? [] : rule));
  };

  test("are findings on the first turn without them, and on the same turn when it is read again", () => {
    const { folder } = machine();
    const found = paths.map(reader(folder));
    expect(found).toEqual([[], [], ["guard.removed-mcp-server", "guard.removed-hook"], []]);
    expect(paths.map(reader(folder))).toEqual(found);
    expect(paths.map(reader(folder, false))).toEqual(found);
    const [file = ""] = readdirSync(join(folder, "projects"));
    expect(readFileSync(join(folder, "projects", file), "utf8")).not.toMatch(/stock|books|lint|hook\.sh/);
  });

  test("are no findings if nothing was learned, or if earlier sessions are read later", () => {
    const { folder } = machine();
    expect(paths.map(reader(folder, false))).toEqual([[], [], [], []]);
    const [with1, with2, without1, without2] = paths as [string, string, string, string];
    // In this order, the hook and the server are added.
    const found = [without1, without2, with1, with2].map(reader(folder));
    expect(found.flat()).toEqual(["guard.new-hook"]);
    expect([with1, with2, without1, without2].flatMap(reader(folder))).toEqual(["guard.new-hook"]);
  });

  test("never include ccotel's own hook", () => {
    const { folder } = machine();
    const { assessSetUp } = assessing("/home/dev", createFamiliar(homeAt(folder), { learns: true }));
    const at = (names: string[], startMs: number) =>
      assessSetUp(
        { kind: "stop-hook", names },
        { root: "/p", sessionId: String(startMs), turnId: "1", startMs },
      );
    expect(at(["./lint.sh", ...ownCommands("Stop")], 1)).toEqual([]);
    expect(at(["./lint.sh"], 2)).toEqual([]);
    expect(at([], 3)).toEqual(["guard.removed-hook"]);
    expect(at([], 4)).toEqual([]);
  });
});

test("a goal is not a hook: it is never new or removed, and level details has no text of it", () => {
  const { folder } = machine();
  const options = assessing("/home/dev", createFamiliar(homeAt(folder), { learns: true }));
  const read = (name: string) =>
    transcriptsOf(recording(name)).flatMap((path) =>
      findingsIn(readWhole(path, options)).map(({ rule }) => rule),
    );
  expect(["01-two-turns", "goal", "02-tools"].flatMap(read)).toEqual([]);
  const [path = ""] = transcriptsOf(recording("goal"));
  expect(JSON.stringify(readWhole(path, { keep: "details" }))).not.toContain("all tests are run");
});

describe("hosts in command lines", () => {
  test.each([
    ["curl -s https://API.acme.example:8443/v1?x=1 -o out", ["api.acme.example"]],
    ["wget https://user:pw@files.example/a && npm test", ["files.example"]],
    ["ssh ann@build.example uptime", ["build.example"]],
    ["scp out.txt build.example:/srv/", ["build.example"]],
    ["git push https://github.com/acme/shop main", ["github.com"]],
    ["sh -c 'curl http://x.example/i.sh'", ["x.example"]],
    ["curl https://localhost:1@evil.example/", ["evil.example"]],
    ["echo https://not.example", []],
    ["curl localhost:3000; curl http://127.0.0.1/; curl $URL", []],
    ["git log --oneline HEAD~3..HEAD -- src/a:b.ts", []],
    ["git show main:src/cart.js", []],
  ])("%s", (command, hosts) => expect(hostsOfShell(command)).toEqual(hosts));
});

test("with all recordings as sessions of one project, only what is new or removed is a finding", () => {
  const { folder } = machine();
  const options = assessing("/home/dev", createFamiliar(homeAt(folder), { learns: true }));
  const found = recordings().flatMap((one) =>
    transcriptsOf(one).flatMap((path) =>
      findingsIn(readWhole(path, options)).flatMap(({ rule }) =>
        /new-|removed-/.test(rule) ? [`${one.name} ${rule}`] : [],
      ),
    ),
  );
  // Each of these is the first one with that host or server, or with a hook besides the recorder's, or the first one
  // without something that the earlier ones had.
  expect(found).toEqual([
    "07-mcp guard.new-mcp-server",
    "2.1.100-hook-decisions guard.new-hook",
    "2.1.290-agents guard.removed-hook",
    "auto-mode network.new-host",
    "hook-allow guard.new-hook",
    "hooks guard.new-hook",
    "incident guard.new-hook",
    "mcp-elicitation guard.new-mcp-server",
    "permissions guard.removed-mcp-server",
    "removed-setup guard.removed-mcp-server",
    "sigint-mid-stream guard.removed-mcp-server",
    "stop-hook-block guard.new-hook",
  ]);
});
