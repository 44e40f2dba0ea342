/** Runs every check on the facts. Pure. The order puts a fault before the faults that it explains. */

import type { Facts } from "../facts/facts.ts";
import type { Finding, Severity } from "../finding.ts";
import { checkClient } from "./check-client.ts";
import { checkDelivery } from "./check-delivery.ts";
import { checkHooks } from "./check-hooks.ts";
import { checkNative } from "./check-native.ts";
import { checkSending } from "./check-sending.ts";
import { checkSettings } from "./check-settings.ts";

/** Returns all findings: errors first, then warnings, then notes, each in the order of the checks. */
export function check(facts: Facts): Finding[] {
  const findings = [checkSettings, checkHooks, checkClient, checkSending, checkDelivery, checkNative].flatMap(
    (run) => run(facts),
  );
  const order: readonly Severity[] = ["error", "warning", "note"];
  return order.flatMap((severity) => findings.filter((item) => item.severity === severity));
}
