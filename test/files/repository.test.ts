import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readRepository } from "../../src/files/repository.ts";
import { repositoryOfUrl } from "../../src/files/repository-url.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { CALLS_SESSION, sessionOfCalls } from "../support/transcripts/calls-session.ts";

const folder = mkdtempSync(join(tmpdir(), "ccotel-repository-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHOP = { name: "shop", owner: "acme", url: "https://github.com/acme/shop" };

describe("the address of a remote", () => {
  test.each([
    ["https://github.com/acme/shop.git", SHOP],
    ["https://ann:ghp_secret@github.com/acme/shop", SHOP],
    ["https://x-access-token:ghp_secret@github.com/acme/shop.git?token=1#x", SHOP],
    ["git@github.com:acme/shop.git", SHOP],
    ["github.com:acme/shop.git", SHOP],
    ["ssh://git@github.com:22/acme/shop.git/", SHOP],
    ["git://github.com/acme/shop.git", SHOP],
    [
      "https://gitlab.example:8443/group/sub/shop.git",
      { name: "shop", owner: "group/sub", url: "https://gitlab.example:8443/group/sub/shop" },
    ],
    ["git@work:acme/shop.git", { name: "shop", owner: "acme" }],
    ["gh:acme/shop", { name: "shop", owner: "acme" }],
    ["ssh://git@work/acme/shop.git", { name: "shop", owner: "acme" }],
    // A remote helper precedes the address.
    ["gcrypt::https://ann:ghp_secret@github.com/acme/shop.git", SHOP],
    ["codecommit::eu-west-1://profile@shop", { name: "shop" }],
    ["ftp://ann:ghp_secret@files.example/acme/shop.git?token=1", { name: "shop" }],
    ["persistent-https://ann:ghp_secret@github.example", { name: "github.example" }],
    ["https://ann:ghp secret@github.com:x/", { name: "github.com:x" }],
    ["/srv/git/shop.git", { name: "shop" }],
    ["C:\\git\\shop.git", { name: "shop" }],
    ["", undefined],
  ])("%s", (remote, repository) => {
    expect(repositoryOfUrl(remote)).toEqual(repository);
  });
});

function git(cwd: string, ...args: string[]): void {
  const env = { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", ...args], { cwd, env });
}

describe("the repository of a folder", () => {
  const shop = join(folder, "shop");
  mkdirSync(join(shop, "src", "cart"), { recursive: true });
  git(shop, "init", "--quiet");
  git(shop, "remote", "add", "fork", "https://github.com/ann/shop.git");
  git(shop, "remote", "add", "origin", "https://ann:secret@github.com/acme/shop.git");

  test("is that of the remote origin, also in a folder below", () => {
    expect(readRepository(shop)).toEqual(SHOP);
    expect(readRepository(join(shop, "src", "cart"))).toEqual(SHOP);
  });

  test("includes the worktree", () => {
    git(shop, "commit", "--quiet", "--allow-empty", "-m", "first");
    git(shop, "worktree", "add", "--quiet", join(folder, "fix-cart"));
    expect(readRepository(join(folder, "fix-cart"))).toEqual({ ...SHOP, worktree: "fix-cart" });
  });

  test("is not read from another host that a .git file names", () => {
    const linked = join(folder, "linked");
    mkdirSync(linked);
    writeFileSync(join(linked, ".git"), `gitdir: ${join(shop, ".git")}\n`);
    expect(readRepository(linked)).toEqual(SHOP);
    writeFileSync(join(linked, ".git"), `gitdir: /${join(shop, ".git")}\n`);
    expect(readRepository(linked)).toBeUndefined();
  });

  test("is unknown for a broken .git file and for a folder that is not on this machine", () => {
    const plain = join(folder, "plain");
    mkdirSync(plain);
    writeFileSync(join(plain, ".git"), "gitdir: /nowhere/at/all\n");
    expect(readRepository(plain)).toBeUndefined();
    for (const cwd of ["", "shop", "//host/share", "\\\\host\\share", "/nowhere/at/all"])
      expect(readRepository(cwd)).toBeUndefined();
  });

  test("is sent on session, turn and summary spans only if it is on, and user.id on all spans", async () => {
    const path = join(temporaryFolder(), `${CALLS_SESSION}.jsonl`);
    const text = sessionOfCalls([{ name: "Read", input: { file_path: "/a" } }]);
    writeFileSync(path, text.replaceAll('"/home/dev/shop"', JSON.stringify(shop)));
    const sent = async (env: Record<string, string>) => {
      const { url, requests } = await collector();
      expect((await runTool(["export", path, "--endpoint", url], { env })).exitCode).toBe(0);
      return spansOf(...requests);
    };
    const plain = await sent({});
    expect(
      JSON.stringify(plain, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toMatch(/vcs\.repository|vcs\.owner|user\.id|secret/);
    const spans = await sent({ CCOTEL_REPOSITORY: "on", CCOTEL_USER_ID: "ann@example.com" });
    const named = spans.filter(({ attributes }) => "vcs.repository.name" in attributes);
    expect(named.map(({ name }) => name.replace(/ shop$/, ""))).toEqual([
      "claude_code.session",
      "invoke_agent claude-code",
      "claude_code.session.summary",
    ]);
    for (const { attributes } of named)
      expect(attributes).toMatchObject({
        "vcs.repository.name": "shop",
        "vcs.owner.name": "acme",
        "vcs.repository.url.full": "https://github.com/acme/shop",
      });
    for (const { attributes } of spans) expect(attributes["user.id"]).toBe("ann@example.com");
  });
});
