import { randomUUID } from "node:crypto";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import type { Home } from "./home.ts";

/**
 * The random id of this installation (`service.instance.id`), created on first use. It identifies the metric series, so
 * losing the file starts new series.
 */
export function instanceId(home: Home): string {
  const known = readInstallation(home);
  if (typeof known.serviceInstanceId === "string") return known.serviceInstanceId;
  const serviceInstanceId = randomUUID();
  writeAtomic(home.installation, `${JSON.stringify({ ...known, serviceInstanceId }, null, 2)}\n`);
  return serviceInstanceId;
}

function readInstallation(home: Home): Record<string, unknown> {
  try {
    const known: unknown = JSON.parse(readText(home.installation, MAX_BYTES.settings));
    return typeof known === "object" && known !== null ? (known as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
