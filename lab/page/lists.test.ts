import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT } from "./support/browser.ts";

const browser = browserForTests();

const openRecording = (name: string) =>
  openViewer(browser(), emptyConfig(), `${ROOT}/fixtures/sessions/${name}/projects`);

const openTab = (page: Page, name: RegExp) => page.getByRole("tab", { name }).click();
const column = async (page: Page, title: string) => {
  const titles = await page.locator("[role=tabpanel] th").allTextContents();
  const at = titles.findIndex((text) => text.startsWith(title)) + 1;
  return page.locator(`[role=tabpanel] tbody td:nth-child(${at})`).allTextContents();
};
const ms = (text: string) => Number.parseFloat(text) * (text.endsWith("ms") ? 1 : 1000);

describe.skipIf(chromiumPath() === undefined)("the lists of a session", () => {
  it("sort the requests by cost first, and by time in both directions on request", async () => {
    const page = await openRecording("02-tools");
    await openTab(page, /Requests/);
    await page
      .getByText(/^Half of the requests took up to .*s, nine of ten up to .*s; their first token/)
      .waitFor();
    const costs = (await column(page, "Cost")).map((text) => Number(text.slice(1)));
    expect(costs.length).toBeGreaterThan(3);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    const header = page.getByRole("columnheader", { name: "Time" });
    await header.getByRole("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    const times = (await column(page, "Time")).map(ms);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    await header.getByRole("button").click();
    expect((await column(page, "Time")).map(ms)).toEqual(times.reverse());
  });

  it("say which requests missed the cache, why, and what that cost", async () => {
    const page = await openRecording("two-models");
    await openTab(page, /Requests/);
    await expect
      .poll(() => page.getByRole("tabpanel").textContent())
      .toContain("One request did not find the context in the cache and cost $0.0124 more");
    await page.getByRole("row", { name: /miss/ }).getByRole("button").click();
    await expect.poll(() => page.locator("aside").textContent()).toContain("the model changed. $0.0124 more");
  });

  it("show the calls of one tool, and the conversations of subagents with their cost", async () => {
    const page = await openRecording("03-subagents-parallel");
    await openTab(page, /Calls/);
    await page.getByRole("combobox", { name: "Tool" }).selectOption("Agent");
    for (const call of await column(page, "Call")) expect(call).toMatch(/^Agent/);
    for (const added of await column(page, "Added")) expect(added).toMatch(/^(≤ \d.*)?$/);
    await openTab(page, /Agents/);
    const costs = (await column(page, "Cost")).map((text) => Number(text.slice(1)));
    const whole = Number((await page.locator(".fact b").first().textContent())?.slice(1));
    expect(costs.length).toBeGreaterThan(2);
    expect(costs.reduce((a, b) => a + b, 0)).toBeCloseTo(whole, 2);
  });

  it("lead from the number of failures to the problems, and from a failed call to the one after it", async () => {
    const page = await openRecording("02-tools");
    await page
      .locator(".facts")
      .getByRole("button", { name: /^\d+ failed/ })
      .click();
    const tab = page.getByRole("tab", { name: /Problems/ });
    expect(await tab.getAttribute("aria-selected")).toBe("true");
    expect(await column(page, "Why")).toContain("echo broken >&2; exit 1 — Exit code 1: broken");
    const [next = ""] = (await column(page, "Next")).filter((text) => text !== "");
    await page.locator("[role=tabpanel] tbody td:nth-child(5) button").first().click();
    await expect.poll(() => page.locator("aside h2").textContent()).toContain(next.split(" ")[0]);
  });
});

describe.skipIf(chromiumPath() === undefined)("the details of an item", () => {
  it("have an address: a reload shows them again, and Back leads to the list", async () => {
    const page = await openRecording("02-tools");
    await page.evaluate(() => {
      location.hash = "";
    });
    await page.goto(page.url().replace(/#.*/, ""));
    await page.locator("tr.session-row").first().getByRole("link").click();
    await page.getByRole("tab", { name: /Calls/ }).click();
    await page.locator("[role=tabpanel] tbody button").first().click();
    const name = await page.locator("aside h2").textContent();
    await page.locator("[role=tabpanel] tbody button").nth(1).click();
    await page.locator("[role=tabpanel] tbody button").first().click();
    await page.reload();
    await expect.poll(() => page.locator("aside h2").textContent()).toBe(name);
    await page.goBack();
    await page.locator("tr.session-row").first().waitFor();
    await expect.poll(() => page.locator("aside").count()).toBe(0);
    await page.goForward();
    await expect.poll(() => page.locator("aside h2").textContent()).toBe(name);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("aside").count()).toBe(0);
    expect(page.url()).not.toContain("/call/");
  });

  it("keep showing the text while you step through the session", async () => {
    const page = await openRecording("02-tools");
    await openTab(page, /Requests/);
    await page.locator("[role=tabpanel] tbody button").first().click();
    await page.getByRole("button", { name: "Show text" }).click();
    await page.locator("aside pre").first().waitFor();
    const before = await page.locator("aside").textContent();
    await page.getByRole("button", { name: "Next item" }).click();
    await page.locator("aside pre").first().waitFor();
    expect(await page.locator("aside").textContent()).not.toBe(before);
    await page.keyboard.press("p");
    await expect.poll(() => page.locator("aside").textContent()).toBe(before);
  });
});

describe.skipIf(chromiumPath() === undefined)("the lists on a telephone", () => {
  it("break no word of a name, and fit on the screen", async () => {
    const page = await openViewer(browser(), emptyConfig(), `${ROOT}/examples/demo`);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const tab of await page.getByRole("tab").all()) {
      await tab.click();
      const scroll = page.locator("[role=tabpanel] .scroll");
      if ((await scroll.count()) === 0) continue;
      expect(
        await scroll.evaluate((box) => box.scrollWidth - box.clientWidth),
        (await tab.textContent()) ?? "",
      ).toBe(0);
    }
    await openTab(page, /Problems/);
    // What failed, and why: each has the height of its lines.
    const link = page.getByRole("tabpanel").getByRole("button", { name: "Request failed" });
    expect((await link.boundingBox())?.height).toBeLessThan(50);
    expect(await column(page, "Why")).toContain(
      "invalid_request_error 400 — API Error: 400 lab: subagent request rejected — 5 retries",
    );
    const why = page.getByRole("tabpanel").locator("tbody td:nth-child(3)");
    for (const cell of await why.all()) expect((await cell.boundingBox())?.width).toBeGreaterThan(180);
  });
});
