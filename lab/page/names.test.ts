import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { projectFolder } from "../../src/files/project-folder.ts";
import { scriptAt } from "../../test/support/transcripts/scripted-files.ts";
import {
  answer,
  prompt,
  SESSION_ID,
  turnWithOutput,
} from "../../test/support/transcripts/scripted-session.ts";
import { browserForTests, chromiumPath, emptyConfig, openViewer } from "./support/browser.ts";

const browser = browserForTests();

/** A configuration folder with one session that was started in `cwd`, on this branch. */
function configOf(cwd: string, gitBranch = "main"): string {
  const config = emptyConfig();
  const place = { cwd, gitBranch };
  scriptAt(join(projectFolder(config, cwd), `${SESSION_ID}.jsonl`)).append([
    prompt(0, "Before you do anything else, read the notes of last week. Look", place),
    answer(2, "m1", "Done.", place),
    ...turnWithOutput(10, "a", "x").map((record) => ({ ...record, ...place })),
  ]);
  return config;
}

const openSession = (page: Page) => page.locator("tr.session-row").getByRole("link").click();

/** The texts inside an element from left to right, as a reader sees them. */
const leftToRight = (page: Page, selector: string, texts: readonly string[]) =>
  page.locator(selector).evaluate((element, wanted) => {
    const leftOf = (text: string) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(text) ?? -1;
        if (at === -1) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        return range.getBoundingClientRect().left;
      }
      throw new Error(`There is no ${text}.`);
    };
    return [...wanted].sort((a, b) => leftOf(a) - leftOf(b));
  }, texts);

describe.skipIf(chromiumPath() === undefined)("names of projects and branches", () => {
  it("keep their order if they are Hebrew, and the time after them stays whole", async () => {
    const [project, branch] = ["מיזם", "ענף"];
    const page = await openViewer(browser(), configOf(`/home/dev/${project}`, branch));
    const row = "tr.session-row .about .dim";
    await page.locator(row).waitFor();
    expect(await leftToRight(page, row, [project, branch, "14.0s"])).toEqual([project, branch, "14.0s"]);
    await openSession(page);
    const place = "header:visible p";
    await page.locator(place).first().waitFor();
    const shown = [project, branch, "Nov 20", "Claude Code"];
    expect(await leftToRight(page, `${place} >> nth=0`, shown)).toEqual(shown);
  });

  it("take two lines at most, however long they are, and the page is as wide as the window", async () => {
    const long = "a-name-that-goes-on-".repeat(11);
    const page = await openViewer(browser(), configOf(`/home/dev/${long}`, long));
    await page.setViewportSize({ width: 390, height: 844 });
    const isTooWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    await page.locator("tr.session-row").waitFor();
    await page.getByRole("searchbox", { name: /Words/ }).fill("Look");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("button", { name: "1 session ✕" }).waitFor();
    expect(await isTooWide()).toBe(false);
    // The word that was found is in view, although much was said before it.
    const row = await page.locator("tr.session-row .about").boundingBox();
    const mark = await page.locator("tr.session-row mark").boundingBox();
    expect((mark?.x ?? 999) + (mark?.width ?? 0)).toBeLessThan((row?.x ?? 0) + (row?.width ?? 0));
    await openSession(page);
    const place = page.locator("header:visible p").first();
    await place.waitFor();
    expect((await place.boundingBox())?.height).toBeLessThan(50);
    expect(await isTooWide()).toBe(false);
  });
});

describe.skipIf(chromiumPath() === undefined)("the command that resumes a session", () => {
  it("goes to the session's folder first, as in ccotel sessions, if that still exists", async () => {
    const folder = join(emptyConfig(), "my shop");
    mkdirSync(folder);
    const page = await openViewer(browser(), configOf(folder));
    await openSession(page);
    const header = page.locator("header:visible");
    const command = `claude --resume ${SESSION_ID}`;
    await expect.poll(() => header.locator(".mono").textContent()).toBe(`cd '${folder}' && ${command}`);
  });

  it("is alone if the folder was deleted", async () => {
    const page = await openViewer(browser(), configOf("/home/dev/deleted"));
    await openSession(page);
    const header = page.locator("header:visible");
    await expect.poll(() => header.locator(".mono").textContent()).toBe(`claude --resume ${SESSION_ID}`);
  });
});
