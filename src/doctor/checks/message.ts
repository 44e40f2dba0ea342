/** Turns findings into sentences: what is wrong, and what to do about it. */

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

/** All codes, in the order of the docs. */
export const CODES = Object.keys(messages) as readonly Code[];

/** Returns a finding in words. */
export function describeFinding(finding: Finding): { readonly say: string; readonly do: string } {
  // TypeScript cannot see that code and args belong together; the type `Finding` ensures it.
  const { say, do: remedy } = messages[finding.code] as {
    say: (args: unknown) => string;
    do: (args: unknown) => string;
  };
  return { say: say(finding.args), do: remedy(finding.args) };
}
