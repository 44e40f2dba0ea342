// A Messages API on loopback that answers from a script, so that the real client runs without network, account or
// randomness.

import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One answer of the script. */
export interface Reply {
  /** The requests it answers: those of the main conversation (default), of a subagent, or with a matching prompt. */
  to?: "main" | "subagent" | RegExp;
  /** Number of requests it answers. Default: 1. */
  times?: number;
  /** The model's content blocks, in order. A function receives the conversation so far. */
  blocks?: Block[] | ((conversation: string) => Block[]);
  /** Duration of the text blocks' stream. */
  streamMs?: number;
  outputTokens?: number;
  /** The stop reason, if it does not follow from the blocks. */
  stopReason?: string;
  /** Answers with an error instead. */
  error?: { status: number; type: string; message: string };
}

export type Block = { text: string } | { thinking: string } | { tool: string; input: object };

/** A call of the Bash tool. */
export function bash(command: string): Block {
  return { tool: "Bash", input: { command, description: "A step" } };
}

/** A call of the tool that starts a subagent; older clients call it Task. */
export function agent(prompt: string, options: { background?: boolean } = {}): Block {
  const input = { description: "Some work", prompt, subagent_type: "general-purpose" };
  return { tool: "Agent", input: { ...input, run_in_background: options.background === true } };
}

/** A message that gives the first agent of the conversation more work. */
export function messageToAgent(message: string): (conversation: string) => Block[] {
  return (conversation) => {
    const to = /agentId: (\w+)/.exec(conversation)?.[1];
    return [{ tool: "SendMessage", input: { to, message, summary: "More to do" } }];
  };
}

export interface MessagesApi {
  url: string;
  /** Prompts of the requests so far, including those in progress. */
  readonly asked: readonly { kind: Kind; prompt: string }[];
  /** Replies that no request has used. */
  unused(): Reply[];
  close(): Promise<void>;
}

type Kind = "main" | "subagent" | "side";

interface Request {
  kind: Kind;
  model: string;
  tools: string[];
  /** The text of the first and of the last user message. */
  prompt: string;
  conversation: string;
  stream: boolean;
}

interface MessagesBody {
  model: string;
  stream?: boolean;
  tools?: { name: string }[];
  messages: { role: string; content: string | { type: string; text?: string }[] }[];
}

/** Starts the API. Requests without a matching reply get a short text: the client also requests titles and the like. */
export async function startMessagesApi(script: Reply[]): Promise<MessagesApi> {
  const left = script.map(({ times = 1 }) => times);
  const asked: { kind: Kind; prompt: string }[] = [];

  const take = (request: Request): Reply => {
    const index = script.findIndex((reply, i) => (left[i] ?? 0) > 0 && isFor(reply, request));
    if (index >= 0) left[index] = (left[index] ?? 0) - 1;
    return (
      script[index] ?? { blocks: [{ text: request.kind === "side" ? '{"title":"A session"}' : "Done." }] }
    );
  };

  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const path = (incoming.url ?? "").replace(/\?.*$/, "");
    if (path.endsWith("/count_tokens")) return sendJson(response, 200, { input_tokens: 100 });
    if (path !== "/v1/messages") return sendJson(response, 404, {});
    const request = describe(incoming.headers, JSON.parse(Buffer.concat(chunks).toString()) as MessagesBody);
    asked.push({ kind: request.kind, prompt: request.prompt });
    const reply = take(request);
    if (reply.error !== undefined) {
      const { status, type, message } = reply.error;
      return sendJson(response, status, { type: "error", error: { type, message } });
    }
    await answer(response, request, reply);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    unused: () => script.filter((_, index) => (left[index] ?? 0) > 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isFor(reply: Reply, request: Request): boolean {
  const { to = "main" } = reply;
  return to instanceof RegExp ? request.kind !== "side" && to.test(request.prompt) : to === request.kind;
}

function describe(headers: IncomingHttpHeaders, body: MessagesBody): Request {
  const tools = (body.tools ?? []).map(({ name }) => name);
  const texts = body.messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content));
  return {
    kind: kindOf(headers, tools),
    model: body.model,
    tools,
    prompt: `${texts[0]}\n${texts.at(-1)}`,
    conversation: JSON.stringify(body.messages),
    stream: body.stream === true,
  };
}

