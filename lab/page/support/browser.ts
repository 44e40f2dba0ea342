import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";

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

/** Opens a page. `faults` collects errors, blocked scripts and requests to other servers. */
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
  await page.goto(url);
  return Object.assign(page, { faults });
}

export interface Viewer {
  url: string;
  process: ChildProcess;
  stop(): Promise<number | null>;
}

/** Starts the built `ccotel view` with its own home folder. `configDir`: Claude Code's folder that has `projects`. */
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
  // A test that fails does not stop its viewer.
  onTestFinished(() => void child.kill());
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
  return {
    url,
    process: child,
    async stop() {
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      const code = await ended;
      rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** The state folder of a viewer that `startViewer` started for this configuration folder. */
export function stateOf(configDir: string): string {
  return join(configDir, ".ccotel");
}

/** A configuration folder of Claude Code with only an empty `projects`. */
export function emptyConfig(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-page-config-"));
  mkdirSync(join(folder, "projects"));
  return folder;
}

export { ROOT };
