// Headless Chromium with playwright-core. It uses the system's browser (apt-get install chromium) or CHROMIUM=PATH.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const NOW = "2026-11-21T12:00:00Z";

/** Opens a window of this size with a new profile. It makes no requests of its own. `close` closes it. */
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
  // Block requests for fonts or news from other servers: only this machine answers.
  await context.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  const page = await context.newPage();
  // Pages show times such as "4 hours ago", and the last seven days. The recordings are of one day, so set the clock.
  await page.clock.install({ time: new Date(NOW) });
  return {
    page,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
