import { type Input, type Run, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { machineOf } from "../cli/machine.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { loadPrompter, type Prompter } from "../cli/prompter.ts";
import { whileWaiting } from "../cli/waiting.ts";
import type { LoadedConfig } from "../config/load.ts";
import { UserError } from "../config/user-error.ts";
import { check } from "../doctor/checks/checks.ts";
import { describeFinding } from "../doctor/checks/message.ts";
import { gatherFacts } from "../doctor/facts/gather.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { writeNotices } from "../notify/settings.ts";
import { isAccepted } from "../otlp/outcome.ts";
import type { Probe } from "../otlp/probe.ts";
import { toJson } from "../printable.ts";
import { planChange } from "../settings/apply.ts";
import { requireWritable } from "../settings/file.ts";
import { ccotelHome } from "../settings/locations.ts";
import { configureAlso } from "../setup/also.ts";
import { applySetup, isHeadersFileSame } from "../setup/apply.ts";
import { askForSetup } from "../setup/ask.ts";
import { type CurrentSetup, readCurrentSetup } from "../setup/current.ts";
import { ANSWER, describeProbes, describeTest, NOT_ARRIVED, type Passed } from "../setup/describe-test.ts";
import { withSetupLock } from "../setup/lock.ts";
import { describeNotices, describeTests, planNotices, readNoticeFlags } from "../setup/notices.ts";
import { type Setup, setupOf } from "../setup/plan.ts";
import { type Request, readRequest } from "../setup/request.ts";
import { refuseForeignFile } from "../setup/secrets.ts";
import { describeSetup, describeWritten } from "../setup/show.ts";
import { checkBackend, configToCome } from "../setup/try-backend.ts";

/**
 * `ccotel configure`: asks where to send and what to include, or takes it from flags. Shows the change, tests it and
 * writes it.
 */
export const run: Run = async (input, io) => {
  const also = textFlag(input, "also");
  if (also !== undefined) {
    const machine = machineOf(io);
    return withSetupLock(ccotelHome(machine), () => configureAlso(also, input, machine, io));
  }
  const notices = readNoticeFlags(input, io);
  const asked = readRequest(input, io);
  const needsNoBackend =
    asked.preset === undefined && (notices !== undefined || asked.statusLine !== undefined);
  const request = needsNoBackend ? { ...asked, needsNoBackend: true as const } : asked;
  const dryRun = input.flags["dry-run"] === true;
  const json = input.flags.json === true;
  const prompter = prompterFor(input, io);
  if (prompter === undefined && !dryRun && input.flags.yes !== true) throw needsYes(input);

  const machine = machineOf(io);
  const tries = input.flags["no-check"] !== true;
  const configure = async () => {
    const plan =
      notices === undefined ? undefined : await planNotices(notices, { tries: tries && !dryRun }, machine);
    if (plan !== undefined && !json) await write(io.stdout, describeTests(plan));
    if (plan?.tests.some(({ posted }) => !posted.isAccepted)) {
      await write(io.stderr, `${NOT_ARRIVED}\n`);
      return 1;
    }
    const alsoWrite = () => {
      if (plan !== undefined) writeNotices({ root: ccotelHome(machine) }, plan.settings);
    };
    const exitCode = await setUp({ request, prompter, dryRun, json, tries, alsoWrite }, machine, io);
    if (exitCode !== 0 || plan === undefined) return exitCode;
    if (!json) await write(io.stdout, `${describeNotices(plan.settings).join("\n")}\n`);
    return 0;
  };
  return dryRun ? configure() : withSetupLock(ccotelHome(machine), configure);
};

interface SetupRun {
  readonly request: Request;
  readonly prompter: Prompter | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Whether to send a test before writing anything. */
  readonly tries: boolean;
  /** Writes what belongs to the setup besides the settings and programs. */
  readonly alsoWrite: () => void;
}

/** Reads the current state, plans the change, shows it, tests it and writes it. Returns the exit code. */
async function setUp(run: SetupRun, machine: Machine, io: Io): Promise<number> {
  const { request, prompter, dryRun, json, tries, alsoWrite } = run;
  const current = await readCurrentSetup(machine);
  const isAsked = prompter !== undefined && request.needsNoBackend !== true;
  const answered = isAsked ? await askForSetup(request, current, prompter) : request;
  if (answered === undefined) return nothingChanged(io);
  const plan = await planSetup(answered, current);
  const { setup, diff, loaded, isSame } = plan;

  if (!json) await write(io.stdout, `${describeSetup(setup, loaded, current)}\n${painted(diff, io)}`);
  for (const { severity, message } of setup.problems) await remark(severity, message, io);
  const facts = {
    diff,
    settings: current.settingsPath,
    preset: setup.preset?.name,
    problems: setup.problems,
  };
  if (dryRun) return json ? printJson(io, { changed: false, ...facts }) : 0;

  if (diff !== "") await requireWritable(current.settingsPath);
  const probes =
    tries && request.needsNoBackend !== true
      ? await whileWaiting(ANSWER, checkBackend(loaded, setup, current, { sends: !isSame }), io)
      : [];
  if (!json) await write(io.stdout, describeProbes(probes, answered));
  const exitCode = await confirmed(probes, plan, { ...run, request: answered }, io);
  if (exitCode !== undefined) return exitCode;

  const written = await applySetup(setup, current, io);
  alsoWrite();
  const findings = await obstacles(current);
  if (json) {
    const changed = written.settings !== undefined;
    const checks = probes.map(({ signal, url, outcome }) => ({
      signal,
      kind: outcome.kind,
      message: describeTest(outcome, url, answered),
    }));
    return printJson(io, { changed, ...facts, written, checks, findings });
  }
  const isStopped = findings.some(({ severity, code }) => severity === "error" && !/^native-/.test(code));
  await write(io.stdout, describeWritten(written, setup, loaded, isStopped, io));
  for (const { severity, say, do: remedy } of findings) await remark(severity, `${say} ${remedy}`, io);
  return 0;
}

interface Plan {
  readonly setup: Setup;
  /** The change of the settings file. */
  readonly diff: string;
  /** The configuration after the change. */
  readonly loaded: LoadedConfig;
  /** Nothing would change. */
  readonly isSame: boolean;
}

async function planSetup(request: Request, current: CurrentSetup): Promise<Plan> {
  const setup = setupOf(request, current);
  refuseForeignFile(setup.headersFile, current);
  const { diff, after } = await planChange({ path: current.settingsPath, home: current.home }, setup.change);
  const loaded = configToCome(after, setup, current);
  return { setup, diff, loaded, isSame: diff === "" && (await isHeadersFileSame(setup)) };
}

/** Asks whether to write the setup. Returns undefined if it is to be written, otherwise the exit code. */
async function confirmed(
  probes: readonly Probe[],
  { isSame }: Plan,
  { request, prompter, json }: SetupRun,
  io: Io,
): Promise<number | undefined> {
  const refused = probes.filter(({ outcome }) => !isAccepted(outcome));
  if (refused.length > 0) {
    const isAgreed = await prompter?.agree("The test did not arrive. Save the settings anyway?", false);
    return isAgreed ? undefined : notSaved(refused, request, io, json);
  }
  if (prompter === undefined || isSame || (await prompter.agree("Write this?", true))) return undefined;
  return nothingChanged(io);
}

/** Returns a prompter if a terminal is connected and neither `--yes` nor `--json` is set. */
function prompterFor(input: Input, io: Io): Prompter | undefined {
  const { stdin, stderr } = io.isTerminal;
  return stdin && stderr && input.flags.yes !== true && input.flags.json !== true
    ? loadPrompter(io)
    : undefined;
}

function needsYes(input: Input): UserError {
  if (input.flags.json === true) {
    return new UserError("configure --json asks no questions, so it needs flags.", {
      hint: "Pass --yes to write, or --dry-run to see the change.",
    });
  }
  const named = input.flags.preset !== undefined || input.flags.endpoint !== undefined;
  const how = named ? "run the same command with --yes." : "ccotel configure --preset otel-collector --yes";
  return new UserError(
    "configure asks before it changes your settings, and there is no terminal to ask at.",
    {
      hint: [
        `Say yes beforehand: ${how}`,
        "--preset NAME or --endpoint URL say where to send, --content none|details|full which content.",
        "--dry-run shows the change and writes nothing. All flags: ccotel configure --help",
      ].join("\n"),
    },
  );
}

async function nothingChanged(io: Io): Promise<number> {
  await write(io.stderr, "Nothing was changed.\n");
  return 1;
}

async function notSaved(refused: readonly Probe[], passed: Passed, io: Io, json: boolean): Promise<number> {
  const rest = [...new Set(refused.map(({ signal }) => signal))].filter((signal) => signal !== "traces");
  const only = rest.length > 0 && refused.every(({ signal }) => signal !== "traces");
  const lines = [
    ...(json ? refused.map(({ url, outcome }) => describeTest(outcome, url, passed)) : []),
    NOT_ARRIVED,
    ...(only
      ? [
          `If this backend accepts no ${rest.join(" and ")}, pass ${rest.map((one) => `--${one} off`).join(" ")}.`,
        ]
      : []),
  ];
  await write(io.stderr, `${lines.join("\n")}\n`);
  return 1;
}

/** Finds what still stops telemetry after the setup: another settings scope, a policy, a mode. */
async function obstacles({ place }: CurrentSetup) {
  const facts = await gatherFacts(place);
  return check(facts)
    .filter(({ severity, code }) => severity !== "note" && code !== "hooks-off-mode")
    .map((finding) => ({ ...finding, ...describeFinding(finding) }));
}

async function remark(severity: "error" | "warning" | "note", message: string, io: Io): Promise<void> {
  const { paint } = styleOf(io);
  const head = severity === "note" ? "Note:" : paint("red", severity === "error" ? "Error:" : "Warning:");
  await write(io.stderr, `${head} ${message}\n`);
}

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

async function printJson(io: Io, value: object): Promise<number> {
  await write(io.stdout, toJson({ schema: SCHEMA, ...value }, 2));
  return 0;
}

function painted(diff: string, io: Io): string {
  if (diff === "") return "";
  const { paint } = styleOf(io);
  const style = (line: string) =>
    line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : line.startsWith("@@") ? "dim" : undefined;
  return `${diff
    .split("\n")
    .map((line) => paint(style(line), line))
    .join("\n")}\n`;
}
