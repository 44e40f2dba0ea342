import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT } from "./support/browser.ts";

const browser = browserForTests();

function configOf(recording: string): string {
  const folder = emptyConfig();
  cpSync(join(ROOT, recording, "projects"), join(folder, "projects"), { recursive: true });
  return folder;
}

describe.skipIf(chromiumPath() === undefined)("a session whose model has no known price", () => {
  /** A configuration folder with such sessions. */
  function unpriced(...recordings: string[]): string {
    const folder = emptyConfig();
    for (const recording of recordings)
      cpSync(join(ROOT, recording, "projects"), join(folder, "projects"), { recursive: true });
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".jsonl")) continue;
      const text = readFileSync(join(folder, name), "utf8");
      writeFileSync(join(folder, name), text.replaceAll(/claude-(opus|sonnet|haiku)-[\d-]+/g, "our-own"));
    }
    return folder;
  }

  it("has a dash for its cost everywhere, not zero", async () => {
    const page = await openViewer(browser(), unpriced("fixtures/sessions/01-two-turns"));
    const row = page.locator("tr.session-row").first();
    await expect.poll(() => row.locator("td").last().textContent()).toBe("–");
    expect(await page.locator(".facts").textContent()).toMatch(/^–cost, \d+ requests? without a known price/);
    expect(await page.locator(".bars").first().textContent()).not.toContain("$");
    await row.getByRole("link").click();
    const session = page.locator("main:visible");
    await expect.poll(() => session.locator(".facts").textContent()).toMatch(/^–cost/);
    expect(await session.getByRole("tabpanel").locator("td").last().textContent()).toBe("–");
    await session.locator("tbody button").first().click();
    await expect.poll(() => session.locator("aside b").first().textContent()).toBe("–");
  });

  it("has dashes for all its costs beside another one", async () => {
    const page = await openViewer(browser(), unpriced("fixtures/sessions/01-two-turns", "examples/demo"));
    const boxes = page.locator("tr.session-row").getByRole("checkbox");
    await expect.poll(() => boxes.count()).toBe(2);
    for (const box of await boxes.all()) await box.check();
    await page.getByRole("button", { name: "Compare" }).click();
    const table = page.locator("main:visible table");
    await table.getByRole("row", { name: /^Cost – –/ }).waitFor();
    expect(await table.textContent()).not.toContain("$");
  });
});

describe.skipIf(chromiumPath() === undefined)("the chart of a single day", () => {
  it("has its bar in the middle, and says day and cost also without a pointer", async () => {
    const page = await openViewer(browser(), configOf("examples/demo"));
    const chart = page.getByRole("img", { name: "Cost by day: $0.0645 on Nov 21, 2026" });
    await expect.poll(() => chart.locator(".u-legend").textContent()).toMatch(/Nov 21, 2026.*\$0\.0645/);
    const { x, y, width } = (await chart.locator(".u-over").boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(x + 0.4 * width, y + 40);
    await page.mouse.down();
    // More of the list arrives while the user drags.
    await expect.poll(() => page.locator("tr.session-row").textContent()).toContain("Run the doomed task");
    await page.mouse.move(x + 0.6 * width, y + 40, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Nov 21, 2026 to Nov 21, 2026" }).waitFor();
  });
});
