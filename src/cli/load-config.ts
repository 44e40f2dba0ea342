import { readSettingsEnv } from "../config/claude/settings-env.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { signalOptions } from "../config/options/options.ts";
import type { Problem } from "../config/problem.ts";
import type { Signal } from "../config/signals.ts";
import type { Env, Flags } from "../config/source.ts";
import { UserError } from "../config/user-error.ts";
import { type Prepared, prepare } from "../delivery/load/load.ts";
import { defined } from "../objects.ts";
import { VERSION } from "../version.ts";
import type { Input } from "./command.ts";
import { withValuesFromFiles } from "./from-file.ts";
import type { Io } from "./io.ts";
import { write } from "./output.ts";
import { readPriceFile } from "./price-file.ts";

/**
 * The configuration of a command that only reads: what is wrong about sending does not matter to it. Any other bad value
 * stops it, and what was worked around is said on stderr.
 */
export function readingConfig(input: Input, io: Io): Config {
  const settings = readSettingsEnv(io);
  if (settings.problem !== undefined) void write(io.stderr, `${settings.problem}\n`);
  const { config, problems } = loadConfig({
    flags: flagsOf(input, io),
    env: io.env,
    managedEnv: settings.managedEnv,
    settingsEnv: settings.env,
    otelFromEnvironment: true,
    homeDir: io.homeDir,
  });
  tell(
    problems.filter(({ key }) => !(key in signalOptions)),
    io,
  );
  return config;
}

/**
 * What a command that sends needs, before `requireSending` has looked at it. `instead`: settings of another destination
 * than the one that the user's settings name. Flags that name a destination are not about that one.
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

/** Throws unless what these signals need is complete and without faults. */
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

/** A command's own flag may be called like one of the option table and have no value: `export --metrics`. */
function flagsOf({ flags }: Input, io: Io): Flags {
  const valued = Object.entries(flags).filter(([, value]) => value !== true);
  const { header } = flags;
  return {
    ...Object.fromEntries(valued),
    ...(Array.isArray(header) ? { header: withValuesFromFiles(header, io) } : {}),
  };
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

/** Throws what must be repaired first, all of it at once; says the rest on stderr. */
function tell(problems: readonly Problem[], io: Io): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new UserError(errors.map(({ message }) => message).join("\n"));
  for (const { message } of problems) void write(io.stderr, `${message}\n`);
}
