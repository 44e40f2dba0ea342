import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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

const DEMO = join(ROOT, "examples/demo");
const PROGRAM = join(ROOT, "dist/ccotel.cjs");

const browser = browserForTests();

describe.skipIf(chromiumPath() === undefined)("the page of the demo's session", () => {
  it("shows the figures of ccotel show", async () => {
    const viewer = await startViewer(emptyConfig(), DEMO);
    const page = await openPage(browser(), viewer.url);
    const facts = await page.locator(".facts").textContent();
    const shown = JSON.parse(
      execFileSync(process.execPath, [PROGRAM, "show", DEMO, "--json"], { encoding: "utf8" }),
    ).totals;
    expect(facts).toContain(`$${shown.costUsd.toFixed(4)}`);
    expect(facts).toMatch(new RegExp(`${shown.requests}\\s*requests, 1 failed`));
    expect(facts).toMatch(new RegExp(`${shown.toolCalls}\\s*tool calls`));
    expect(page.faults).toEqual([]);
    await page.close();
    expect(await viewer.stop()).toBe(0);
  });

  it("explains every cent between its sum and Claude Code's own, as audit does", async () => {
    const config = emptyConfig();
    cpSync(join(ROOT, "fixtures/sessions/side-question/projects"), join(config, "projects"), {
      recursive: true,
    });
    const page = await openViewer(browser(), config, join(config, "projects"));
    const [session] = execFileSync(process.execPath, [PROGRAM, "audit", join(config, "projects"), "--json"], {
      encoding: "utf8",
      env: { HOME: config, PATH: process.env.PATH },
    })
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { sessionId, cost } = session;
    expect(cost.reasons.length).toBeGreaterThan(0);
    await page.evaluate((id) => {
      location.hash = id;
    }, sessionId);
    const sum = page.locator("dl.sum");
    await sum.waitFor();
    const amounts = await sum.locator("dt").allTextContents();
    expect(amounts.at(0)).toBe(`$${cost.ownUsd.toFixed(6)}`);
    expect(amounts.at(-1)).toBe(`$${cost.claudeUsd.toFixed(6)}`);
    expect(amounts.slice(1, -1)).toEqual(
      cost.reasons.map(({ usd }: { usd: number }) => `${usd < 0 ? "−" : "+"} $${Math.abs(usd).toFixed(6)}`),
    );
  });

  it("says that output and cost are too low if the client wrote no final output count", async () => {
    const page = await openViewer(
      browser(),
      emptyConfig(),
      join(ROOT, "fixtures/sessions/2.1.30-agents/projects"),
    );
    await expect
      .poll(() => page.locator(".facts").textContent())
      .toContain("tokens out, too low: 7 requests without a final count");
    await page.getByRole("tab", { name: /Requests/ }).click();
    await page.getByRole("row", { name: /≥ 1/ }).first().getByRole("button").click();
    await expect.poll(() => page.locator("aside").textContent()).toContain("has no final output count");
  });

  it("leads from a failed subagent to the request that made it fail, and shows its text", async () => {
    const page = await openViewer(browser(), emptyConfig(), DEMO);
    await page.getByRole("tab", { name: /Problems/ }).click();
    const row = page.getByRole("row", { name: /Agent failed.*Doomed task/ });
    await row.getByRole("button").last().click();
    const details = page.locator("aside");
    await expect.poll(() => details.textContent()).toContain("invalid_request_error 400");
    await expect.poll(() => details.textContent()).toContain("6 attempts");
    await row.getByRole("button").first().click();
    await details.getByRole("button", { name: "Show text" }).click();
    await expect.poll(() => details.textContent()).toContain("Called with");
  });

  it("zooms and moves with keys, and shows all again", async () => {
    const page = await openViewer(browser(), emptyConfig(), DEMO);
    const rows = page.locator(".rows");
    await page
      .getByText(/sum of its own|own sum/)
      .first()
      .waitFor();
    // It has none.
    expect(await page.getByRole("button", { name: "Shorten pauses" }).count()).toBe(0);
    await rows.focus();
    const whole = await rows.screenshot();
    for (const key of ["+", "+", "ArrowRight"]) await page.keyboard.press(key);
    await expect.poll(async () => (await rows.screenshot()).equals(whole)).toBe(false);
    await page.keyboard.press("0");
    await expect.poll(async () => (await rows.screenshot()).equals(whole)).toBe(true);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(async () => (await rows.screenshot()).equals(whole)).toBe(false);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await rows.focus();
    await expect.poll(async () => (await rows.screenshot()).equals(whole)).toBe(true);
    await page.keyboard.press("n");
    await expect.poll(() => page.locator("aside").textContent()).toContain("claude-opus-5-5");
  });

  it("finds words and opens the item that has them", async () => {
    const page = await openViewer(browser(), emptyConfig(), DEMO);
    await page.getByRole("tab", { name: "Search" }).click();
    await page.getByRole("searchbox").fill("doomed");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("status").waitFor();
    await page
      .getByRole("row", { name: /^call of Agent/ })
      .first()
      .waitFor();
    await page.locator("tbody").getByRole("button").first().click();
    await expect.poll(() => page.locator("aside mark").first().textContent()).toMatch(/^doomed$/i);
  });

  it("is one file to search if it has the texts", async () => {
    const file = join(emptyConfig(), "session.html");
    execFileSync(process.execPath, [PROGRAM, "view", DEMO, "--out", file, "--content"]);
    const page = await openPage(browser(), `file://${file}`);
    await page.getByRole("tab", { name: "Search" }).click();
    await page.getByRole("searchbox").fill('task "the doomed"');
    await page.getByRole("button", { name: "Find" }).click();
    await page.locator("tbody").getByRole("button").first().click();
    await expect
      .poll(() => page.locator("aside mark").allTextContents())
      .toEqual(expect.arrayContaining(["the doomed", "task"]));
    expect(page.faults).toEqual([]);
  });

  it("is one file that opens from disk without any network", async () => {
    const file = join(emptyConfig(), "session.html");
    execFileSync(process.execPath, [PROGRAM, "view", DEMO, "--out", file]);
    const page = await openPage(browser(), `file://${file}`);
    await expect.poll(() => page.locator(".facts").textContent()).toContain("$0.0645");
    expect(await page.title()).toBe("acme-shop · ccotel");
    expect(await page.getByRole("tab", { name: "Search" }).count()).toBe(0);
    expect(await page.locator(".rows canvas").count()).toBe(1);
    await page.locator("tbody").getByRole("button").first().click();
    expect(page.url()).toContain("/turn/");
    await page.getByRole("button", { name: "Close the details" }).click();
    expect(page.url()).not.toContain("/turn/");
    expect(page.faults).toEqual([]);
  });

  it("has dark colours if the system has, and no buttons in print", async () => {
    const page = await openViewer(browser(), emptyConfig(), DEMO);
    const backOf = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await backOf();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await backOf()).not.toBe(light);
    // In a mode of high contrast, the system chooses all colours but those that mean something.
    await page.emulateMedia({ forcedColors: "active" });
    const colours = await page
      .locator(".strip")
      .first()
      .locator("div")
      .evaluateAll((parts) => parts.map((part) => getComputedStyle(part).backgroundColor));
    expect(new Set(colours).size).toBe(colours.length);
    await page.emulateMedia({ forcedColors: "none", media: "print", colorScheme: "light" });
    expect(await page.getByRole("button", { name: "Show all" }).isVisible()).toBe(false);
  });
});

