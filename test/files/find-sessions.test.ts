import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { NothingThere } from "../../src/config/user-error.ts";
import {
  findAllSessions,
  findNewestSession,
  findSessions,
  type Search,
} from "../../src/files/find-sessions.ts";
import { clock } from "../../src/units.ts";

const A = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const B = "1c0bfc5f-8e6d-4e6f-b7d2-2a5be4a6c4a1";
const C = "2d1cad6a-9f7e-4f7a-88e3-3b6cf5b7d5b2";

let root: string;
let search: Search;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccotel-find-"));
  search = { configDir: join(root, "config"), cwd: root };
  onTestFinished(() => rmSync(root, { recursive: true }));
});

describe("a folder", () => {
  it("gives its transcripts at any depth, sorted", () => {
    put(`x/projects/-b/${B}.jsonl`, `x/projects/-a/${A}.jsonl`, `x/${C}.jsonl`);
    expect(found("x")).toEqual([`x/${C}.jsonl`, `x/projects/-a/${A}.jsonl`, `x/projects/-b/${B}.jsonl`]);
  });

  it("does not give files that are not the main file of a session", () => {
    put(
      `x/${A}.jsonl`,
      `x/${A}/subagents/agent-a1b2.jsonl`,
      `x/${A}/subagents/${B}.jsonl`,
      "x/agent-abcdef1.jsonl",
      "x/hooks.jsonl",
      "x/native/traces.jsonl",
      `x/${B}.json`,
      `x/old-${C}.jsonl`,
    );
    expect(found("x")).toEqual([`x/${A}.jsonl`]);
  });

  it("can itself be called subagents", () => {
    put(`03-subagents-parallel/${A}.jsonl`, `subagents/${B}.jsonl`);
    expect(found(".")).toEqual([`03-subagents-parallel/${A}.jsonl`, `subagents/${B}.jsonl`]);
    expect(found("subagents")).toEqual([`subagents/${B}.jsonl`]);
  });

  it("is searched once, even if links lead to it again", () => {
    put(`x/deep/${A}.jsonl`);
    symlinkSync(join(root, "x"), join(root, "x/deep/loop"));
    symlinkSync(join(root, "x/deep"), join(root, "other"));
    symlinkSync(join(root, "nowhere"), join(root, "x/broken"));
    expect(found("x")).toEqual([`x/deep/${A}.jsonl`]);
    expect(found(".", "x", `x/deep/${A}.jsonl`)).toHaveLength(1);
  });

  it("is left at no link that leads above it, which would make the walk one of the whole disk", () => {
    put(`config/projects/-a/${A}.jsonl`, `elsewhere/${B}.jsonl`, `config/moved/-c/${C}.jsonl`);
    symlinkSync("/", join(root, "config/projects/disk"));
    symlinkSync(root, join(root, "config/projects/-a/root"));
    symlinkSync(join(root, "config/moved/-c"), join(root, "config/projects/-c"));
    const above: string[] = [];
    const sessions = findAllSessions({ ...search, onAbove: (path) => above.push(path) });
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual([A, C]);
    expect(above.sort()).toEqual(["-a/root", "disk"].map((name) => join(root, "config/projects", name)));
  });

  it("of a session stands for the session beside it", () => {
    put(`x/${A}.jsonl`, `x/${A}/subagents/agent-a1b2.jsonl`);
    expect(found(`x/${A}`)).toEqual([`x/${A}.jsonl`]);
  });

  it("without transcripts is an error that names the folder", () => {
    put("x/hooks.jsonl");
    expect(() => found("x")).toThrow(`No transcript in ${join(root, "x")} or below`);
  });
});

describe("a file", () => {
  it("has its session's id in its name or in its records", () => {
    put(`x/${A}.jsonl`);
    putText("copy.txt", `{"type":"summary"}\n{"type":"user","sessionId":"${B}"}\n`);
    expect(findSessions([`x/${A}.jsonl`, "copy.txt"], search)).toEqual([
      { sessionId: B, path: join(root, "copy.txt") },
      { sessionId: A, path: join(root, `x/${A}.jsonl`) },
    ]);
  });

  it("without a session is an error", () => {
    putText("notes.txt", "not a transcript\n");
    put("agent-a1b2.jsonl");
    expect(() => found("notes.txt")).toThrow("is no transcript of Claude Code");
    expect(() => found("agent-a1b2.jsonl")).toThrow("is the transcript of a subagent");
    expect(() => found("missing.jsonl")).toThrow("There is no file, folder or session missing.jsonl.");
  });
});

