import { readdirSync, readFileSync } from "node:fs";
import type { Change } from "../../src/settings/edit.ts";
import { hookRegistrations } from "../../src/settings/hooks/hook-entry.ts";
import { parseVersion } from "../../src/versions.ts";

export const folder = new URL("../../fixtures/settings/", import.meta.url);

const env = {
  CCOTEL_ENDPOINT: "http://localhost:4318",
  CLAUDE_CODE_ENABLE_TELEMETRY: "1",
  OTEL_METRICS_EXPORTER: "otlp",
};

/** The change that is made to a fixture: for a current client on Linux, unless the name says otherwise. */
export function changeFor(name: string): Change {
  const windows = name.startsWith("windows");
  const bin = windows ? "C:\\Users\\Ada Lovelace\\.ccotel\\bin" : "/home/ada/.ccotel/bin";
  const client = parseVersion(
    name === "old-client" ? "2.0.76" : name === "very-old-client" ? "1.0.70" : "2.1.329",
  );
  const platform = windows ? "win32" : "linux";
  const node = windows ? "C:\\Program Files\\nodejs\\node.exe" : "/usr/bin/node";
  return { env, bin, hooks: hookRegistrations({ bin, platform, node, client }) };
}

/** The names of all cases: the parts of the file names before the first dot. */
export function cases(): string[] {
  const names = readdirSync(folder).map((file) => file.split(".")[0] ?? "");
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

/** A fixture's text, or null if the case has no such file. */
export function readFixture(file: string): string | null {
  try {
    return readFileSync(new URL(file, folder), "utf8");
  } catch {
    return null;
  }
}
