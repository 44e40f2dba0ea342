import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tokens of the one response that the client gets. */
export interface ApiTokens {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  webSearches?: number;
  speed?: "standard" | "fast";
  geo?: "us";
}

/** What the client counts for this response. `sentAs`: the model that it requested. */
export interface Counted {
  sentAs: string;
  costUsd: number;
  /** `unknown`: the client has no price for the model and uses another model's. */
  costBasis: string;
  contextWindow: number;
}

/**
 * Runs the real client (`CLAUDE_BIN`) once, with its own home folder, against an API on loopback that answers with this
 * usage, and reads what it counts. The price table is checked and updated in this way (docs/use/prices.md).
 */
export async function askClient(bin: string, model: string, tokens: ApiTokens): Promise<Counted> {
  const home = mkdtempSync(join(tmpdir(), "prices-"));
  const work = join(home, "work");
  mkdirSync(work);
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  writeFileSync(
    join(home, ".claude.json"),
    JSON.stringify({
      hasCompletedOnboarding: true,
      customApiKeyResponses: { approved: ["dummy-key"], rejected: [] },
      projects: { [work]: trusted },
    }),
  );
  const api = await startApi(tokens);
  try {
    const text = await run(bin, ["-p", "hi", "--output-format", "json", "--model", model], work, {
      PATH: process.env.PATH ?? "",
      HOME: home,
      ANTHROPIC_BASE_URL: api.url,
      ANTHROPIC_API_KEY: "dummy-key",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    });
    const { modelUsage } = JSON.parse(text) as { modelUsage: Record<string, ModelUsage> };
    const [name, usage] = Object.entries(modelUsage)[0] as [string, ModelUsage];
    return {
      sentAs: name,
      costUsd: usage.costUSD,
      costBasis: usage.costBasis ?? "",
      contextWindow: usage.contextWindow ?? 0,
    };
  } finally {
    api.close();
    rmSync(home, { recursive: true, force: true });
  }
}

interface ModelUsage {
  costUSD: number;
  costBasis?: string;
  contextWindow?: number;
}

function run(bin: string, args: string[], cwd: string, env: Record<string, string>): Promise<string> {
  const child = spawn(bin, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"], timeout: 60_000 });
  let out = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(out));
  });
}

async function startApi(tokens: ApiTokens) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (!request.url?.startsWith("/v1/messages") || request.url.includes("count_tokens")) {
      response.writeHead(404).end("{}");
      return;
    }
    const { model } = JSON.parse(body) as { model: string };
    response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_1" });
    for (const event of eventsOf(model, tokens)) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function eventsOf(model: string, tokens: ApiTokens) {
  const { cacheWrite5m = 0, cacheWrite1h = 0 } = tokens;
  const usage = {
    input_tokens: tokens.input ?? 0,
    output_tokens: 1,
    cache_read_input_tokens: tokens.cacheRead ?? 0,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    service_tier: "standard",
    speed: tokens.speed ?? "standard",
    ...(tokens.geo === undefined ? {} : { inference_geo: tokens.geo }),
  };
  const searches = { web_search_requests: tokens.webSearches ?? 0, web_fetch_requests: 0 };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    usage,
  };
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi." } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: tokens.output ?? 0, server_tool_use: searches },
    },
    { type: "message_stop" },
  ];
}
