import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browserForTests, chromiumPath, emptyConfig, openViewer, ROOT, stateOf } from "./support/browser.ts";

const DEMO = "9b2e458d-9158-4149-bf2a-345f2d1803d7";

const browser = browserForTests();

/** A configuration folder with the sessions of the demo and of some recordings. */
function config(): string {
  const folder = emptyConfig();
  for (const from of ["examples/demo", "fixtures/sessions/01-two-turns", "fixtures/sessions/02-tools"])
    cpSync(join(ROOT, from, "projects"), join(folder, "projects"), { recursive: true });
  return folder;
}

/** Writes a session of today that reads a large file six times and changes nothing. Returns its id. */
function writeReader(folder: string): string {
  const id = "00000000-0000-4000-8000-00000000000a";
  const startMs = Date.now() - 600_000;
  const common = { sessionId: id, version: "2.1.332", cwd: "/home/dev/shop" };
  const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
  const usage = { input_tokens: 10, output_tokens: 50 };
  const records: object[] = [
    { type: "user", uuid: "u", timestamp: at(0), message: { role: "user", content: "Look" }, ...common },
  ];
  for (let n = 1; n <= 6; n++) {
    const call = {
      type: "tool_use",
      id: `t${n}`,
      name: "Read",
      input: { file_path: "/home/dev/shop/huge.ts" },
    };
    const context = { ...usage, cache_read_input_tokens: 10_000 * n };
    records.push(
      {
        type: "assistant",
        uuid: `a${n}`,
        parentUuid: n === 1 ? "u" : `r${n - 1}`,
        timestamp: at(n * 10),
        requestId: `q${n}`,
        message: {
          id: `m${n}`,
          role: "assistant",
          model: "claude-opus-5-5",
          stop_reason: "tool_use",
          usage: context,
          content: [call],
        },
        ...common,
      },
      {
        type: "user",
        uuid: `r${n}`,
        parentUuid: `a${n}`,
        timestamp: at(n * 10 + 1),
        message: {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: `t${n}`, content: "x".repeat(40_000) }],
        },
        ...common,
      },
    );
  }
  const project = join(folder, "projects", "-home-dev-shop");
  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, `${id}.jsonl`),
    records.map((record) => `${JSON.stringify(record)}\n`).join(""),
  );
  return id;
}

/** Writes sessions with a prompt each. That of the eighth is "Mend the carburettor". */
function writePrompts(folder: string, count: number): void {
  const from = join(folder, "projects/-home-dev-shop");
  mkdirSync(from, { recursive: true });
  const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  for (let index = 0; index < count; index++) {
    const common = { sessionId: id(index), version: "2.1.332", cwd: "/home/dev/shop" };
    const content = index === 7 ? "Mend the carburettor" : "Look";
    const timestamp = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();
    const record = { type: "user", uuid: `u${index}`, timestamp, message: { role: "user", content } };
    writeFileSync(join(from, `${id(index)}.jsonl`), `${JSON.stringify({ ...record, ...common })}\n`);
  }
}

const rowsOf = (page: Page) => page.locator("tbody tr.session-row");