describe("a session id", () => {
  it("is looked up in the projects of the configuration folder", () => {
    put(`config/projects/-home-me/${A}.jsonl`);
    expect(found(A)).toEqual([`config/projects/-home-me/${A}.jsonl`]);
    expect(() => found(B)).toThrow(`No session ${B} in ${join(root, "config/projects")}.`);
  });

  it("can be shortened to at least four characters if it stays unique", () => {
    const twin = `${A.slice(0, 10)}${B.slice(10)}`;
    put(
      `config/projects/-home-me/${A}.jsonl`,
      `config/projects/-copy/${A}.jsonl`,
      `config/projects/-b/${C}.jsonl`,
    );
    expect(found(A.slice(0, 4).toUpperCase())).toEqual([`config/projects/-copy/${A}.jsonl`]);
    expect(found(C.slice(0, 20))).toEqual([`config/projects/-b/${C}.jsonl`]);
    put(`config/projects/-b/${twin}.jsonl`);
    expect(() => found(A.slice(0, 8))).toThrow(`2 session ids begin with ${A.slice(0, 8)}.`);
    for (const no of ["feed", `${A}0`, "nope", "no"])
      expect(() => found(no)).toThrow(`There is no file, folder or session ${no}.`);
  });

  it("says that four characters are needed if there are fewer", () => {
    put(`config/projects/-home-me/${A}.jsonl`);
    for (const short of [A.slice(0, 3), A.slice(0, 1).toUpperCase()])
      expect(() => found(short)).toThrow(
        `${short} is too short for a session id: name at least four of its characters.`,
      );
    expect(() => found("nope")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("at least four characters") }),
    );
  });
});

describe("a session whose file another program has moved deeper or renamed in capitals", () => {
  it("is found by its id and by the beginning of it", () => {
    put(`config/projects/-shop/-shop/${A}.jsonl`, `config/projects/-shop/${B.toUpperCase()}.jsonl`);
    for (const id of [A, A.slice(0, 8), A.toUpperCase()])
      expect(findSessions([id], search)).toMatchObject([
        { sessionId: A, path: join(root, `config/projects/-shop/-shop/${A}.jsonl`) },
      ]);
    for (const id of [B, B.slice(0, 8)])
      expect(findSessions([id], search)).toMatchObject([
        { sessionId: B, path: join(root, `config/projects/-shop/${B.toUpperCase()}.jsonl`) },
      ]);
  });
});

describe("all sessions", () => {
  it("are those of the configuration folder", () => {
    put(`config/projects/-a/${A}.jsonl`, `config/projects/-b/${B}.jsonl`, `elsewhere/${C}.jsonl`);
    expect(findAllSessions(search).map(({ sessionId }) => sessionId)).toEqual([A, B]);
  });

  it("throws that there is nothing without any", () => {
    expect(() => findAllSessions(search)).toThrow(NothingThere);
    expect(() => findAllSessions(search)).toThrow("No sessions in");
  });

  it("can be limited to those that changed since a time", () => {
    put(`config/projects/-a/${A}.jsonl`, `config/projects/-a/${B}.jsonl`);
    changed(`config/projects/-a/${A}.jsonl`, 1000);
    changed(`config/projects/-a/${B}.jsonl`, 2000);
    const since = (sinceMs: number) =>
      findAllSessions({ ...search, sinceMs }).map(({ sessionId }) => sessionId);
    expect(since(2_000_000)).toEqual([B]);
    expect(() => since(2_000_001)).toThrow(`None of 2 sessions changed since ${clock(2_000_001)}.`);
    expect(() => findSessions([A], { ...search, sinceMs: 1_000_001 })).toThrow(
      `The only session has not changed since ${clock(1_000_001)}.`,
    );
  });
});

describe("the newest session of a folder", () => {
  it("is found for a long path, whose name Claude Code shortens and ends with a hash", () => {
    // Claude Code 2.1.329 gave the folder this name.
    const cwd = `/tmp/acme/${"package-".repeat(12)}/${"module-".repeat(14)}/src`;
    const name = `${cwd.replaceAll("/", "-").slice(0, 200)}-tsqyla`;
    put(`config/projects/${name}/${A}.jsonl`);
    expect(findNewestSession({ ...search, cwd }).sessionId).toBe(A);
  });

  it("belongs to the folder's project, or to the project around it", () => {
    const cwd = join(root, "my_shop.v2");
    const project = `config/projects/${cwd.replace(/[^A-Za-z0-9]/g, "-")}`;
    put(`${project}/${A}.jsonl`, `${project}/${B}.jsonl`, `config/projects/-other/${C}.jsonl`);
    changed(`${project}/${A}.jsonl`, 2000);
    changed(`${project}/${B}.jsonl`, 1000);
    changed(`config/projects/-other/${C}.jsonl`, 3000);
    expect(findNewestSession({ ...search, cwd }).sessionId).toBe(A);
    expect(findNewestSession({ ...search, cwd: join(cwd, "src/deep") }).sessionId).toBe(A);
  });

  it("is an error if no session belongs to the folder", () => {
    expect(() => findNewestSession(search)).toThrow(`No session belongs to ${root}`);
  });
});

function found(...targets: string[]): string[] {
  return findSessions(targets, search).map(({ path }) => path.slice(root.length + 1).replaceAll("\\", "/"));
}

function put(...paths: string[]): void {
  for (const path of paths) putText(path, "");
}

function putText(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function changed(path: string, seconds: number): void {
  utimesSync(join(root, path), seconds, seconds);
}
