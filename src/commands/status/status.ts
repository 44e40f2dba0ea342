import type { Run } from "../../cli/command.ts";
import { machineOf } from "../../cli/machine.ts";
import { write } from "../../cli/output.ts";
import { createProgress } from "../../cli/progress.ts";
import { readSettingsEnv } from "../../config/claude/settings-env.ts";
import { loadConfig, readiness } from "../../config/load.ts";
import { settingRows } from "../../config/show.ts";
import { countEvents } from "../../doctor/facts/delivery-facts.ts";
import { gatherFacts } from "../../doctor/facts/gather.ts";
import {
  deniedByUs,
  installedForms,
  isInstalled,
  nativeSignals,
  statusLinesOfUs,
} from "../../doctor/facts/installed-facts.ts";
import { toJson } from "../../printable.ts";
import { ccotelHome } from "../../settings/locations.ts";
import { homeAt } from "../../state/home.ts";
import { plural } from "../../units.ts";
import { VERSION } from "../../version.ts";
import { readDeliveryStatus } from "../reading/delivery-status.ts";
import { drawStatus, type Status } from "./status-text.ts";

/** The number of sessions to show. `backlog` counts all of them. */
const RECENT = 10;

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** `ccotel status`: what is set up, by whom, and what happened to the data to send. */
export const run: Run = async (input, io) => {
  const machine = machineOf(io);
  const home = homeAt(ccotelHome(machine));
  const settings = readSettingsEnv({ env: io.env, homeDir: io.homeDir });
  const loaded = loadConfig({
    env: io.env,
    managedEnv: settings.managedEnv,
    settingsEnv: settings.env,
    headersHelper: settings.headersHelper,
    homeDir: io.homeDir,
  });
  const facts = await gatherFacts(machine);
  const { installation, client } = facts;
  const progress = createProgress(io);
  const { destinations, sessions, delivery } = readDeliveryStatus(
    facts,
    loaded.config,
    machine,
    (done, total) => progress.show(done / total, `${done} of ${plural(total, "session")}`),
  );
  progress.clear();
  const status: Status = {
    version: VERSION,
    node: process.version,
    client: client?.join("."),
    home: home.root,
    settingsPath: facts.userSettingsPath,
    installed: installedForms(facts),
    programs: installation?.version,
    // What is left after an uninstall names the former one.
    preset: installation?.version === undefined ? undefined : installation.preset,
    further: facts.further,
    readiness: readiness(loaded),
    settings: settingRows(loaded),
    problems: [
      ...(settings.problem ? [settings.problem] : []),
      ...[...loaded.problems, ...facts.sendingProblems, ...facts.furtherProblems].map(
        ({ message }) => message,
      ),
    ],
    denied: deniedByUs(facts),
    statusLines: statusLinesOfUs(facts),
    native: nativeSignals(facts),
    backlog: {
      sessions: delivery.pendingSessions,
      turns: sessions.reduce((sum, { pending }) => sum + pending.turns, 0),
      bytes: delivery.pendingBytes,
      sinceMs: delivery.oldestPendingMs,
      events: isInstalled(facts) ? countEvents(home) : 0,
    },
    lastSuccessMs: delivery.lastSuccessMs,
    lastFailure: delivery.lastFailure,
    troubles: delivery.troubles,
    expiring: delivery.expiring,
    fault: delivery.fault,
    destinations,
    rejectedSpans: delivery.rejectedSpans,
    unpricedModels: delivery.unpricedModels,
    notices: facts.notices,
    sessionCount: sessions.length,
    sessions: sessions.slice(0, RECENT).map(({ hasNoTranscript: _, ...session }) => session),
  };
  await write(
    io.stdout,
    input.flags.json === true
      ? toJson({ schema: SCHEMA, ...status }, 2)
      : drawStatus(status, io, input.flags.all === true),
  );
  return 0;
};
