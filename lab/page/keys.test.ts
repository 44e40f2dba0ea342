import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT } from "./support/browser.ts";

const browser = browserForTests();

async function openList() {
  const folder = emptyConfig();
  for (const from of ["examples/demo", "fixtures/sessions/02-tools"])
    cpSync(join(ROOT, from, "projects"), join(folder, "projects"), { recursive: true });
  const page = await openViewer(browser(), folder);
  await expect.poll(() => page.getByRole("status").first().textContent()).toBe("2 sessions");
  return page;
}

/** Name of the focused element, or its text. */
const focused = (page: Page) =>
  page.evaluate(
    () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
  );

describe.skipIf(chromiumPath() === undefined)("the page with the keyboard alone", () => {
  it("opens a session, its lists and details, and returns to where the focus was", async () => {
    const page = await openList();
    await page.keyboard.press("/");
    expect(await focused(page)).toBe("Filter by project, branch, title or id");
    // A key that has a meaning elsewhere is part of the text.
    await page.keyboard.type("shop/n");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
    const row = page.locator("tr.session-row").nth(1).getByRole("link");
    const title = await row.textContent();
    await row.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    expect(await focused(page)).toBe(title);

    await page.getByRole("tab", { name: /Turns/ }).focus();
    for (const list of [/^Conversation/, /^Requests/, /^Calls/]) {
      await page.keyboard.press("ArrowRight");
      expect(await focused(page)).toMatch(list);
    }
    const line = page.locator("[role=tabpanel] tbody .link").nth(1);
    await line.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe("Details");
    expect(await line.getAttribute("aria-current")).toBe("true");
    const call = await page.locator("aside h2").textContent();
    // A link to another item is gone as soon as it is followed.
    await page.getByRole("button", { name: "The request that made this call" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("aside h2").textContent()).not.toBe(call);
    expect(await focused(page)).toBe("Details");
    const request = await page.locator("aside h2").textContent();
    await page.keyboard.press("n");
    await expect.poll(() => page.locator("aside h2").textContent()).not.toBe(request);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("aside").count()).toBe(0);
    expect(await focused(page)).toBe(await line.textContent());

    await page.keyboard.press("/");
    await expect.poll(() => focused(page)).toBe("Words to find");
    await page.goBack();
    await expect.poll(() => focused(page)).toBe(title);
  });

  it("zooms to the selected item", async () => {
    const page = await openList();
    await page.locator("tr.session-row").first().getByRole("link").click();
    const rows = page.locator(".rows");
    await rows.waitFor();
    await page.keyboard.press("n");
    await expect.poll(() => page.locator("aside").count()).toBe(1);
    // The picture with the details beside it.
    await page.waitForFunction(
      () =>
        document.querySelector(".rows canvas")?.clientWidth === document.querySelector(".rows")?.clientWidth,
    );
    const whole = await rows.screenshot();
    await page.keyboard.press("f");
    await expect.poll(async () => (await rows.screenshot()).equals(whole)).toBe(false);
    const close = await rows.screenshot();
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(async () => (await rows.screenshot()).equals(close)).toBe(false);
    await page.getByRole("button", { name: "Show selected" }).click();
    await expect.poll(async () => (await rows.screenshot()).equals(close)).toBe(true);
  });

  it("has the same list after a reload", async () => {
    const page = await openList();
    await page.locator("tr.session-row").first().getByRole("link").click();
    await page.getByRole("tab", { name: /Calls/ }).click();
    await page.locator("[role=tabpanel] tbody .link").first().click();
    await page.reload();
    const tab = page.getByRole("tab", { name: /Calls/ });
    await expect.poll(() => tab.getAttribute("aria-selected")).toBe("true");
    expect(await page.locator("aside").count()).toBe(1);
  });
});

describe.skipIf(chromiumPath() === undefined)("the details of a turn", () => {
  it("say where its time went, and those of a request lead to its turn", async () => {
    const page = await openList();
    await page.locator("tr.session-row").filter({ hasText: "doomed" }).getByRole("link").click();
    await page.getByRole("tab", { name: /Requests/ }).click();
    await page
      .getByRole("row", { name: /turn 1/ })
      .first()
      .getByRole("button")
      .click();
    await page.locator("aside").getByRole("button", { name: "turn 1" }).click();
    await expect.poll(() => page.locator("aside h2").textContent()).toBe("Turn 1");
    // The session has only this turn.
    const whole = page.getByRole("img", { name: /^model \d+%, tools \d+%/ });
    expect(await whole.count()).toBe(2);
    expect(await whole.nth(1).getAttribute("aria-label")).toBe(await whole.nth(0).getAttribute("aria-label"));
    expect(await page.locator("aside").textContent()).toContain(
      "4 requests (1 failed) · 3 tool calls (2 failed)",
    );
  });
});
