import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT } from "./support/browser.ts";

const ID = "00000000-0000-4000-8000-00000000000b";
const AGENTS = 40;
const START_MS = Date.parse("2026-11-20T10:00:00Z");

const browser = browserForTests();

/** A session whose subagents work one after the other, each for half a minute. Returns its configuration folder. */
function manyAgents(): string {
  const config = emptyConfig();
  const project = join(config, "projects/-home-dev-shop");
  const agents = join(project, ID, "subagents");
  mkdirSync(agents, { recursive: true });
  const main: object[] = [];
  const record = (
    atS: number,
    uuid: string,
    parentUuid: string | null,
    message: object,
    more: object = {},
  ) => ({
    type: (message as { role: string }).role,
    ...{ uuid, parentUuid, message, sessionId: ID, version: "2.1.332", cwd: "/home/dev/shop" },
    timestamp: new Date(START_MS + atS * 1000).toISOString(),
    ...more,
  });
  const answer = (id: string, content: object[]) => ({
    ...{ id, role: "assistant", model: "claude-opus-5-5", content },
    stop_reason: content.length > 0 ? "tool_use" : "end_turn",
    usage: { input_tokens: 10, output_tokens: 5 },
  });
  main.push(record(0, "u", null, { role: "user", content: "Look everywhere" }));
  for (let n = 0; n < AGENTS; n++) {
    const [atS, agentId] = [n * 40 + 2, `a${String(n).padStart(16, "0")}`];
    const input = { description: `Part ${n}`, prompt: "Look", subagent_type: "Explore" };
    const call = { type: "tool_use", id: `t${n}`, name: "Agent", input };
    const result = { type: "tool_result", tool_use_id: `t${n}`, content: "Done" };
    main.push(
      record(atS, `m${n}`, n === 0 ? "u" : `r${n - 1}`, answer(`msg_m${n}`, [call]), { requestId: `q${n}` }),
      record(
        atS + 35,
        `r${n}`,
        `m${n}`,
        { role: "user", content: [result] },
        {
          toolUseResult: { status: "completed", agentId },
        },
      ),
    );
    const side = { isSidechain: true, agentId };
    const lines = [
      record(atS + 2, `s${n}`, null, { role: "user", content: "Look" }, side),
      record(atS + 30, `w${n}`, `s${n}`, answer(`msg_w${n}`, []), { ...side, requestId: `p${n}` }),
    ];
    writeFileSync(join(agents, `agent-${agentId}.jsonl`), textOf(lines));
    const meta = { agentType: "Explore", description: input.description, toolUseId: call.id };
    writeFileSync(join(agents, `agent-${agentId}.meta.json`), JSON.stringify(meta));
  }
  writeFileSync(join(project, `${ID}.jsonl`), textOf(main));
  return config;
}

const textOf = (records: readonly object[]) => records.map((one) => `${JSON.stringify(one)}\n`).join("");

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
