// Chromium without a window, driven by playwright-core. The browser is the system's: apt-get install chromium, or
// CHROMIUM=/path/to/it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const NOW = "2026-11-21T12:00:00Z";

/** A window of that size with a profile of its own, which goes nowhere by itself; `close` ends it. */
export async function openBrowser({ width, height }) {
  const profile = mkdtempSync(join(tmpdir(), "ccotel-pictures-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    chromiumSandbox: false,
    viewport: { width, height },
    locale: "en-US",
    timezoneId: "UTC",
    colorScheme: "light",
    reducedMotion: "reduce",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"],
    ],
  });
  // Pages that ask for fonts or news elsewhere get nothing: only this machine answers.
  await context.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  const page = await context.newPage();
  // Pages say "4 hours ago" and show the last seven days; the recordings are of one day.
  await page.clock.install({ time: new Date(NOW) });
  return {
    page,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
