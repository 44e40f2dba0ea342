/** What `doctor` can find, as data. Only `checks/message-*.ts` turns findings into sentences. */

import type { ClientFindings } from "./checks/message-client.ts";
import type { DeliveryFindings } from "./checks/message-delivery.ts";
import type { HookFindings } from "./checks/message-hooks.ts";
import type { NativeFindings } from "./checks/message-native.ts";
import type { SendingFindings } from "./checks/message-sending.ts";
import type { SettingsFindings } from "./checks/message-settings.ts";

/** An error stops telemetry, a warning makes it incomplete or wrong, a note is information. */
export type Severity = "error" | "warning" | "note";

/** Each code with the arguments of its message. The checks define them, next to their messages. */
export interface FindingArgs
  extends SettingsFindings,
    HookFindings,
    ClientFindings,
    NativeFindings,
    SendingFindings,
    DeliveryFindings {}

export type Code = keyof FindingArgs;

export type Finding = {
  readonly [C in Code]: { readonly code: C; readonly severity: Severity; readonly args: FindingArgs[C] };
}[Code];

/** Makes a finding. The types check its arguments against its code. */
export function finding<C extends Code>(severity: Severity, code: C, args: FindingArgs[C]): Finding {
  return { code, severity, args } as Finding;
}
