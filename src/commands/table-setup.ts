import { type Command, flagOf } from "../cli/command.ts";
import { PRESETS } from "../settings/presets/presets.ts";

const json = { name: "json", meaning: "Print one JSON object instead of text." };

/** The commands that set ccotel up, check it and remove it. */
export const setupCommands: readonly Command[] = [
  {
    name: "configure",
    summary: "sets Claude Code up so that its sessions are sent to your backend",
    usage: [
      "[--preset NAME] [--endpoint URL] [--field NAME=VALUE]… [--header K=V]… [--content none|details|full] [--native metrics,logs,traces|off] [--trace-scope session|turn] [--metrics on|off] [--secrets PLACE] [--plugin] [--yes] [--no-check] [--dry-run] [--json]",
    ],
    about: [
      "Without flags, asks two questions: where to send, and which content. Then shows the change, sends a test, writes your settings.json (with a backup beside it) and copies the hook's programs to ~/.ccotel/bin. Running it again changes nothing more; without a backend it keeps the one that is set up and brings programs and hooks up to date.",
      `Presets: ${PRESETS.map(({ name }) => name).join(", ")}.`,
    ],
    flags: [
      { name: "preset", takes: "NAME", meaning: "The backend, with its endpoint, headers and defaults." },
      {
        name: "also",
        takes: "NAME",
        meaning: "Also send every session to this backend; off removes all additional backends.",
      },
      flagOf("endpoint"),
      {
        name: "field",
        takes: "NAME=VALUE",
        repeated: true,
        meaning: "A value that the preset needs, such as apiKey=…; NAME=@FILE reads it from a file.",
      },
      {
        name: "header",
        takes: "K=V",
        repeated: true,
        meaning: "A header for each request, kept secret; K=@FILE reads its value from a file.",
      },
      flagOf("content"),
      flagOf("redact"),
      {
        name: "native",
        takes: "SIGNALS",
        meaning:
          "What Claude Code's own telemetry also sends there: metrics,logs,traces or off. Default: metrics, if the backend accepts them without a token, and --metrics is on.",
      },
      flagOf("traceScope"),
      flagOf("metrics"),
      flagOf("logs"),
      flagOf("findings"),
      {
        name: "deny",
        takes: "GROUPS",
        meaning:
          "Adds deny rules to Claude Code's own permissions: secrets (reads of .env and key files), destructive (rm -rf and its like), or off. uninstall takes them out again.",
      },
      {
        name: "secrets",
        takes: "PLACE",
        meaning:
          "Where headers with a token go: file (mode 0600, in ~/.ccotel), file:PATH, settings (plain text), env (from CCOTEL_HEADERS, as it is now), helper:COMMAND (otelHeadersHelper). Default: file; settings if --native needs them.",
      },
      {
        name: "plugin",
        meaning: "Leave the hooks to the plugin; adds it to the skills folder if it is missing.",
      },
      {
        name: "alert-session",
        takes: "USD",
        meaning: "Alert once when a session costs more than this; several limits: 5,20; off turns it off.",
      },
      {
        name: "alert-day",
        takes: "USD",
        meaning: "Alert once a day when all sessions of the day cost more than this; off turns it off.",
      },
      {
        name: "webhook",
        takes: "URL",
        repeated: true,
        meaning:
          "Where alerts go: a webhook of Slack, Discord or Teams, or any URL that accepts JSON; @FILE reads it from a file; off removes all.",
      },
      { name: "alert-desktop", takes: "on|off", meaning: "Also show alerts as desktop notifications." },
      {
        name: "ping",
        takes: "URL",
        meaning:
          "Post metadata (never text) to this URL after each turn, failure and tool call; @FILE reads it from a file; off turns it off.",
      },
      {
        name: "ping-events",
        takes: "EVENTS",
        meaning: "What to ping about: turn,failure,tool. Default: all of them.",
      },
      {
        name: "statusline",
        meaning:
          "Run your status line through ccotel, unchanged, or draw one (model, context, cost, limits): limits and Claude Code's own cost become metrics.",
      },
      { name: "no-statusline", meaning: "Restore your status line." },
      { name: "yes", meaning: "Asks nothing." },
      { name: "no-check", meaning: "Save without sending a test to the backend." },
      { name: "dry-run", meaning: "Show the change without writing or sending anything." },
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
      "Sends nothing and changes nothing. Reads the transcripts after the last delivery to count what waits.",
    ],
    flags: [{ name: "all", meaning: "Also list settings that have their default value." }, json],
    maxTargets: 0,
    examples: ["ccotel status", "ccotel status --json | jq .backlog"],
    load: async () => (await import("./status/status.ts")).run,
  },
  {
    name: "doctor",
    summary: "finds what keeps telemetry from arriving, and says what to do about it",
    usage: ["[--no-send] [--json]"],
    about: [
      "Checks the settings in every scope, the hooks and what they run, the client and the deliveries, and sends a test span and a test point. docs/reference/doctor.md explains each finding. Exit code 1: there is an error.",
    ],
    flags: [{ name: "no-send", meaning: "Sends no test." }, json],
    maxTargets: 0,
    examples: ["ccotel doctor"],
    load: async () => (await import("./doctor.ts")).run,
  },
  {
    name: "uninstall",
    summary: "takes out of the settings exactly what configure wrote, and removes the programs",
    usage: ["[--yes] [--dry-run] [--only-here] [--keep-state|--purge] [--json]"],
    about: [
      "Settings that you have changed since stay as they are and are listed. Running sessions continue undisturbed.",
    ],
    flags: [
      { name: "yes", meaning: "Asks nothing." },
      { name: "dry-run", meaning: "Show the change without writing it." },
      {
        name: "only-here",
        meaning:
          "Remove ccotel only from the current Claude Code folder (CLAUDE_CONFIG_DIR). Default: from every folder that configure wrote to.",
      },
      {
        name: "keep-state",
        meaning:
          "Keep positions, counters and log in ~/.ccotel, so that a later configure continues from there. This is the default.",
      },
      { name: "purge", meaning: "Remove ~/.ccotel and the backups of the settings." },
      { name: "json", meaning: "Print what was restored, removed and left alone as one line of JSON." },
    ],
    maxTargets: 0,
    examples: ["ccotel uninstall", "ccotel uninstall --yes --purge"],
    load: async () => (await import("./uninstall.ts")).run,
  },
  {
    name: "statusline",
    summary: "keeps what Claude Code says about limits and costs, and draws a status line",
    usage: ["[-- COMMAND]"],
    about: [
      "Reads the JSON that Claude Code gives a status line from stdin. Draws model, context, cost of session and day, and limits, or shows the output of COMMAND unchanged. configure --statusline installs a shell script that does the same in an eighth of the time.",
    ],
    flags: [],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: ["ccotel statusline -- ~/.claude/statusline.sh"],
    load: async () => (await import("./statusline.ts")).run,
  },
  {
    name: "hook",
    summary: "is run by Claude Code at the end of a turn; there is no need to run it by hand",
    usage: ["EVENT"],
    about: [
      "Reads the event's JSON from stdin, puts it into the inbox in ~/.ccotel and starts the background worker. Prints nothing and never fails. The hooks that configure writes run a small shell script that does the same in a sixth of the time.",
    ],
    flags: [],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [],
    load: async () => (await import("./hook.ts")).run,
  },
];
