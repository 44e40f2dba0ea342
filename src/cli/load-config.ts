import { readSettingsEnv } from "../config/claude/settings-env.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { signalOptions } from "../config/options/options.ts";
import type { Problem } from "../config/problem.ts";
import type { Flags } from "../config/source.ts";
import { UserError } from "../config/user-error.ts";
import type { Input } from "./command.ts";
import { withValuesFromFiles } from "./from-file.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/**
 * Loads the configuration of a command that only reads. Ignores problems with the settings of sending. Throws a
 * `UserError` for any other bad value. Prints warnings and notes on stderr.
 */
export function readingConfig(input: Input, io: Io): Config {
  const settings = readSettingsEnv(io);
  if (settings.problem !== undefined) void say(io, "stderr", settings.problem);
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

/** Drops flags without a value: a command's own flag may share the name of an option, as in `export --metrics`. */
export function flagsOf({ flags }: Input, io: Io): Flags {
  const valued = Object.entries(flags).filter(([, value]) => value !== true);
  const { header } = flags;
  return {
    ...Object.fromEntries(valued),
    ...(Array.isArray(header) ? { header: withValuesFromFiles(header, io) } : {}),
  };
}

/** Throws one `UserError` with all errors. Prints warnings and notes on stderr. */
export function tell(problems: readonly Problem[], io: Io): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new UserError(errors.map(({ message }) => message).join("\n"));
  for (const { message } of problems) void say(io, "stderr", message);
}
