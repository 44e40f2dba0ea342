import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of Chromium: CHROMIUM if set, else the system's. Without one, prints a line and returns undefined. */
export function chromiumPath(): string | undefined {
  const found = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (found === undefined)
    console.warn("Skipped: no Chromium (apt-get install chromium, or CHROMIUM=/path/to/it).");
  return found;
}

/**
 * Starts Chromium before the tests of a file and closes it after them. Without Chromium, these tests must be skipped.
 */
export function browserForTests(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = chromiumPath();
    if (executablePath !== undefined)
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser?.close());
  return () => browser as Browser;
}

/** Opens a page until the end of the test. `faults` collects errors, blocked scripts and requests to other servers. */
export async function openPage(browser: Browser, url: string): Promise<Page & { faults: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && origin !== new URL(url).origin) faults.push(`request: ${request.url()}`);
  });
  onTestFinished(() => page.close());
  await page.goto(url);
  return Object.assign(page, { faults });
}

/**
 * Starts `ccotel view` as `startViewer` does and opens its page, until the end of the test. The test fails if the page
 * has had faults by then.
 */
export async function openViewer(browser: Browser, configDir: string, ...args: string[]) {
  const viewer = await startViewer(configDir, ...args);
  const page = await openPage(browser, viewer.url);
  onTestFinished(() => expect(page.faults).toEqual([]));
  return page;
}

export interface Viewer {
  url: string;
  stop(): Promise<number | null>;
}

/**
 * Starts the built `ccotel view` with its own home folder, until the end of the test. `configDir`: Claude Code's folder
 * that has `projects`.
 */
export async function startViewer(configDir: string, ...args: string[]): Promise<Viewer> {
  const home = mkdtempSync(join(tmpdir(), "ccotel-page-"));
  const child = spawn(process.execPath, [join(ROOT, "dist/ccotel.cjs"), "view", "--no-open", ...args], {
    env: {
      HOME: home,
      CLAUDE_CONFIG_DIR: configDir,
      CCOTEL_HOME: stateOf(configDir),
      PATH: process.env.PATH,
      TZ: "UTC",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = () => {
    child.kill("SIGINT");
    return exited;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("\n")) resolve(output.trim());
    });
    let problems = "";
    child.stderr.on("data", (chunk) => (problems += chunk));
    child.on("exit", (code) => reject(new Error(`ccotel view exited with ${code}: ${problems}`)));
  });
  return { url, stop };
}

/** The state folder of a viewer that `startViewer` started for this configuration folder. */
export function stateOf(configDir: string): string {
  return join(configDir, ".ccotel");
}

/** A configuration folder of Claude Code with only an empty `projects`. It is removed after the test. */
export function emptyConfig(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-page-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "projects"));
  return folder;
}

export { ROOT };