describe.skipIf(chromiumPath() === undefined)("a running session", () => {
  it("grows on every page that shows it, within five seconds", async () => {
    const config = emptyConfig();
    const source = join(
      ROOT,
      "examples/demo/projects/-home-dev-acme-shop/9b2e458d-9158-4149-bf2a-345f2d1803d7.jsonl",
    );
    const folder = join(config, "projects/-home-dev-acme-shop");
    mkdirSync(folder);
    cpSync(source.replace(/\.jsonl$/, ""), join(folder, "9b2e458d-9158-4149-bf2a-345f2d1803d7"), {
      recursive: true,
    });
    const path = join(folder, "9b2e458d-9158-4149-bf2a-345f2d1803d7.jsonl");
    const lines = readFileSync(source, "utf8").split("\n").slice(0, -1);
    const half = lines.findIndex((line) => line.includes('"tool_result"'));
    writeFileSync(path, `${lines.slice(0, half).join("\n")}\n`);
    const owner = { pid: process.pid, sessionId: basename(path, ".jsonl"), startedAt: 0 };
    mkdirSync(join(config, "sessions"));
    writeFileSync(join(config, "sessions", `${process.pid}.json`), JSON.stringify(owner));
    const viewer = await startViewer(config, path);
    const page = await openPage(browser(), viewer.url);
    const other = await openPage(browser(), viewer.url);
    for (const one of [page, other]) {
      // It has written nothing for ten minutes.
      await expect.poll(() => one.locator("header .badge").textContent()).toBe("stuck");
      expect(await one.getByRole("tabpanel").textContent()).toContain("unfinished");
      await one
        .getByText(/sum of its own|own sum/)
        .first()
        .waitFor();
    }
    const before = await page.locator(".facts").textContent();
    appendFileSync(path, `${lines.slice(half).join("\n")}\n`);
    await expect.poll(() => page.locator(".facts").textContent()).not.toBe(before);
    for (const one of [page, other]) {
      await expect.poll(() => one.locator(".facts").textContent()).toContain("$0.0645");
      await expect.poll(() => one.locator("header .badge").textContent()).toBe("waiting");
      expect(await one.getByRole("tabpanel").textContent()).not.toContain("unfinished");
      // The turn has ended, so the cost is compared again.
      await expect.poll(() => one.locator("dl.sum dt").first().textContent()).toBe("$0.064546");
      await expect.poll(() => one.locator("main").textContent()).not.toContain("has grown since");
    }
    rmSync(join(config, "sessions"), { recursive: true });
    for (const one of [page, other])
      await expect.poll(() => one.locator("header .badge").textContent()).toBe("ended");
    expect(page.faults).toEqual([]);
  });
});
