import { existsSync } from "node:fs";
import type { TraceScope } from "../choices.ts";
import type { Input } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { write } from "../cli/output.ts";
import { whileWaiting } from "../cli/waiting.ts";
import { destinationEnv } from "../config/destination-env.ts";
import { maskUrl } from "../config/text/secret.ts";
import { UserError } from "../config/user-error.ts";
import { configOf, type LoadInput, type Prepared, prepare } from "../delivery/load/load.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { defined } from "../objects.ts";
import { isAccepted } from "../otlp/outcome.ts";
import { sendProbes, testResource } from "../otlp/probe.ts";
import { readInstallation } from "../settings/installation/read-installation.ts";
import { ccotelHome } from "../settings/locations.ts";
import { type Preset, pageOf } from "../settings/presets/preset.ts";
import { resolvePreset } from "../settings/presets/resolve.ts";
import { destinationUrl, keyOf } from "../state/destinations/destination-place.ts";
import {
  type FurtherDestination,
  furtherFault,
  furtherFile,
  readFurther,
  writeFurther,
} from "../state/destinations/further.ts";
import { VERSION } from "../version.ts";
import { ANSWER, describeProbes, NOT_ARRIVED } from "./describe-test.ts";
import { type Request, readRequest } from "./request.ts";
import { certificatesIn } from "./worker-env.ts";

/** Flags for all destinations or for the settings file. `--also` changes neither. */
const NOT_ALSO = ["preset", "content", "redact", "native", "secrets", "plugin", "findings", "deny", "json"];

/**
 * `configure --also PRESET`: adds a backend to which sessions are sent as well. `off` removes all added backends. Does
 * not change the settings file. Returns the exit code.
 */
export async function configureAlso(name: string, input: Input, machine: Machine, io: Io): Promise<number> {
  refuseOtherFlags(input);
  const root = ccotelHome(machine);
  const installation = await readInstallation(root);
  if (installation === undefined) {
    throw new UserError("ccotel is not set up here yet, so there is nothing to add to.", {
      hint: "Run ccotel configure first.",
    });
  }
  if (name === "off") return removeAll(root, input, io);
  const passed = readPassed(name, input, io);
  const added = further(passed, io, configOf(loadInput(machine)).traceScope);
  const prepared = await preparedFor(added, machine);
  const isDryRun = input.flags["dry-run"] === true;
  if (input.flags["no-check"] !== true && !isDryRun) {
    const resource = testResource(prepared.config, installation.serviceInstanceId);
    const answers = sendProbes(prepared.sender, resource, machine.nowMs);
    const probes = await whileWaiting(ANSWER, answers, io);
    await write(io.stdout, describeProbes(probes, passed));
    if (probes.some(({ outcome }) => !isAccepted(outcome))) {
      await write(io.stderr, `${NOT_ARRIVED}\n`);
      return 1;
    }
  }
  const all = [...othersThan(prepared, machine), added];
  const where = maskUrl(destinationUrl(prepared.config) ?? "");
  if (isDryRun) {
    await write(io.stdout, `Sessions would also be sent to ${where}. Nothing was changed.\n`);
    return 0;
  }
  writeFurther({ root }, all);
  await write(io.stdout, `Sessions are also sent to ${where} from now on (${furtherFile({ root })}).\n`);
  return 0;
}

function refuseOtherFlags({ flags }: Input): void {
  const wrong = NOT_ALSO.find((flag) => flags[flag] !== undefined);
  if (wrong === undefined) return;
  throw new UserError(`--${wrong} does not go with --also, which adds a destination and nothing else.`, {
    hint: "Set it up with a configure of its own.",
  });
}

/** The added destinations so far, without one that leads to the same backend. Throws if their file cannot be read. */
function othersThan(prepared: Prepared, machine: Machine): FurtherDestination[] {
  const root = ccotelHome(machine);
  const fault = furtherFault({ root });
  if (fault !== undefined) {
    throw new UserError(`${fault} Nothing was changed, so that none of them is lost.`, {
      hint: "Correct the file, or run ccotel configure --also off, which removes all additional destinations.",
    });
  }
  const key = keyOf(prepared);
  return readFurther({ root }).filter(
    (known) => keyOf({ config: configOf(loadInput(machine, known)) }) !== key,
  );
}

function readPassed(name: string, input: Input, io: Io): Request & { readonly preset: Preset } {
  const { also: _, ...flags } = input.flags;
  const { preset, ...rest } = readRequest({ ...input, flags: { ...flags, preset: name } }, io);
  if (preset === undefined) throw new UserError("--also needs the name of a preset.");
  return { ...rest, preset };
}

function further(passed: ReturnType<typeof readPassed>, io: Io, usual: TraceScope): FurtherDestination {
  const { preset, endpoint, fields, headers, traceScope, metrics, logs } = passed;
  const resolved = resolvePreset(preset, {
    fields,
    headers,
    // The file belongs to ccotel, and only its owner can read it.
    secrets: { kind: "settings" },
    native: [],
    ...defined({ endpoint, traceScope, metrics, logs }),
  });
  const errors = resolved.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    throw new UserError(errors.map(({ message }) => message).join("\n"), {
      hint: `Nothing was changed. About ${preset.title}: ${pageOf(preset)}`,
    });
  }
  // Log records carry the trace ids of the first destination, so use its trace scope.
  const takesScope = !preset.signals.includes("traces") && traceScope === undefined && usual === "turn";
  const scope = takesScope ? { CCOTEL_TRACE_SCOPE: usual } : {};
  const env = destinationEnv({ ...resolved.env, ...certificatesIn(io.env), ...scope });
  return { preset: preset.name, env: env as Record<string, string> };
}

/** Returns the input for the first destination, or for the added one. */
function loadInput({ env, homeDir }: Machine, added?: FurtherDestination): LoadInput {
  const input = { env, homeDir, otelFromEnvironment: false };
  return added === undefined ? input : { ...input, instead: added.env };
}

async function preparedFor(added: FurtherDestination, machine: Machine): Promise<Prepared> {
  const prepared = await prepare({ ...loadInput(machine, added), userAgent: `ccotel/${VERSION}` });
  const errors = prepared.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new UserError(errors.map(({ message }) => message).join("\n"));
  return prepared;
}

async function removeAll(root: string, input: Input, io: Io): Promise<number> {
  const known = existsSync(furtherFile({ root })) ? readFurther({ root }) : [];
  const isDamaged = furtherFault({ root }) !== undefined;
  if ((known.length > 0 || isDamaged) && input.flags["dry-run"] !== true) writeFurther({ root }, []);
  const names = [
    ...known.map(({ preset }) => preset),
    ...(isDamaged ? ["those that could not be read"] : []),
  ];
  const said =
    names.length === 0 ? "There was no additional destination." : `No longer sent to: ${names.join(", ")}.`;
  await write(io.stdout, `${said}\n`);
  return 0;
}
