import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collector, spansOf } from "../support/otlp-server.ts";
import { filesUnder, recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";

const PLACE = [
  ...["vcs.repository.name", "vcs.owner.name", "vcs.repository.url.full"],
  ...["ccotel.worktree", "vcs.ref.head.name", "ccotel.project"],
];

/** Makes the checkout that the recorded client worked in, with the same commands. */
function checkout(folder: string): void {
  const shop = join(folder, "acme-shop");
  mkdirSync(shop);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", ...args], {
      cwd: shop,
      env: { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
    });
  git("init", "--quiet", "-b", "main");
  git("commit", "--quiet", "--allow-empty", "-m", "start");
  const address = "https://ann:not-a-real-password@git.acme.invalid/acme/shop.git";
  git("remote", "add", "origin", address);
  git("worktree", "add", "--quiet", "-b", "fix-cart", join(folder, "acme-shop-fix"));
  // As `claude --worktree add-tax` does.
  git("worktree", "add", "--quiet", "-b", "worktree-add-tax", join(shop, ".claude", "worktrees", "add-tax"));
}

/** The recording, as if it had been made in that folder. */
function recordedIn(folder: string): string {
  const projects = join(folder, "projects");
  cpSync(join(recording("place").folder, "projects"), projects, { recursive: true });
  for (const path of filesUnder(projects)) {
    writeFileSync(
      path,
      readFileSync(path, "utf8").replaceAll('"/home/dev/', `${JSON.stringify(folder).slice(0, -1)}/`),
    );
  }
  return projects;
}

test("sessions in a checkout and its worktrees have the repository and the worktree, and no password", async () => {
  const folder = temporaryFolder();
  checkout(folder);
  const { url, requests } = await collector();
  const args = ["export", recordedIn(folder), "--endpoint", url];
  const { exitCode, stderr } = await runTool(args, { env: { CCOTEL_REPOSITORY: "on" } });
  expect([exitCode, stderr]).toEqual([0, expect.anything()]);
  const spans = spansOf(...requests);
  const placed = spans.filter(({ name }) => /^(claude_code\.session|invoke_agent)/.test(name));
  const placesOf = (sessionId: string) => {
    const own = placed.filter(({ attributes }) => attributes["session.id"] === sessionId);
    const places = own.map(({ attributes }) => PLACE.map((key) => attributes[key]));
    // Session, turn and summary have the same place.
    expect(places).toEqual(Array(3).fill(places[0]));
    return places[0];
  };
  const shop = ["shop", "acme", "https://git.acme.invalid/acme/shop"];
  expect(transcriptsOf(recording("place")).map((path) => placesOf(sessionIdOf(path)))).toEqual([
    [...shop, undefined, "main", "acme-shop"],
    [...shop, "acme-shop-fix", "fix-cart", "acme-shop-fix"],
    // `claude --worktree add-tax` works in a folder of the project.
    [...shop, "add-tax", "worktree-add-tax", "acme-shop"],
    // This session enters a worktree in its turn and leaves it again. Its place is where it began.
    [...shop, undefined, "main", "acme-shop"],
  ]);
  const text = JSON.stringify(spans, (_, value) => (typeof value === "bigint" ? String(value) : value));
  expect(text).not.toMatch(/password|ann:/);
});
