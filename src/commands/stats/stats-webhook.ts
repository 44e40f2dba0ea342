import type { Io } from "../../cli/io.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import { loadConfig } from "../../config/load.ts";
import { textBody, webhookKind } from "../../notices/webhook.ts";
import { postJson } from "../../notify/post.ts";
import { hostOf } from "../../notify/receiver.ts";
import type { statsJson } from "../../report/json/stats.ts";
import { drawStats } from "../../report/stats.ts";
import { webhookAddress } from "../../setup/notices.ts";
import type { Stats } from "../../stats/stats.ts";

/**
 * `ccotel stats --webhook URL`: posts the table for people and `json` for programs. Returns 1 if the receiver did not
 * accept them.
 */
export async function postStats(
  webhook: string,
  stats: Stats,
  json: ReturnType<typeof statsJson>,
  io: Io,
): Promise<number> {
  const url = webhookAddress("webhook", webhook, io);
  const text =
    stats.total.sessions === 0
      ? "No Claude Code session in that time."
      : drawStats(stats, styleOf({ colors: false, columns: 80 }));
  const body = textBody(webhookKind(url), text, { event: "stats", stats: json });
  const { config } = loadConfig({ env: io.env, homeDir: io.homeDir });
  const posted = await postJson(url, body, { proxy: config.proxy });
  if (posted.isAccepted) {
    await write(io.stdout, `Sent to ${hostOf(url)}.\n`);
    return 0;
  }
  await write(io.stderr, `${hostOf(url)} did not accept the summary: ${posted.message}.\n`);
  return 1;
}
