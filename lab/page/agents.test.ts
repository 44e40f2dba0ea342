import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scriptAt } from "../../test/support/transcripts/scripted-files.ts";
import { answer, call, prompt, result, SESSION_ID } from "../../test/support/transcripts/scripted-session.ts";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT } from "./support/browser.ts";

const AGENTS = 40;

const browser = browserForTests();

/** A session whose subagents work one after the other, each for half a minute. Returns its configuration folder. */
function manyAgents(): string {
  const config = emptyConfig();
  const session = scriptAt(join(config, `projects/-home-dev-acme-shop/${SESSION_ID}.jsonl`));
  session.append([prompt(0, "Look everywhere")]);
  for (let n = 0; n < AGENTS; n++) {
    const [at, description] = [n * 40 + 2, `Part ${n}`];
    session.append([
      answer(at, `m${n}`, call(`t${n}`, "Agent", { description, prompt: "Look", subagent_type: "Explore" })),
      result(at + 35, `t${n}`, { toolUseResult: { status: "completed", agentId: `a${n}` } }),
    ]);
    session.appendToAgent({
      id: `a${n}`,
      meta: { agentType: "Explore", description, toolUseId: `t${n}` },
      records: [prompt(at + 2, "Look"), answer(at + 30, `w${n}`, "Done.")],
    });
  }
  return config;
}

describe.skipIf(chromiumPath() === undefined)("the time line of a session with many subagents", () => {
  it("scrolls to the selected item, and has only the subagents of what it shows", async () => {
    const config = manyAgents();
    const page = await openViewer(browser(), config, join(config, "projects"));
    const rows = page.locator(".rows");
    await page.getByRole("tab", { name: `Agents (${AGENTS})` }).click();
    const scrolled = () => rows.evaluate((box) => ({ top: box.scrollTop, height: box.scrollHeight }));
    expect((await scrolled()).top).toBe(0);
    const whole = (await scrolled()).height;
    await page
      .getByRole("row", { name: `Part ${AGENTS - 3}` })
      .getByRole("button")
      .click();
    // The call is one of the main conversation, on top. Its subagent is far below.
    expect((await scrolled()).top).toBe(0);
    await page.getByRole("button", { name: "First request of the subagent Explore" }).click();
    await expect.poll(async () => (await scrolled()).top).toBeGreaterThan(100);
    await page.getByRole("button", { name: "Show selected" }).click();
    await expect.poll(async () => (await scrolled()).height).toBeLessThan(whole);
    expect((await scrolled()).top).toBe(0);
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(async () => (await scrolled()).height).toBe(whole);
  });
});

describe.skipIf(chromiumPath() === undefined)("the call of a background agent", () => {
  it("leads to what the agent did, although it did not wait for it", async () => {
    const folder = join(ROOT, "fixtures/sessions/03-subagent-background/projects");
    const page = await openViewer(browser(), emptyConfig(), folder);
    await page.getByRole("tab", { name: /Calls/ }).click();
    await page
      .getByRole("button", { name: /^Agent/ })
      .first()
      .click();
    await page.getByRole("button", { name: /^First request of the subagent/ }).click();
    await expect.poll(() => page.locator("aside h2").textContent()).toContain("claude");
  });
});
