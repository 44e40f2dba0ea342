import type { Config } from "../config/load.ts";
import type { Signal } from "../config/signals.ts";
import type { Env } from "../config/source.ts";
import { UserError } from "../config/user-error.ts";
import { type Prepared, prepare } from "../delivery/load/load.ts";
import { defined } from "../objects.ts";
import { VERSION } from "../version.ts";
import type { Input } from "./command.ts";
import type { Io } from "./io.ts";
import { flagsOf, tell } from "./load-config.ts";
import { readPriceFile } from "./price-file.ts";

/**
 * Loads the configuration of a command that sends. Run `requireSending` on the result. `instead` holds the settings of
 * another destination than the one in the user's settings; the flags `--endpoint` and `--header` do not apply to it.
 */
export async function sendingConfig(input: Input, io: Io, instead?: Env): Promise<Prepared> {
  const { endpoint, header, ...flags } = flagsOf(input, io);
  const prepared = await prepare({
    flags: instead === undefined ? { ...flags, ...defined({ endpoint, header }) } : flags,
    env: io.env,
    ...(instead === undefined ? {} : { instead }),
    otelFromEnvironment: true,
    userAgent: `ccotel/${VERSION}`,
    homeDir: io.homeDir,
  });
  readPriceFile(prepared.config.prices);
  return prepared;
}

/** Returns `prepared`. Throws a `UserError` if one of these signals is off, has an error or has no endpoint. */
export function requireSending(prepared: Prepared, wanted: readonly Signal[], io: Io): Prepared {
  refuseSwitchedOff(prepared.config, wanted);
  tell(
    prepared.problems.filter(({ signal }) => signal === undefined || wanted.includes(signal)),
    io,
  );
  if (wanted.every((signal) => prepared.sender[signal] !== undefined)) return prepared;
  throw new UserError("No endpoint is set.", {
    hint: [
      "Pass --endpoint http://localhost:4318, or set CCOTEL_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT.",
      "To print everything instead of sending it, pass --dry-run.",
    ].join("\n"),
  });
}

function refuseSwitchedOff(config: Config, wanted: readonly Signal[]): void {
  if (config.sdkDisabled) {
    throw new UserError("OTEL_SDK_DISABLED is true, so ccotel sends nothing.", {
      hint: "To send anyway, set it to false for this command.",
    });
  }
  const off = wanted.find((signal) => !config[signal].enabled);
  if (off === undefined) return;
  const variable = `CCOTEL_${off.toUpperCase()}`;
  throw new UserError(`Sending ${off} is off (${variable}).`, {
    hint: `Set ${variable}=on for this command to send them anyway.`,
  });
}
