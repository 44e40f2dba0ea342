/** The one place where findings become sentences: what is the case, and what to do about it. */

import type { Code, Finding, MessageTable } from "../finding.ts";
import { clientMessages } from "./message-client.ts";
import { installationMessages } from "./message-installation.ts";
import { nativeMessages } from "./message-native.ts";
import { sendingMessages } from "./message-sending.ts";

const messages: MessageTable<Code> = {
  ...installationMessages,
  ...clientMessages,
  ...nativeMessages,
  ...sendingMessages,
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
