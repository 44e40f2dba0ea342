import { type Command, flagOf } from "../cli/command.ts";
import { PRESETS } from "../settings/presets/presets.ts";

const json = { name: "json", meaning: "The same as one JSON object, for machines." };

/** The commands that set ccotel up, look after it, and take it away again. */
export const setupCommands: readonly Command[] = [
  {
    name: "configure",
    summary: "sets Claude Code up so that its sessions are sent to your backend",
    usage: [
      "[--preset NAME] [--endpoint URL] [--field NAME=VALUE]… [--header K=V]… [--content none|details|full] [--native metrics,logs,traces|off] [--trace-scope session|turn] [--metrics on|off] [--secrets PLACE] [--plugin] [--yes] [--no-check] [--dry-run] [--json]",
    ],
    about: [
      "Without flags it asks two questions: where to send, and what may leave. It shows the change, sends a test, writes your settings.json (with a backup beside it) and copies what hooks run to ~/.ccotel/bin. Running it again changes nothing more; without a backend it keeps the one that is set up and brings programs and hooks up to date.",
      `Presets: ${PRESETS.map(({ name }) => name).join(", ")}.`,
    ],
    flags: [
      { name: "preset", takes: "NAME", meaning: "The backend: its address, headers and habits." },
      {
        name: "also",
        takes: "NAME",
        meaning:
          "One more backend that every session is sent to, beside the one that is set up; off takes all further ones away.",
      },
      flagOf("endpoint"),
      {
        name: "field",
        takes: "NAME=VALUE",
        repeated: true,
        meaning: "What a preset needs to know, such as apiKey=…; NAME=@FILE takes it from a file.",
      },
      {
        name: "header",
        takes: "K=V",
        repeated: true,
        meaning: "A header of each request, kept as a secret; K=@FILE takes its value from a file.",
      },
      flagOf("content"),
      flagOf("redact"),
      {
        name: "native",
        takes: "SIGNALS",
        meaning:
          "What Claude Code's own telemetry sends there, too: metrics,logs,traces or off. Default: metrics where the backend takes them and wants no token.",
      },
      flagOf("traceScope"),
      flagOf("metrics"),
      {
        name: "secrets",
        takes: "PLACE",
        meaning:
          "Where headers with a token go: file (mode 0600, in ~/.ccotel), file:PATH, settings (plain text), env (from CCOTEL_HEADERS, as it is now), helper:COMMAND (otelHeadersHelper). Default: file; settings if --native needs them.",
      },
      {
        name: "plugin",
        meaning: "Leaves the hooks to the plugin, and puts that into the skills folder if there is none.",
      },
      { name: "yes", meaning: "Asks nothing." },
      { name: "no-check", meaning: "Saves without sending a test to the backend." },
      { name: "dry-run", meaning: "Shows the change; writes and sends nothing." },
      json,
    ],
    maxTargets: 0,
    examples: [
      "ccotel configure",
      "ccotel configure --preset otel-collector --yes",
      "ccotel configure --preset honeycomb --field apiKey=@key.txt --yes",
    ],
    load: async () => (await import("./configure.ts")).run,
  },
  {
    name: "status",
    summary: "shows what is set up, where each setting comes from, and what was delivered",
    usage: ["[--all] [--json]"],
    about: [
      "Sends nothing and changes nothing. What waits is counted by reading the transcripts behind the last delivery.",
    ],
    flags: [{ name: "all", meaning: "Also the settings that have their defaults." }, json],
    maxTargets: 0,
    examples: ["ccotel status", "ccotel status --json | jq .backlog"],
    load: async () => (await import("./status.ts")).run,
  },
  {
    name: "doctor",
    summary: "finds what keeps telemetry from arriving, and says what to do about it",
    usage: ["[--no-send] [--json]"],
    about: [
      "Looks at the settings in every scope, at the hooks and what they run, at the client and at the deliveries, and sends a test span and a test point. docs/reference/doctor.md has cause and remedy of each finding. Exit code 1: there is an error.",
    ],
    flags: [{ name: "no-send", meaning: "Sends no test." }, json],
    maxTargets: 0,
    examples: ["ccotel doctor"],
    load: async () => (await import("./doctor.ts")).run,
  },
  {
    name: "uninstall",
    summary: "takes out of the settings exactly what configure wrote, and removes the programs",
    usage: ["[--yes] [--dry-run] [--only-here] [--keep-state|--purge]"],
    about: [
      "Settings that hold something else by now stay as they are, and are named. Sessions that are running go on without a word.",
    ],
    flags: [
      { name: "yes", meaning: "Asks nothing." },
      { name: "dry-run", meaning: "Shows the change and writes nothing." },
      {
        name: "only-here",
        meaning:
          "Takes ccotel out of the current folder of Claude Code (CLAUDE_CONFIG_DIR) only; without it, out of each that configure wrote to.",
      },
      {
        name: "keep-state",
        meaning:
          "Keeps positions, counters and log in ~/.ccotel, so that a later configure goes on where this one ends. The default.",
      },
      { name: "purge", meaning: "Removes ~/.ccotel as a whole, and the backups of the settings." },
    ],
    maxTargets: 0,
    examples: ["ccotel uninstall", "ccotel uninstall --yes --purge"],
    load: async () => (await import("./uninstall.ts")).run,
  },
  {
    name: "hook",
    summary: "is run by Claude Code at the end of a turn; there is no need to run it by hand",
    usage: ["EVENT"],
    about: [
      "Takes the event's JSON from stdin, puts it into the inbox in ~/.ccotel and starts the background worker. Prints nothing and never fails. The hooks that configure writes run a small shell script that does the same in a tenth of the time.",
    ],
    flags: [],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [],
    load: async () => (await import("./hook.ts")).run,
  },
];
