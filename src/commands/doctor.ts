import type { Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { machineOf } from "../cli/machine.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { whileWaiting } from "../cli/waiting.ts";
import { prepare } from "../delivery/load/load.ts";
import { check } from "../doctor/checks/checks.ts";
import { describeFinding } from "../doctor/checks/message.ts";
import { measureClockSkew } from "../doctor/facts/clock.ts";
import { prepareFurther } from "../doctor/facts/further-facts.ts";
import { gatherFacts } from "../doctor/facts/gather.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import type { Finding, Severity } from "../doctor/finding.ts";
import { describeOutcome } from "../otlp/describe.ts";
import { type Probe, sendProbes, testResource } from "../otlp/probe.ts";
import { toJson } from "../printable.ts";
import type { PaintStyle } from "../report/text/paint.ts";
import { wrap } from "../report/text/wrap.ts";
import { readInstallation } from "../settings/installation/read-installation.ts";
import { ccotelHome } from "../settings/locations.ts";
import { ANSWER } from "../setup/describe-test.ts";
import { homeAt } from "../state/home.ts";
import { plural } from "../units.ts";
import { VERSION } from "../version.ts";
import { readDeliveryStatus } from "./reading/delivery-status.ts";

/** `ccotel doctor`: checks everything, sends a test, and prints what is wrong and what to do about it. */
export const run: Run = async (input, io) => {
  const machine = machineOf(io);
  const sends = input.flags["no-send"] !== true;
  const userAgent = `ccotel/${VERSION}`;
  const prepared = await prepare({
    env: machine.env,
    otelFromEnvironment: false,
    userAgent,
    homeDir: io.homeDir,
  });
  const home = homeAt(ccotelHome(machine));
  const further = await prepareFurther(home.root, { env: machine.env, homeDir: io.homeDir, userAgent });
  const tested = sends ? [prepared, ...further.map((one) => one.prepared)] : [];
  const answers = Promise.all(tested.map((one) => (one.readiness === "ready" ? probe(one, machine) : [])));
  const probes = (await whileWaiting(ANSWER, answers, io)).flat();
  const clockUrl = probes[0]?.url;
  const observed = await gatherFacts(machine, {
    sendingProblems: prepared.sendingProblems,
    further,
    probes,
    clockSkewMs: clockUrl === undefined ? undefined : await measureClockSkew(clockUrl),
  });
  const { delivery } = readDeliveryStatus(observed, prepared.config, machine);
  const facts = { ...observed, delivery };
  const findings = check(facts);
  const exitCode = findings.some(({ severity }) => severity === "error") ? 1 : 0;
  const text =
    input.flags.json === true ? jsonOf(findings, probes) : toText(distinct(findings), probes, sends, io);
  await write(io.stdout, text);
  return exitCode;
};

async function probe({ config, sender }: Awaited<ReturnType<typeof prepare>>, machine: Machine) {
  const installation = await readInstallation(ccotelHome(machine));
  return sendProbes(sender, testResource(config, installation?.serviceInstanceId), machine.nowMs);
}

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

function jsonOf(findings: readonly Finding[], probes: readonly Probe[]): string {
  const answers = probes.map(({ signal, url, outcome }) => ({
    signal,
    kind: outcome.kind,
    message: describeOutcome(outcome, url, true),
  }));
  const described = findings.map((finding) => ({ ...finding, ...describeFinding(finding) }));
  return toJson({ schema: SCHEMA, findings: described, probes: answers }, 2);
}

const STYLES: Readonly<Record<Severity, PaintStyle>> = { error: "red", warning: "bold", note: "dim" };

function toText(findings: readonly Finding[], probes: readonly Probe[], sent: boolean, io: Io): string {
  const { paint, columns } = styleOf(io);
  const width = Math.min(columns, 100) - 2;
  const block = (text: string) => wrap(text, width).map((line) => `  ${line}`);
  const lines = probes.map(
    ({ signal, url, outcome }) => `Test of ${signal}: ${describeOutcome(outcome, url, true)}`,
  );
  if (lines.length > 0) lines.push("");
  for (const finding of findings) {
    const { say, do: remedy } = describeFinding(finding);
    const { severity, code } = finding;
    lines.push(`${paint(STYLES[severity], severity)} ${code}`, ...block(say), ...block(`→ ${remedy}`), "");
  }
  return `${[...lines, verdict(findings, probes, sent)].join("\n")}\n`;
}

/** Without findings that read the same: an address where nothing listens fails each signal alike. */
function distinct(findings: readonly Finding[]): Finding[] {
  const said = findings.map((finding) => describeFinding(finding).say);
  return findings.filter((_, index) => said.indexOf(said[index] as string) === index);
}

function verdict(findings: readonly Finding[], probes: readonly Probe[], sent: boolean): string {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  if (findings.length === 0) {
    if (probes.length > 0) return "No problems found; the backend accepted the test.";
    return sent ? "Nothing is wrong." : "No problems found (no test was sent).";
  }
  const parts = (["error", "warning", "note"] as const)
    .filter((severity) => count(severity) > 0)
    .map((severity) => plural(count(severity), severity));
  return `${parts.join(", ")}. docs/reference/doctor.md has more about each.`;
}
