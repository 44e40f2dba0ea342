import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  browserForTests,
  chromiumPath,
  emptyConfig,
  openPage,
  openViewer,
  ROOT,
  startViewer,
} from "./support/browser.ts";

const ID = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const SCRIPT = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

const browser = browserForTests();

/** A transcript in which every name and text tries to become part of the page. */
function hostileTranscript(): { config: string; path: string } {
  const config = emptyConfig();
  const folder = join(config, "projects/-home-dev-x");
  mkdirSync(folder);
  const path = join(folder, `${ID}.jsonl`);
  const common = {
    sessionId: ID,
    version: SCRIPT,
    cwd: `/home/dev/${SCRIPT.replaceAll("/", "")}`,
    gitBranch: SCRIPT,
  };
  const at = (second: number) => `2026-11-20T10:00:${String(second).padStart(2, "0")}.000Z`;
  const usage = { input_tokens: 10, output_tokens: 5 };
  const records = [
    {
      type: "user",
      uuid: "u1",
      timestamp: at(0),
      promptId: "p1",
      turnOrigin: "human",
      message: { role: "user", content: `${SCRIPT}\u001b[31m\u202e ${SCRIPT}` },
      ...common,
    },
    {
      type: "assistant",
      uuid: "a1",
      parentUuid: "u1",
      timestamp: at(2),
      requestId: "r1",
      message: {
        id: "m1",
        role: "assistant",
        model: SCRIPT,
        stop_reason: SCRIPT,
        usage,
        content: [{ type: "tool_use", id: "t1", name: SCRIPT, input: { command: `</script>${SCRIPT}` } }],
      },
      ...common,
    },
    {
      type: "user",
      uuid: "u2",
      parentUuid: "a1",
      timestamp: at(3),
      message: {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "t1", is_error: true, content: SCRIPT }],
      },
      ...common,
    },
  ];
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return { config, path };
}

/** Opens every list, a text and the conversation of the session, and checks that no script has run. */
async function expectHarmless(page: Page & { faults: string[] }): Promise<void> {
  for (const tab of ["Turns", "Problems", "Requests", "Table", "Calls"])
    await page.getByRole("tab", { name: new RegExp(tab) }).click();
  await page.locator("tbody button").first().click();
  await page.getByRole("button", { name: "Show text" }).click();
  await page.locator("aside pre").nth(1).waitFor();
  await page.getByRole("tab", { name: "Conversation" }).click();
  await page.locator(".talk").waitFor();
  expect(await page.title()).not.toBe("owned");
  expect(await page.locator("img").count()).toBe(0);
  const text = await page.locator("main").textContent();
  expect(text).toContain("<img src=x");
  // It would show the text behind it backwards.
  expect(text).toContain("⟨U+202E⟩");
  expect(text).not.toContain("\u202e");
  expect(page.faults).toEqual([]);
}

describe.skipIf(chromiumPath() === undefined)("a hostile transcript", () => {
  it("is shown as text, and no script in it runs", async () => {
    const { config, path } = hostileTranscript();
    await expectHarmless(await openViewer(browser(), config, path));
  });

  it("is shown as text in a shared file as well", async () => {
    const { config, path } = hostileTranscript();
    const file = join(config, "session.html");
    const program = join(ROOT, "dist/ccotel.cjs");
    execFileSync(process.execPath, [program, "view", path, "--out", file, "--content"], { stdio: "ignore" });
    await expectHarmless(await openPage(browser(), `file://${file}`));
  });

  it("with a line of 100 MB and one with 100,000 levels is still shown", async () => {
    const { config, path } = hostileTranscript();
    appendFileSync(path, `{"type":"user","uuid":"u9","message":{"content":"${"y".repeat(100_000_000)}"}}\n`);
    appendFileSync(path, `${"[".repeat(100_000)}${"]".repeat(100_000)}\n`);
    const page = await openViewer(browser(), config, path);
    await expect.poll(() => page.locator(".facts").textContent()).toContain("turn");
  });
});

describe.skipIf(chromiumPath() === undefined)("another page in the same browser", () => {
  it("cannot read from the server, neither with fetch nor in a frame", async () => {
    const { config, path } = hostileTranscript();
    const viewer = await startViewer(config, path);
    const page = await browser().newPage();
    await page.goto("about:blank");
    const outcome = await page.evaluate(
      async (url) => {
        const read = await fetch(`${url}api/sessions`).then(
          (response) => response.text(),
          () => "refused",
        );
        const frame = document.createElement("iframe");
        frame.src = url;
        // Also the page that says that another one must not be in a frame.
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
        document.body.append(frame);
        await loaded;
        let framed = "nothing";
        try {
          framed = frame.contentDocument?.body.textContent ?? "nothing";
        } catch {}
        return { read, framed };
      },
      viewer.url.replace(/#.*/, ""),
    );
    expect(outcome.read).toBe("refused");
    expect(outcome.framed).not.toContain("Sessions");
    await page.close();
  });
});
