import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { AGENT_FINISHED } from "../../test/support/notifications.ts";
import { scriptAt } from "../../test/support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  prompt,
  result,
  SESSION_ID,
  stop,
} from "../../test/support/transcripts/scripted-session.ts";
import { browserForTests, chromiumPath, emptyConfig, openPage, openViewer, ROOT } from "./support/browser.ts";

const browser = browserForTests();

/** A session with a thought, a call that fails, a subagent and an answer. Returns its file and the folder it is in. */
function writeSession() {
  const config = emptyConfig();
  const session = scriptAt(join(config, `projects/-home-dev-acme-shop/${SESSION_ID}.jsonl`));
  const [description, subagent_type] = ["Find the rounding", "Explore"];
  session.append([
    prompt(0, "Why is the total wrong?\nLook at the cart first."),
    answer(2, "m1", { type: "thinking", thinking: "It may round twice." }),
    answer(3, "m1", call("t1", "Bash", { command: "npm test" })),
    result(5, "t1", { content: "Exit code 1", is_error: true }),
    answer(6, "m2", "I let someone look."),
    answer(7, "m2", call("t2", "Agent", { description, prompt: "Look", subagent_type })),
    result(20, "t2", { toolUseResult: { status: "completed", agentId: "a1" } }),
    answer(22, "m3", "**Each item** is rounded in `total`, and the sum again."),
    stop(23),
  ]);
  session.appendToAgent({
    id: "a1",
    meta: { agentType: subagent_type, description, toolUseId: "t2" },
    records: [prompt(8, "Look"), answer(18, "w1", "In total.ts.")],
  });
  return { config, session };
}

const openConversation = (page: Page) => page.getByRole("tab", { name: "Conversation" }).click();
/** What the conversation says, without the times. */
const said = async (page: Page) =>
  (await page.locator(".talk").locator("pre, .did").allTextContents()).map((text) =>
    text.replace(/ \d+\.\ds.*/, ""),
  );

describe.skipIf(chromiumPath() === undefined)("the conversation of a session", () => {
  it("is prompts, thoughts, calls and answers, in their order", async () => {
    const { config } = writeSession();
    const page = await openViewer(browser(), config, SESSION_ID);
    await openConversation(page);
    await expect
      .poll(() => said(page))
      .toEqual([
        "Why is the total wrong?\nLook at the cart first.",
        "It may round twice.",
        "Bash npm test error",
        "I let someone look.",
        "Agent Find the rounding",
        "Each item is rounded in total, and the sum again.",
      ]);
    expect(await page.getByRole("heading", { name: /^Turn 1 / }).textContent()).toMatch(/ · 23\.0s · \$/);
    expect(await page.locator(".talk pre b").textContent()).toBe("Each item");
    expect(await page.locator(".talk pre code").textContent()).toBe("total");
    // A thought is not shown until someone asks for it.
    expect(await page.getByText("It may round twice.").isVisible()).toBe(false);
    await page.getByText("Thinking").click();
    expect(await page.getByText("It may round twice.").isVisible()).toBe(true);
  });

  it("leads to the details of what was said, and to what a subagent said", async () => {
    const { config } = writeSession();
    const page = await openViewer(browser(), config, SESSION_ID);
    await openConversation(page);
    await page.getByRole("button", { name: "Bash npm test" }).click();
    await expect.poll(() => page.locator("aside h2").textContent()).toBe("Bash · error");
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "Conversation" }).selectOption("Explore: Find the rounding");
    await expect.poll(() => said(page)).toEqual(["In total.ts."]);
  });

  it("marks what the client said of a background agent as a notification", async () => {
    const { config, session } = writeSession();
    const origin = { turnOrigin: "task_notification", promptSource: "system" };
    session.append([prompt(60, AGENT_FINISHED, origin), answer(63, "m4", "It is back."), stop(64)]);
    const page = await openViewer(browser(), config, SESSION_ID);
    await openConversation(page);
    await expect
      .poll(async () => (await said(page)).slice(-2))
      .toEqual(['Agent "Look at cart" finished\n\nThe total rounds twice if a < b.', "It is back."]);
    const heading = (name: RegExp) => page.getByRole("heading", { name }).textContent();
    expect(await heading(/^Turn 1 /)).not.toContain("notification");
    expect(await heading(/^Turn 2 /)).toMatch(/ · notification$/);
  });

  it("grows while the session runs", async () => {
    const { config, session } = writeSession();
    const page = await openViewer(browser(), config, SESSION_ID);
    await openConversation(page);
    await page.locator(".talk").waitFor();
    session.append([prompt(60, "Then fix it."), answer(63, "m4", "Fixed."), stop(64)]);
    await expect.poll(async () => (await said(page)).slice(-2)).toEqual(["Then fix it.", "Fixed."]);
  });

  it("of many items is read in parts", async () => {
    const { config, session } = writeSession();
    for (let n = 1; n <= 100; n++) session.append([prompt(100 * n, `Prompt ${n}`), stop(100 * n + 1)]);
    const page = await openViewer(browser(), config, SESSION_ID);
    await openConversation(page);
    await page.getByText("Prompt 20", { exact: true }).last().waitFor();
    expect(await said(page)).not.toContain("Prompt 99");
    await page.getByRole("button", { name: /^Show more \(\d+ items left\)$/ }).click();
    await expect.poll(() => said(page)).toContain("Prompt 99");
    expect((await said(page)).indexOf("Prompt 20")).toBeLessThan((await said(page)).indexOf("Prompt 99"));
  });

  it("is in a shared file only if the file has the texts", async () => {
    const { config, session } = writeSession();
    for (const content of [["--content"], []]) {
      const file = join(config, `shared${content.length}.html`);
      const program = join(ROOT, "dist/ccotel.cjs");
      execFileSync(process.execPath, [program, "view", session.path, "--out", file, ...content], {
        stdio: "ignore",
      });
      const page = await openPage(browser(), `file://${file}`);
      await page.getByRole("tab", { name: /Turns/ }).waitFor();
      if (content.length === 0) expect(await page.getByRole("tab", { name: "Conversation" }).count()).toBe(0);
      else {
        await openConversation(page);
        await expect.poll(() => said(page)).toContain("I let someone look.");
      }
      expect(page.faults).toEqual([]);
    }
  });
});
