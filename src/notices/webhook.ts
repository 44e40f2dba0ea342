import { dollars } from "../units.ts";
import { isAlert, type Notice, type Ping } from "./notice.ts";
import { limitDollars } from "./words.ts";

/** The message format that a receiver expects. */
type WebhookKind = "slack" | "discord" | "teams" | "json";

/** Returns the format that a receiver's address implies. Unknown addresses get plain JSON. */
export function webhookKind(url: string): WebhookKind {
  const { hostname, pathname } = new URL(url);
  if (hostname === "hooks.slack.com" || hostname === "hooks.slack-gov.com") return "slack";
  if (/(^|\.)discord(app)?\.com$/.test(hostname) && pathname.startsWith("/api/webhooks/")) return "discord";
  if (/\.(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/.test(hostname)) return "teams";
  return "json";
}

/** Returns the JSON body of a notice for a receiver. `id` is the same for each retry. */
export function webhookBody(kind: WebhookKind, notice: Notice, id: string): string {
  const text = sentence(notice);
  switch (kind) {
    case "slack":
      return JSON.stringify({ text: escapeSlack(text) });
    case "discord":
      return JSON.stringify({ content: text, allowed_mentions: { parse: [] } });
    case "teams":
      return JSON.stringify({ type: "message", attachments: [adaptiveCard(text)] });
    case "json":
      return JSON.stringify({ source: "ccotel", version: 1, id, text, ...plain(notice) });
  }
}

/** Returns the JSON body of a text that is not a notice, such as that of `ccotel stats --webhook`. */
export function textBody(kind: WebhookKind, text: string, data: object): string {
  switch (kind) {
    case "slack":
      return JSON.stringify({ text: `\`\`\`${escapeSlack(text)}\`\`\`` });
    case "discord":
      return JSON.stringify({
        content: `\`\`\`\n${text.slice(0, 1900)}\n\`\`\``,
        allowed_mentions: { parse: [] },
      });
    case "teams":
      return JSON.stringify({ type: "message", attachments: [adaptiveCard(text, "Monospace")] });
    case "json":
      return JSON.stringify({ source: "ccotel", version: 1, text, ...data });
  }
}

/** Returns the notice as one sentence for people. */
export function sentence(notice: Notice): string {
  switch (notice.type) {
    case "session_cost": {
      const where = notice.project === undefined ? "" : ` in ${notice.project}`;
      return `A Claude Code session${where} has cost ${dollars(notice.costUsd)}, more than ${limitDollars(notice.limitUsd)}: ccotel show ${notice.sessionId}`;
    }
    case "day_cost":
      return `Claude Code has cost ${dollars(notice.costUsd)} on ${notice.day}, more than ${limitDollars(notice.limitUsd)}: ccotel stats --since ${notice.day} --by session`;
    default:
      return pingSentence(notice);
  }
}

function pingSentence({ type, tool, turn, outcome, project, error }: Ping): string {
  const what = tool === undefined ? `turn ${turn?.index ?? ""}`.trim() : `${tool.name} call`;
  const where = project === undefined ? "" : ` in ${project}`;
  const why = error === undefined ? "" : ` (${error})`;
  const ended = OUTCOME_WORDS[outcome] ?? outcome;
  return `${type === "failure" ? "Failure" : "Claude Code"}: ${what}${where} ${ended}${why}`;
}

/** Outcomes that are no verb. */
const OUTCOME_WORDS: Readonly<Record<string, string>> = { ok: "succeeded", error: "failed" };

/** Returns the notice as plain JSON. The field names follow the style of span attributes. */
function plain(notice: Notice): object {
  if (isAlert(notice)) {
    const { type, costUsd, limitUsd } = notice;
    const whose =
      notice.type === "day_cost"
        ? { day: notice.day }
        : { session_id: notice.sessionId, project: notice.project };
    return { event: type, cost_usd: costUsd, limit_usd: limitUsd, ...whose };
  }
  const { type, atMs, sessionId, turn, tool, ...rest } = notice;
  return {
    event: type,
    time: new Date(atMs).toISOString(),
    session_id: sessionId,
    ...rest,
    ...(turn === undefined
      ? {}
      : {
          turn: {
            index: turn.index,
            cost_usd: turn.costUsd,
            requests: turn.requests,
            tool_calls: turn.toolCalls,
            output_tokens: turn.outputTokens,
          },
        }),
    ...(tool === undefined ? {} : { tool: { name: tool.name, id: tool.id, path_hash: tool.pathHash } }),
  };
}

function adaptiveCard(text: string, fontType = "Default"): object {
  return {
    contentType: "application/vnd.microsoft.card.adaptive",
    content: {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [{ type: "TextBlock", text, wrap: true, fontType }],
    },
  };
}

/** Escapes Slack's control characters: a project can have any name. */
function escapeSlack(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char] as string);
}
