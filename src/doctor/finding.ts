/** What `doctor` can find, as data. Sentences about them are made in `checks/message-*.ts` alone. */

import type { ClientFindings } from "./checks/message-client.ts";
import type { DeliveryFindings } from "./checks/message-delivery.ts";
import type { HookFindings } from "./checks/message-hooks.ts";
import type { NativeFindings } from "./checks/message-native.ts";
import type { SendingFindings } from "./checks/message-sending.ts";
import type { SettingsFindings } from "./checks/message-settings.ts";

/** An error keeps telemetry from arriving, a warning makes it incomplete or wrong, a note is good to know. */
export type Severity = "error" | "warning" | "note";

/** Each code with what its sentence needs to know. They stand beside their checks, with their words. */
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

/** Makes a finding, with the arguments checked against its code. */
export function finding<C extends Code>(severity: Severity, code: C, args: FindingArgs[C]): Finding {
  return { code, severity, args } as Finding;
}
