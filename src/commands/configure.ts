import { type Input, type Run, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { machineOf } from "../cli/machine.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { loadPrompter, type Prompter } from "../cli/prompter.ts";
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
import { readStanding, type Standing } from "../setup/current.ts";
import { describeProbes, describeTest, NOT_ARRIVED, type Passed } from "../setup/describe-test.ts";
import { alone } from "../setup/lock.ts";
import { describeNotices, describeTests, planNotices, readNoticeWish } from "../setup/notices.ts";
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
    return alone(ccotelHome(machine), () => configureAlso(also, input, machine, io));
  }
  const notices = readNoticeWish(input, io);
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
  return dryRun ? configure() : alone(ccotelHome(machine), configure);
};

interface Wishes {
  readonly request: Request;
  readonly prompter: Prompter | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Whether to send a test before writing anything. */
  readonly tries: boolean;
  /** Writes what belongs to the setup besides the settings and programs. */
  readonly alsoWrite: () => void;
}

/** Reads the current state, plans the change, shows it, tests it and writes it. */
async function setUp(
  { request, prompter, dryRun, json, tries, alsoWrite }: Wishes,
  machine: Machine,
  io: Io,
): Promise<number> {
  const standing = await readStanding(machine);
  const isAsked = prompter !== undefined && request.needsNoBackend !== true;
  const answered = isAsked ? await askForSetup(request, standing, prompter) : request;
  if (answered === undefined) return left(io);
  const setup = setupOf(answered, standing);
  refuseForeignFile(setup.headersFile, standing);
  const target = { path: standing.settingsPath, home: standing.home };
  const plan = await planChange(target, setup.change);
  const loaded = configToCome(plan.after, setup, standing);
  const same = plan.diff === "" && (await isHeadersFileSame(setup));

  if (!json) await write(io.stdout, `${describeSetup(setup, loaded, standing)}\n${painted(plan.diff, io)}`);
  for (const { severity, message } of setup.problems) await remark(severity, message, io);
  if (dryRun) return json ? printJson(io, { changed: false, diff: plan.diff, ...told(setup, standing) }) : 0;

  if (plan.diff !== "") await requireWritable(standing.settingsPath);
  const probes =
    tries && request.needsNoBackend !== true
      ? await checkBackend(loaded, setup, standing, { sends: !same })
      : [];
  if (!json) await write(io.stdout, describeProbes(probes, answered));
  const refused = probes.filter(({ outcome }) => !isAccepted(outcome));
  if (
    refused.length > 0 &&
    !(await prompter?.agree("The test did not arrive. Save the settings anyway?", false))
  ) {
    return notSaved(refused, answered, io, json);
  }
  if (prompter !== undefined && refused.length === 0 && !same) {
    if (!(await prompter.agree("Write this?", true))) return left(io);
  }
  const written = await applySetup(setup, standing, io);
  alsoWrite();
  const findings = await obstacles(standing);
  if (json) {
    const checks = probes.map(({ signal, url, outcome }) => ({
      signal,
      kind: outcome.kind,
      message: describeTest(outcome, url, answered),
    }));
    const changed = written.settings !== undefined;
    return printJson(io, { changed, diff: plan.diff, ...told(setup, standing), written, checks, findings });
  }
  const isStopped = findings.some(({ severity }) => severity === "error");
  await write(io.stdout, describeWritten(written, setup, loaded, isStopped, io));
  for (const { severity, say, do: remedy } of findings) await remark(severity, `${say} ${remedy}`, io);
  return 0;
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

async function left(io: Io): Promise<number> {
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
async function obstacles({ place }: Standing) {
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

function told({ preset, problems }: Setup, { settingsPath }: Standing) {
  return { settings: settingsPath, preset: preset?.name, problems };
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
