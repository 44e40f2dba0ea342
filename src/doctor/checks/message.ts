/** Where findings become sentences: what is the case, and what to do about it. */

import type { Code, Finding, FindingArgs } from "../finding.ts";
import type { MessageTable } from "../message-table.ts";
import { clientMessages } from "./message-client.ts";
import { deliveryMessages } from "./message-delivery.ts";
import { hooksMessages } from "./message-hooks.ts";
import { nativeMessages } from "./message-native.ts";
import { sendingMessages } from "./message-sending.ts";
import { settingsMessages } from "./message-settings.ts";

const messages: MessageTable<FindingArgs> = {
  ...settingsMessages,
  ...hooksMessages,
  ...clientMessages,
  ...nativeMessages,
  ...sendingMessages,
  ...deliveryMessages,
};

/** Every code there is, in the order of the docs. */
export const CODES = Object.keys(messages) as readonly Code[];

/** A finding in words. */
export function describeFinding(finding: Finding): { readonly say: string; readonly do: string } {
  // The table is typed by code; that code and args belong together is what `Finding` says already.
  const { say, do: remedy } = messages[finding.code] as {
    say: (args: unknown) => string;
    do: (args: unknown) => string;
  };
  return { say: say(finding.args), do: remedy(finding.args) };
}
