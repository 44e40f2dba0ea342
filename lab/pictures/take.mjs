// node lab/pictures/take.mjs [phoenix|mlflow|jaeger…]   takes the pictures of docs/images again. It starts each
// program with an empty store, sends recorded sessions with the built ccotel, and takes screenshots of the pages.
//
// The programs are those of `npm run backends`. Chromium is the system's. Jaeger's Go module does not contain its
// pages: JAEGER_PAGES names a folder with a build of github.com/jaegertracing/jaeger-ui (tried with 2.14.0). Without
// it, Jaeger's picture does not change.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf } from "../programs/cache.mjs";
import { recipes } from "../programs/recipes.mjs";
import { backends } from "./backends.mjs";
import { openBrowser } from "./browser.mjs";
import { RESUMED, sendTo } from "./machine.mjs";

const IMAGES = fileURLToPath(new URL("../../docs/images", import.meta.url));
const WIDTH = 1440;

mkdirSync(IMAGES, { recursive: true });
const wanted = process.argv.slice(2);
for (const backend of backends) {
  if (wanted.length > 0 && !wanted.includes(backend.name)) continue;
  if (backend.missing !== undefined) console.log(`${backend.name}: left out, ${backend.missing}`);
  else await photograph(backend);
}

async function photograph({ name, start, show }) {
  const { otlp, pages, stop } = await start();
  try {
    const traceId = otlp === undefined ? undefined : sendTo(name, otlp);
    const browser = await openBrowser({ width: WIDTH, height: 900 });
    const take = (picture, { height }) => shoot(browser.page, picture, height);
    try {
      await show({ page: browser.page, take, url: pages, traceId, manyRuns: RESUMED });
    } finally {
      await browser.close();
    }
  } finally {
    await stop();
  }
}

async function shoot(page, name, height) {
  const path = join(IMAGES, `${name}.png`);
  await page.setViewportSize({ width: WIDTH, height });
  // Move the mouse to the edge, so that nothing is highlighted. Then wait for the page's layout.
  await page.mouse.move(WIDTH - 1, height - 1);
  await page.evaluate(() => document.activeElement?.blur());
  await page.waitForTimeout(1_500);
  await page.screenshot({ path });
  shrink(path);
  console.log(`docs/images/${name}.png: ${Math.round(statSync(path).size / 1024)} kB`);
}

/**
 * Reduces a picture to 256 colours, which is enough for pages; those of large areas stay exact. Uses a library in MLflow's
 * Python environment.
 */
function shrink(path) {
  const python = join(folderOf(recipes.find(({ name }) => name === "mlflow")), "bin/python");
  const script =
    "import sys; from PIL import Image; path = sys.argv[1]; " +
    "Image.open(path).convert('RGB').quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)";
  execFileSync(python, ["-c", script, path]);
}
