import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { expectDelivered } from "./support/backfill.ts";
import { createLab, type Lab } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";

const { newest } = inject("clients");

/** Makes the lab's project a checkout whose remote has a password in its address. */
function checkOut({ folder, work }: Lab): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", ...args], {
      cwd: work,
      env: { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
    });
  git("init", "--quiet", "-b", "main");
  writeFileSync(join(work, "README.md"), "# Shop\n");
  git("add", "README.md");
  git("commit", "--quiet", "-m", "start");
  git("remote", "add", "origin", "https://ann:not-a-real-password@git.acme.invalid/acme/shop.git");
}

test.skipIf(newest === undefined)(
  "a session that enters a worktree is delivered completely, with its repository and without a password",
  async () => {
    const client = newest as NonNullable<typeof newest>;
    const lab = await createLab({
      client,
      script: [
        { blocks: [{ text: "Hello." }] },
        { blocks: [{ tool: "EnterWorktree", input: { name: "try-tax" } }] },
        { blocks: [bash("git branch --show-current")] },
        { blocks: [{ text: "In the worktree." }] },
        { blocks: [{ text: "Still here." }] },
      ],
      settingsEnv: { CCOTEL_REPOSITORY: "on" },
    });
    checkOut(lab);
    const args = ["--permission-mode", "bypassPermissions"];
    const { sessionId } = await lab.print("Hello", { args });
    await lab.print("Try the tax in a worktree", { args: [...args, "--resume", sessionId] });
    await lab.print("Still there?", { args: [...args, "--resume", sessionId] });
    const spans = await expectDelivered(lab);
    const turns = spans.filter(({ name }) => name.startsWith("invoke_agent"));
    expect(turns).toHaveLength(3);
    for (const { attributes } of turns)
      expect(attributes).toMatchObject({
        "session.id": sessionId,
        "vcs.repository.name": "shop",
        "vcs.owner.name": "acme",
        "vcs.repository.url.full": "https://git.acme.invalid/acme/shop",
      });
    const text = JSON.stringify(spans, (_, value) => (typeof value === "bigint" ? String(value) : value));
    expect(text).not.toContain("password");
  },
);