describe.skipIf(chromiumPath() === undefined)("the page of all sessions", () => {
  it("shows the sessions and their sum, filters and sorts them, and opens one", async () => {
    const page = await openViewer(browser(), config());
    await expect.poll(() => page.getByRole("status").first().textContent()).toContain("3 sessions");
    await expect.poll(() => page.locator(".facts").textContent()).toContain("3sessions");
    await page.getByRole("button", { name: /^Cost/ }).click();
    const costs = (await rowsOf(page).locator("td:last-child").allTextContents()).map((text) =>
      Number(text.slice(1)),
    );
    expect(costs.every((cost) => cost > 0)).toBe(true);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    await page.getByRole("searchbox", { name: /Filter/ }).fill("doomed");
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    await rowsOf(page).getByRole("link").click();
    await expect.poll(() => page.locator(".facts:visible").textContent()).toContain("from first to last");
    await page.getByRole("button", { name: /All sessions/ }).click();
    await expect.poll(() => page.locator(".facts:visible").textContent()).toContain("1session");
    await page.getByRole("searchbox", { name: /Filter/ }).fill("");
    await expect.poll(() => rowsOf(page).count()).toBe(3);
  });

  it("shows only the sessions of a project or a model that is clicked beside its cost", async () => {
    const folder = config();
    writeReader(folder);
    const page = await openViewer(browser(), folder);
    await expect.poll(() => rowsOf(page).count()).toBe(4);
    await page.getByRole("button", { name: "acme-shop", exact: true }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    expect(await page.getByRole("searchbox", { name: /Filter/ }).inputValue()).toBe("acme-shop");
    await page.getByRole("searchbox", { name: /Filter/ }).fill("");
    await page.getByRole("button", { name: "claude-opus-5-5", exact: true }).click();
    expect(await page.getByRole("combobox", { name: "Model" }).inputValue()).toBe("claude-opus-5-5");
  });

  it("finds a title by its filter also in a row that was not yet on the screen", async () => {
    const folder = config();
    writePrompts(folder, 200);
    const page = await openViewer(browser(), folder);
    await expect.poll(() => page.getByRole("status").first().textContent()).toContain("203 sessions");
    await page.getByRole("searchbox", { name: /Filter/ }).fill("carburettor");
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    expect(await rowsOf(page).textContent()).toContain("Mend the carburettor");
  });

  it("prints the rows that are not on the screen, too, up to a thousand", async () => {
    const folder = config();
    writePrompts(folder, 1_100);
    const page = await openViewer(browser(), folder);
    const status = page.getByRole("status").first();
    await expect.poll(() => status.textContent()).toBe("1,103 sessions");
    const onScreen = await rowsOf(page).count();
    expect(onScreen).toBeLessThan(60);
    await page.evaluate(() => {
      addEventListener("beforeprint", () => {
        document.title = `${document.querySelectorAll("tr.session-row").length} rows`;
      });
    });
    await page.pdf();
    expect(await page.title()).toBe("1000 rows");
    expect(await page.locator(".printed").textContent()).toBe("And 103 more sessions.");
    await expect.poll(() => rowsOf(page).count()).toBe(onScreen);
    // The titles of all printed rows are read now.
    await page.locator(".table-box").evaluate((box) => box.scrollTo(0, 900 * 48));
    await expect.poll(() => rowsOf(page).last().getByRole("link").textContent()).toBe("Look");
  });

  it("opens a session in a tab of its own if the reader wants that", async () => {
    const page = await openViewer(browser(), config());
    const link = rowsOf(page).filter({ hasText: "doomed" }).getByRole("link");
    const [tab] = await Promise.all([
      page.context().waitForEvent("page"),
      link.click({ modifiers: ["ControlOrMeta"] }),
    ]);
    await tab.getByText("from first to last").waitFor();
    expect(await tab.locator("h1:visible").textContent()).toContain("doomed");
    expect(await rowsOf(page).count()).toBe(3);
  });

  it("says of a history without prompts that it has none, and shows the first one", async () => {
    const folder = emptyConfig();
    const from = join(folder, "projects/-home-dev-shop");
    mkdirSync(from);
    writeFileSync(join(from, "00000000-0000-4000-8000-0000000000ff.jsonl"), '{"type":"summary"}\n');
    const page = await openViewer(browser(), folder);
    await page.getByText("No session has a prompt yet.").waitFor();
    expect(await page.locator(".facts, .chart, table").count()).toBe(0);
    writePrompts(folder, 1);
    await expect.poll(() => rowsOf(page).count()).toBe(1);
  });

  it("keeps filter, search and order in the address, so that a reload leads to the same list", async () => {
    const page = await openViewer(browser(), config());
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    await page.getByRole("button", { name: /^Cost/ }).click();
    await page.getByRole("combobox", { name: "State" }).selectOption("ended");
    await page.getByRole("searchbox", { name: /Words in/ }).fill("the");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("searchbox", { name: /Filter/ }).fill("doomed");
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    // The page changes its address after it has drawn the list.
    await expect.poll(() => page.url()).toContain("filter=doomed&words=the&state=ended&sort=costUsd");
    const address = page.url();
    await page.reload();
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    expect(page.url()).toBe(address);
    expect(await page.getByRole("searchbox", { name: /Filter/ }).inputValue()).toBe("doomed");
    expect(await page.getByRole("searchbox", { name: /Words in/ }).inputValue()).toBe("the");
    expect(await page.getByRole("combobox", { name: "State" }).inputValue()).toBe("ended");
    expect(await page.getByRole("columnheader", { name: /^Cost/ }).getAttribute("aria-sort")).toBe(
      "descending",
    );
    await rowsOf(page).getByRole("link").click();
    await expect.poll(() => page.locator("header:visible").textContent()).toContain("--resume");
    await page.reload();
    await page.getByRole("button", { name: /All sessions/ }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    await page.goBack();
    await page.goBack();
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    expect(page.url()).toBe(address);
  });

  it("lists a file that is read repeatedly, and opens its session", async () => {
    const folder = config();
    const id = writeReader(folder);
    const page = await openViewer(browser(), folder);
    const line = page.getByRole("row", { name: /huge\.ts/ });
    await line.waitFor();
    expect(await line.textContent()).toContain("5 times");
    await line.getByRole("link").click();
    await expect.poll(() => page.locator("header:visible").textContent()).toContain(id);
  });

  it("leads from a fork to its source, and back to the fork", async () => {
    const folder = emptyConfig();
    cpSync(join(ROOT, "fixtures/sessions/fork/projects"), join(folder, "projects"), { recursive: true });
    const page = await openViewer(browser(), folder);
    await rowsOf(page).filter({ hasText: "fork" }).first().getByRole("link").click();
    const heading = page.locator("header:visible");
    await expect.poll(() => heading.textContent()).toContain("Forked from");
    const fork = /--resume ([0-9a-f-]{36})/.exec((await heading.textContent()) ?? "")?.[1];
    const link = heading.getByRole("link", { name: /^[0-9a-f-]{36}$/ });
    const source = await link.textContent();
    await link.click();
    await expect.poll(() => heading.textContent()).toContain(`--resume ${source}`);
    await expect.poll(() => heading.textContent()).toContain("Forks:");
    await heading.getByRole("link", { name: "First question" }).click();
    await expect.poll(() => heading.textContent()).toContain(`--resume ${fork}`);
  });

  it("shows the usage limits that the status line received", async () => {
    const folder = config();
    const statusline = join(stateOf(folder), "statusline");
    mkdirSync(statusline, { recursive: true });
    const limits = { five_hour: { used_percentage: 37, resets_at: Date.now() / 1000 + 600 } };
    writeFileSync(join(statusline, `${DEMO}.json`), JSON.stringify({ rate_limits: limits }));
    const page = await openViewer(browser(), folder);
    await expect.poll(() => page.locator(".facts").textContent()).toContain("37%of the 5-hour limit");
  });

  it("is behind a session that was opened by its id", async () => {
    const page = await openViewer(browser(), config(), DEMO);
    await page.getByText("from first to last").waitFor();
    await page.getByRole("button", { name: /All sessions/ }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(3);
  });

  it("finds sessions by words in their texts", async () => {
    const page = await openViewer(browser(), config());
    await page.getByRole("searchbox", { name: /Words/ }).fill("doomed task");
    await page.getByRole("button", { name: "Find" }).click();
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    expect(await rowsOf(page).locator("mark").textContent()).toBe("doomed");
    await rowsOf(page).getByRole("link").click();
    await expect.poll(() => page.locator("aside mark").first().textContent()).toMatch(/^doomed$/i);
    const searches: string[] = [];
    page.on("request", (request) => void (request.url().includes("/search") && searches.push(request.url())));
    await page.goBack();
    await expect.poll(() => rowsOf(page).count()).toBe(1);
    // The list is as it was left: the same words are not searched for again.
    expect(searches).toEqual([]);
  });

  it("puts two sessions side by side, also with titles of many words", async () => {
    const folder = config();
    const [project = ""] = readdirSync(join(folder, "projects"));
    for (const name of readdirSync(join(folder, "projects", project)).filter((one) =>
      one.endsWith(".jsonl"),
    )) {
      const title = {
        type: "ai-title",
        aiTitle: `A title ${"with many words ".repeat(11)}`,
        sessionId: basename(name, ".jsonl"),
      };
      appendFileSync(join(folder, "projects", project, name), `${JSON.stringify(title)}\n`);
    }
    const page = await openViewer(browser(), folder);
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    await rowsOf(page).nth(0).getByRole("checkbox").check();
    await rowsOf(page).nth(1).getByRole("checkbox").check();
    await page.getByRole("button", { name: "Compare" }).click();
    const cost = page.getByRole("row", { name: /^Cost \$/ });
    await expect.poll(() => cost.locator("td").count()).toBe(3);
    await page.getByRole("row", { name: /^Calls of Bash \d+ · / }).waitFor();
    await page.getByRole("row", { name: /^Cache misses 0 0 same/ }).waitFor();
    const head = page.getByRole("columnheader").nth(1).getByRole("link");
    expect(await head.evaluate((link) => getComputedStyle(link).textAlign)).toBe("right");
    for (const width of [1400, 400]) {
      await page.setViewportSize({ width, height: 1000 });
      const { x = 0, width: own = 0 } = (await cost.locator("td").last().boundingBox()) ?? {};
      expect(x + own).toBeLessThan(width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });

  it("shows which session waits for the user, and a new session", async () => {
    const folder = config();
    mkdirSync(join(folder, "sessions"));
    const page = await openViewer(browser(), folder);
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    writeFileSync(
      join(folder, "sessions", `${process.pid}.json`),
      JSON.stringify({ pid: process.pid, sessionId: DEMO, startedAt: 0 }),
    );
    await expect.poll(() => rowsOf(page).filter({ hasText: "waiting" }).count()).toBe(1);
    const id = "00000000-0000-4000-8000-000000000001";
    const [project = ""] = readdirSync(join(folder, "projects"));
    const demo = readFileSync(join(folder, "projects", project, `${DEMO}.jsonl`), "utf8");
    const path = join(folder, "projects", project, `${id}.jsonl`);
    const copy = demo
      .replaceAll(DEMO, id)
      .replace(/msg_/g, "msg_new_")
      .replace(/"uuid":"/g, '"uuid":"n');
    writeFileSync(path, copy.replace(/"parentUuid":"/g, '"parentUuid":"n'));
    await expect.poll(() => rowsOf(page).count()).toBe(4);
  });
});
