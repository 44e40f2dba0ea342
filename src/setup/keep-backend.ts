import { type Option, options, showValue } from "../config/options/options.ts";
import { maskUrl } from "../config/text/secret.ts";
import { UserError } from "../config/user-error.ts";
import { defined } from "../objects.ts";
import type { CurrentSetup } from "./current.ts";
import type { Request } from "./request.ts";

/** The settings to write. */
interface KeptSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly otelHeadersHelper?: string;
}

/** Returns the settings when no backend is named: the current setup with the changes of this command. */
export function keepBackend(request: Request, current: CurrentSetup): KeptSettings {
  const { ownEnv, otelHeadersHelper } = current;
  const isSetUp = ownEnv.CCOTEL_ENDPOINT !== undefined || ownEnv.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  if (!isSetUp && request.needsNoBackend !== true) {
    throw new UserError("No backend was named, and none is set up yet.", {
      hint: [
        "Name a backend, such as --preset otel-collector, or an endpoint: --endpoint http://localhost:4318.",
        "ccotel configure --help lists the presets.",
      ].join("\n"),
    });
  }
  refusePartsOfBackend(request, current);
  const env: Record<string, string> = { ...ownEnv };
  for (const key of ["content", "redact", "traceScope", "metrics", "logs", "findings"] as const) {
    const option = options[key] as Option<unknown>;
    const [variable = ""] = option.env;
    if (request[key] === undefined) continue;
    if (request[key] === option.default) delete env[variable];
    else env[variable] = showValue(option, request[key]);
  }
  return defined({ env, otelHeadersHelper });
}

/** Rejects flags for parts of the backend: address and headers are always built from a preset. */
function refusePartsOfBackend(request: Request, { installation, ownEnv }: CurrentSetup): void {
  const given = {
    "--native": request.native !== undefined,
    "--secrets": request.secrets !== undefined,
    "--header": Object.keys(request.headers).length > 0,
    "--field": Object.keys(request.fields).length > 0,
  };
  const flags = Object.entries(given).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
  if (flags.length === 0) return;
  const address = ownEnv.CCOTEL_ENDPOINT;
  const endpoint =
    address === undefined ? "" : ` --endpoint ${maskUrl(address) === address ? address : "ADDRESS"}`;
  throw new UserError(`${flags.join(" and ")} can only be said together with the backend.`, {
    hint: `Give --preset ${installation?.preset ?? "generic"}${endpoint} as well.`,
  });
}
