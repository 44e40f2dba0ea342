import { type Input, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { requireSending, sendingConfig } from "../../cli/load-sending.ts";
import { machineOf } from "../../cli/machine.ts";
import { say } from "../../cli/say.ts";
import type { Config } from "../../config/load.ts";
import type { Signal } from "../../config/signals.ts";
import type { Env } from "../../config/source.ts";
import { maskUrl } from "../../config/text/secret.ts";
import { UserError } from "../../config/user-error.ts";
import type { ExportRequest } from "../../delivery/export/export-work.ts";
import { configOf, type Prepared } from "../../delivery/load/load.ts";
import { readInstallation } from "../../settings/installation/read-installation.ts";
import { ccotelHome } from "../../settings/locations.ts";
import { destinationUrl, keyOf } from "../../state/destinations/destination-place.ts";
import { furtherFault, readFurther } from "../../state/destinations/further.ts";

/** A destination that an export sends to. */
export interface Target {
  /** Its address with secrets masked. */
  endpoint: string;
  prepared: Prepared;
  role: NonNullable<ExportRequest["role"]>;
}

/** A destination that is set up: by the settings (`instead` is then undefined) or by `configure --also`. */
interface SetUp {
  preset?: string | undefined;
  endpoint: string;
  key?: string | undefined;
  instead?: Env;
}

/**
 * Returns the destinations of an export: the one in the settings and those that `configure --also` added. `--to`
 * chooses among them. `--endpoint` replaces them. `faults` is the number of destinations that cannot be used; each has
 * a message on stderr. Throws a `UserError` if there is nothing to send to.
 */
export async function targetsOf(input: Input, io: Io): Promise<{ targets: Target[]; faults: number }> {
  const to = textFlag(input, "to");
  const setUp = await setUpDestinations(io);
  if (input.flags.endpoint !== undefined) {
    if (to === undefined) return { faults: 0, targets: [await named(input, io, setUp)] };
    throw new UserError(
      "--to chooses one of the configured destinations, but --endpoint names another one.",
      {
        hint: "Leave one of the two out.",
      },
    );
  }
  const chosen = to === undefined ? setUp : setUp.filter((one) => isNamedBy(to, one));
  if (to !== undefined && chosen.length === 0) {
    const known = setUp.map(({ endpoint, preset }) =>
      preset === undefined ? endpoint : `${endpoint} (${preset})`,
    );
    throw new UserError(`--to is "${to}", but that is no destination of yours.`, {
      hint: `Name one by its preset or by a part of its address: ${known.join(", ") || "none is set up yet"}.`,
    });
  }
  const targets: Target[] = [];
  let faults = await tellUnread(to, io);
  let usual: Prepared | undefined;
  for (const { instead, endpoint } of chosen) {
    const isOneOfMany = chosen.length > 1;
    try {
      const prepared = await sendingConfig(input, io, instead);
      if (instead === undefined) usual = prepared;
      const wanted = exported(prepared.config, input, isOneOfMany);
      if (isOneOfMany && wanted.length === 0) continue;
      requireSending(prepared, wanted, io);
      targets.push(targetOf(prepared, instead === undefined ? "usual" : "further"));
    } catch (error) {
      // A fault in an added destination does not stop the others.
      if (!(error instanceof UserError) || instead === undefined || !isOneOfMany) throw error;
      await say(io, "stderr", `Nothing was sent to ${endpoint}. ${error.message}`);
      faults++;
    }
  }
  // No destination accepts any of these signals. The usual destination then throws the error that says why.
  return { faults, targets: targets.length > 0 ? targets : [await named(input, io, setUp, usual)] };
}

/**
 * Prints a message if the file of added destinations cannot be read. Returns the number of faults. With `--to` it does
 * neither.
 */
async function tellUnread(to: string | undefined, io: Io): Promise<number> {
  const fault = to === undefined ? furtherFault({ root: ccotelHome(machineOf(io)) }) : undefined;
  if (fault === undefined) return 0;
  await say(io, "stderr", fault);
  return 1;
}

/** Returns the signals that an export sends: spans and log records if they are on, and metrics with `--metrics`. */
function exported({ traces, metrics, logs }: Config, { flags }: Input, isOneOfMany: boolean): Signal[] {
  const counts = flags.metrics === true && (metrics.enabled || !isOneOfMany);
  const wanted: Signal[] = [
    ...(traces.enabled ? (["traces"] as const) : []),
    ...(logs.enabled ? (["logs"] as const) : []),
    ...(counts ? (["metrics"] as const) : []),
  ];
  return wanted.length > 0 || isOneOfMany ? wanted : ["traces"];
}

/** Returns the destination that flags and settings name. It may be one that workers do not send to. */
async function named(
  input: Input,
  io: Io,
  setUp: readonly SetUp[],
  usual?: Prepared | undefined,
): Promise<Target> {
  const prepared = usual ?? (await sendingConfig(input, io));
  requireSending(prepared, exported(prepared.config, input, false), io);
  const known = setUp.find(({ key }) => key === keyOf(prepared));
  const role = known === undefined ? "elsewhere" : known.instead === undefined ? "usual" : "further";
  return targetOf(prepared, role);
}

function targetOf(prepared: Prepared, role: Target["role"]): Target {
  const { traces, logs, metrics } = prepared.sender;
  return { endpoint: maskUrl((traces ?? logs ?? metrics)?.url ?? ""), prepared, role };
}

async function setUpDestinations(io: Io): Promise<SetUp[]> {
  const root = ccotelHome(machineOf(io));
  const preset = (await readInstallation(root))?.preset;
  const all = [
    describe({ preset }, io),
    ...readFurther({ root }).map(({ preset, env }) => describe({ preset, instead: env }, io)),
  ];
  // As in the worker, settings that lead to the same place are one destination. The first one's settings apply.
  return all.filter(
    ({ key }, index) => key === undefined || all.findIndex((one) => one.key === key) === index,
  );
}

function describe(one: Pick<SetUp, "preset" | "instead">, { env, homeDir }: Io): SetUp {
  const { instead } = one;
  const common = { env, homeDir, otelFromEnvironment: true };
  const config = configOf(instead === undefined ? common : { ...common, instead });
  return { ...one, key: keyOf({ config }), endpoint: maskUrl(destinationUrl(config) ?? "no endpoint") };
}

function isNamedBy(words: string, { preset, endpoint }: SetUp): boolean {
  const wanted = words.toLowerCase();
  return preset === wanted || endpoint.toLowerCase().includes(wanted);
}