/** The kind of a request. Clients before 2.1 do not name the agent, but their agents cannot start further agents. */
function kindOf(headers: IncomingHttpHeaders, tools: string[]): Kind {
  if (headers["x-claude-code-agent-id"] !== undefined) return "subagent";
  if (tools.length <= 3) return "side";
  return tools.includes("Agent") || tools.includes("Task") ? "main" : "subagent";
}

function textOf(content: MessagesBody["messages"][number]["content"]): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n");
}

async function answer(response: ServerResponse, request: Request, reply: Reply): Promise<void> {
  const id = randomUUID().replaceAll("-", "").slice(0, 20);
  const { blocks: said = [{ text: "Done." }] } = reply;
  const saidNow = typeof said === "function" ? said(request.conversation) : said;
  const blocks = saidNow.map((block, index) => wire(block, index, id, request));
  const stopReason =
    reply.stopReason ?? (blocks.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn");
  const usage = {
    input_tokens: 10,
    output_tokens: reply.outputTokens ?? 20,
    cache_read_input_tokens: 1000,
    cache_creation_input_tokens: 50,
    cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 0 },
    service_tier: "standard",
  };
  const head = { id: `msg_${id}`, type: "message", role: "assistant", model: request.model };
  const requestId = { "request-id": `req_${id}` };
  await sleep(20);
  if (!request.stream) {
    const whole = { ...head, content: blocks, stop_reason: stopReason, stop_sequence: null, usage };
    return sendJson(response, 200, whole, requestId);
  }
  response.writeHead(200, { "content-type": "text/event-stream", ...requestId });
  const send = (type: string, data: object) => {
    if (!response.destroyed) response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  const provisional = { ...usage, output_tokens: 1 };
  const message = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: provisional };
  send("message_start", { message });
  for (const [index, block] of blocks.entries()) {
    const { start, deltas } = streamed(block);
    send("content_block_start", { index, content_block: start });
    for (const [part, delta] of deltas.entries()) {
      if (part > 0) await sleep(block.type === "text" ? (reply.streamMs ?? 30) : 30);
      send("content_block_delta", { index, delta });
    }
    send("content_block_stop", { index });
  }
  send("message_delta", { delta: { stop_reason: stopReason, stop_sequence: null }, usage });
  send("message_stop", {});
  response.end();
}

type WireBlock =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: object };

function wire(block: Block, index: number, id: string, { tools }: Request): WireBlock {
  if ("text" in block) return { type: "text", text: block.text };
  if ("thinking" in block) return { type: "thinking", thinking: block.thinking, signature: "c2lnbmF0dXJl" };
  const name = block.tool === "Agent" && !tools.includes("Agent") ? "Task" : block.tool;
  return { type: "tool_use", id: `toolu_${id}_${index}`, name, input: block.input };
}

/** The stream events of a block: its start, then two deltas. The API pauses between them. */
function streamed(block: WireBlock): { start: object; deltas: object[] } {
  switch (block.type) {
    case "text": {
      const middle = Math.ceil(block.text.length / 2);
      const pieces = [block.text.slice(0, middle), block.text.slice(middle)];
      return { start: { ...block, text: "" }, deltas: pieces.map((text) => ({ type: "text_delta", text })) };
    }
    case "thinking": {
      const { thinking, signature } = block;
      return {
        start: { ...block, thinking: "", signature: "" },
        deltas: [
          { type: "thinking_delta", thinking },
          { type: "signature_delta", signature },
        ],
      };
    }
    case "tool_use": {
      const json = JSON.stringify(block.input);
      const pieces = [json.slice(0, 10), json.slice(10)];
      return {
        start: { ...block, input: {} },
        deltas: pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })),
      };
    }
  }
}

function sendJson(response: ServerResponse, status: number, value: object, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}
