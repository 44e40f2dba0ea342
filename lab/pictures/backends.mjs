// The programs of which lab/pictures takes screenshots, each started with an empty store.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jaeger, mlflow, phoenix, view } from "./pages.mjs";
import { freePort, start } from "./programs.mjs";
import { writeShop } from "./shop.mjs";

const MEMORY = new URL("../../collector-config/jaeger/memory.yaml", import.meta.url);

/** For each started program, `otlp` is its endpoint for spans and `pages` the URL of its pages. */
export const backends = [
  { name: "view", show: view, start: startView },
  { name: "phoenix", show: phoenix, start: startPhoenix },
  { name: "mlflow", show: mlflow, start: startMlflow },
  {
    name: "jaeger",
    show: jaeger,
    start: startJaeger,
    missing: process.env.JAEGER_PAGES ? undefined : "as JAEGER_PAGES names no build of its pages.",
  },
];

/** Starts `ccotel view` with invented sessions. It needs no backend. */
async function startView() {
  const home = mkdtempSync(join(tmpdir(), "ccotel-pictures-view-"));
  const configDir = join(home, ".claude");
  const id = writeShop(configDir);
  const program = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
  const served = async (...args) => {
    const child = spawn(process.execPath, [program, "view", "--no-open", ...args], {
      env: { PATH: process.env.PATH, HOME: home, TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line] = await once(child.stdout, "data");
    return { child, url: String(line).trim() };
  };
  const [one, all] = [await served(id), await served()];
  const stop = async () => {
    for (const { child } of [one, all]) child.kill();
    rmSync(home, { recursive: true, force: true });
  };
  return { pages: { session: one.url, all: all.url }, stop };
}

async function startPhoenix() {
  const [port, grpc] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PHOENIX_HOST: "127.0.0.1",
    PHOENIX_PORT: String(port),
    PHOENIX_GRPC_PORT: String(grpc),
    PHOENIX_TELEMETRY_ENABLED: "false",
  };
  const { stop } = await start("phoenix", { args: ["serve"], ready: `${url}/healthz`, env });
  return { otlp: url, pages: url, stop };
}

async function startMlflow() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await start("mlflow", {
    args: [
      ...["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
      ...["--backend-store-uri", "sqlite:///mlflow.db"],
    ],
    ready: `${url}/health`,
    env: { MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" },
  });
  return { otlp: url, pages: url, stop };
}

async function startJaeger() {
  const [otlp, ui, grpc, health] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "ccotel-pictures-"));
  const config = join(folder, "memory.yaml");
  const query = "\n  jaeger_query:\n";
  const withPages = `${query}    ui:\n      assets_path: ${process.env.JAEGER_PAGES}\n`;
  writeFileSync(config, readFileSync(MEMORY, "utf8").replace(query, withPages));
  const { stop } = await start("jaeger", {
    args: ["--config", config],
    ready: `http://127.0.0.1:${health}/status`,
    env: {
      OTLP_HTTP: `127.0.0.1:${otlp}`,
      JAEGER_UI: `127.0.0.1:${ui}`,
      JAEGER_GRPC: `127.0.0.1:${grpc}`,
      HEALTH: `127.0.0.1:${health}`,
    },
  });
  return {
    otlp: `http://127.0.0.1:${otlp}`,
    pages: `http://127.0.0.1:${ui}`,
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
