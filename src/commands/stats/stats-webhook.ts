import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import { loadConfig } from "../../config/load.ts";
import { textBody, webhookKind } from "../../notices/webhook.ts";
import { postJson } from "../../notify/post.ts";
import { hostOf } from "../../notify/receiver.ts";
import { toJson } from "../../printable.ts";
import { webhookAddress } from "../../setup/notices.ts";
import type { StatsResult } from "./result.ts";

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/**
 * `ccotel stats --webhook URL`: returns a function that posts the table for people and the JSON for programs, and
 * returns 1 if the receiver did not accept them. Throws a `UserError` for an invalid address, before anything is read.
 */
export function statsPoster(webhook: string, input: Input, io: Io): (result: StatsResult) => Promise<number> {
  const url = webhookAddress("webhook", webhook, io);
  return (result) => postStats(url, result, input, io);
}

async function postStats(url: string, result: StatsResult, input: Input, io: Io): Promise<number> {
  const text = result.isEmpty
    ? "No Claude Code session in that time."
    : result.draw(styleOf({ colors: false, columns: 80 }));
  const body = textBody(webhookKind(url), text, { event: "stats", stats: result.json() });
  const { config } = loadConfig({ env: io.env, homeDir: io.homeDir });
  const posted = await postJson(url, body, { proxy: config.proxy });
  const host = hostOf(url);
  if (posted.isAccepted) {
    await write(
      io.stdout,
      input.flags.json === true ? toJson({ schema: SCHEMA, host }) : `Sent to ${host}.\n`,
    );
    return 0;
  }
  await write(io.stderr, `${host} did not accept the summary: ${posted.message}.\n`);
  return 1;
}
