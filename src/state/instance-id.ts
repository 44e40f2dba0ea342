import { randomUUID } from "node:crypto";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import type { Home } from "./home.ts";

/**
 * The random id of this installation (`service.instance.id`), created on first use. It identifies the metric series, so
 * losing the file starts new series.
 */
export function instanceId(home: Home): string {
  const known = readJson(home.installation, MAX_BYTES.settings) ?? {};
  if (typeof known.serviceInstanceId === "string") return known.serviceInstanceId;
  const serviceInstanceId = randomUUID();
  writeAtomic(home.installation, `${JSON.stringify({ ...known, serviceInstanceId }, null, 2)}\n`);
  return serviceInstanceId;
}
