import { appendFileSync, cpSync } from "node:fs";
import { join } from "node:path";
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

const FOLDER = "projects/-home-dev-acme-shop";
const DEMO = "9b2e458d-9158-4149-bf2a-345f2d1803d7";

const browser = browserForTests();

function config(): string {
  const folder = emptyConfig();
  cpSync(join(ROOT, "examples/demo/projects"), join(folder, "projects"), { recursive: true });
  return folder;
}

describe.skipIf(chromiumPath() === undefined)("many tabs of one browser", () => {
  it("all show the session, and all get its new title", async () => {
    const folder = config();
    const viewer = await startViewer(folder);
    const context = await browser().newContext();
    const pages = [];
    for (let tab = 0; tab < 8; tab++) {
      const page = await context.newPage();
      await page.goto(viewer.url);
      await page.locator("tr.session-row").getByRole("link").click();
      await page.getByText("from first to last").waitFor();
      pages.push(page);
    }
    const title = { type: "ai-title", aiTitle: "The title came last", sessionId: DEMO };
    appendFileSync(join(folder, FOLDER, `${DEMO}.jsonl`), `${JSON.stringify(title)}\n`);
    for (const page of pages)
      await expect.poll(() => page.locator("h1:visible").textContent()).toBe("The title came last");
    await context.close();
  });
});

describe.skipIf(chromiumPath() === undefined)("a hidden tab", () => {
  it("asks for nothing, and shows what is new as soon as it is visible", async () => {
    const folder = config();
    const page = await openViewer(browser(), folder, DEMO);
    await page.clock.install();
    await page.reload();
    await page.getByText("from first to last").waitFor();
    const become = (state: "hidden" | "visible") =>
      page.evaluate((to) => {
        Object.defineProperty(document, "hidden", { value: to === "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const looks: string[] = [];
    page.on("request", (request) => looks.push(request.url()));
    const answered = page.waitForResponse(/api\/live/);
    await become("hidden");
    // The next look is due already.
    await page.clock.runFor(1_000);
    await answered;
    const before = looks.length;
    const title = { type: "ai-title", aiTitle: "Written in the dark", sessionId: DEMO };
    appendFileSync(join(folder, FOLDER, `${DEMO}.jsonl`), `${JSON.stringify(title)}\n`);
    // A page that is visible looks after each of these steps.
    for (let step = 0; step < 20; step++) await page.clock.runFor(10_000);
    expect(looks.slice(before)).toEqual([]);
    await become("visible");
    await expect.poll(() => page.locator("h1").textContent()).toBe("Written in the dark");
  });
});

describe.skipIf(chromiumPath() === undefined)("a page whose server stops", () => {
  it("says so, keeps what it shows, and says why a text cannot be read", async () => {
    const viewer = await startViewer(config(), DEMO);
    const page = await openPage(browser(), viewer.url);
    await page.getByText("from first to last").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("");
    await viewer.stop();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("Not connected");
    await page.evaluate(() => scrollTo(0, 400));
    expect(await page.getByText("Not connected").boundingBox()).toMatchObject({ y: expect.closeTo(10, -2) });
    expect(await page.locator(".facts").textContent()).toContain("from first to last");
    await page.locator("tbody button").first().click();
    await page.getByRole("button", { name: "Show text" }).click();
    await expect.poll(() => page.locator("aside").textContent()).toContain("ccotel view does not answer");
  });

  it("says so as well if another server uses its port", async () => {
    const folder = config();
    const viewer = await startViewer(folder, DEMO);
    const { port } = new URL(viewer.url);
    const page = await openPage(browser(), viewer.url);
    await page.getByText("from first to last").waitFor();
    await viewer.stop();
    await startViewer(folder, DEMO, "--port", port);
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("Not connected");
  });
});

describe.skipIf(chromiumPath() === undefined)("the page of an unknown session", () => {
  it("says that there is no such session", async () => {
    const folder = config();
    const viewer = await startViewer(folder);
    const page = await openPage(browser(), `${viewer.url}#0123456789abcdef`);
    await expect.poll(() => page.locator("main").textContent()).toContain("no such session");
    expect(await page.getByRole("alert").textContent()).toBe("");
  });
});
