import { type Command, flagOf } from "../cli/command.ts";
import { DIMENSIONS } from "../stats/dimensions.ts";
import { setupCommands } from "./table-setup.ts";

const PATHS =
  "SESSION is a session id or at least the first four characters of it, FILE a transcript, FOLDER a folder with transcripts at any depth. Claude Code keeps transcripts in ~/.claude/projects, or in the folder that CLAUDE_CONFIG_DIR names.";

/** All commands, in the order of the help page. */
export const commands: readonly Command[] = [
  {
    name: "demo",
    summary: "sends a recorded session to a collector inside the process and shows what arrived",
    usage: ["[--json]"],
    about: [
      "The collector is real (HTTP on this machine, protobuf decoded with the official schema), and so is the export: a process of its own, as you would run it. Nothing leaves the machine, and your own sessions and settings are neither read nor changed.",
    ],
    flags: [{ name: "json", meaning: "Print each span that arrived as one line of JSON." }],
    maxTargets: 0,
    examples: ["ccotel demo"],
    load: async () => (await import("./demo.ts")).run,
  },
  {
    name: "show",
    summary: "draws a session as a tree of spans, with times, tokens and cost",
    usage: ["[SESSION|FILE|FOLDER] [--follow] [--no-content] [--json]"],
    about: [
      "Shows also what calls and agents were about: commands, files, descriptions, skills, the first line of each prompt, what a failed call said. All of it comes from this machine's transcripts and stays here.",
      PATHS,
      "Default: the newest session of the current folder.",
    ],
    flags: [
      {
        name: "follow",
        meaning: "Print what the session does as it does it, until you press Ctrl-C; then the totals.",
      },
      { name: "no-content", meaning: "Leave out prompts, commands, files, descriptions and errors." },
      { name: "json", meaning: "Print each session as one line of JSON." },
      flagOf("traceScope"),
    ],
    maxTargets: 1,
    examples: [
      "ccotel show",
      "ccotel show --follow",
      "ccotel show 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 --json | jq .totals",
    ],
    keepsCode: true,
    load: async () => (await import("./show/show.ts")).run,
  },
  {
    name: "stats",
    summary: "adds up the whole history by day, project, model and more",
    usage: ["[SESSION|FILE|FOLDER]… [--by day,model,…] [--since 7d] [--until today] [--json]"],
    about: [
      "Cost at list prices, tokens, requests, turns, tool calls and their failures, cache hits, compactions and active time of every session on this machine. Requests of subagents, retries and copies in forks count once.",
      "Where Claude Code's own sum for the same requests differs, it is shown beside ours; ccotel audit explains the difference.",
      PATHS,
    ],
    flags: [
      {
        name: "by",
        takes: "WHAT",
        meaning: `Group by one or several of ${DIMENSIONS.join(", ")}, or by block (windows of five hours). Default: day.`,
      },
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only from this time on: 2026-11-01, 2026-11, today, yesterday, 7d, 12h.",
      },
      { name: "until", takes: "WHEN", meaning: "Only up to this time, including that day or month." },
      { name: "project", takes: "PART", meaning: "Only projects whose name contains this." },
      { name: "model", takes: "PART", meaning: "Only requests to models whose name contains this." },
      { name: "breakdown", meaning: "Also by model." },
      {
        name: "timezone",
        takes: "ZONE",
        meaning: "The time zone of days and hours, such as Europe/Berlin. Default: the system's.",
      },
      { name: "start-of-week", takes: "DAY", meaning: "The first day of a week. Default: monday." },
      { name: "json", meaning: "Print one JSON object; money is in millionths of a dollar." },
      {
        name: "webhook",
        takes: "URL",
        meaning:
          "Send the result to Slack, Discord, Teams or any URL that accepts JSON instead of printing it; @FILE reads the URL from a file.",
      },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [
      "ccotel stats --since yesterday --until yesterday --webhook @slack-url.txt",
      "ccotel stats --by week,project --since 2026-10",
      "ccotel stats --by block --since today --json | jq .rows",
    ],
    keepsCode: true,
    load: async () => (await import("./stats/stats.ts")).run,
  },
  {
    name: "sessions",
    summary: "lists sessions, newest first, or finds those that say some words",
    usage: ["[WORD]… [--project PART] [--since 7d] [--until today] [--limit N] [--json]"],
    about: [
      "Shows for each its title or first prompt, project, time, turns, cost, state, and the command that resumes it.",
      "With WORDS, lists only sessions that have all of them in one prompt, answer, command, path, result or title. Words in quotes are one phrase; case does not matter. If a transcript was deleted, the session is still found by its prompts.",
    ],
    flags: [
      { name: "project", takes: "PART", meaning: "Only projects whose name contains this." },
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only sessions that went on after this time: 2026-11-01, today, 7d.",
      },
      {
        name: "until",
        takes: "WHEN",
        meaning: "Only sessions that began up to this time, including that day or month.",
      },
      { name: "limit", takes: "N", meaning: "List at most this many. Default: 20." },
      { name: "json", meaning: "Print each session as one line of JSON." },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: ["ccotel sessions --since 7d", 'ccotel sessions "cart total" rounding --project shop'],
    keepsCode: true,
    load: async () => (await import("./sessions.ts")).run,
  },
  {
    name: "errors",
    summary: "lists what failed, what led to it, what was tried next and whether that worked",
    usage: [
      "[SESSION|FILE|FOLDER]… [--by tool|command] [--since 7d] [--until today] [--project PART] [--json]",
    ],
    about: [
      "Failed tool calls, denied ones and API errors (also those that a retry got over), with the prompt and the request that led to each, the call that came next, and whether the same thing worked later.",
      PATHS,
      "Default: the newest failures of all sessions on this machine.",
    ],
    flags: [
      {
        name: "by",
        takes: "WHAT",
        meaning:
          "Count over all sessions instead: by tool (with API errors), or by command that a shell ran.",
      },
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only failures since this time: 2026-11-01, 2026-11, today, yesterday, 7d, 12h.",
      },
      {
        name: "until",
        takes: "WHEN",
        meaning: "Only failures up to this time, including that day or month.",
      },
      { name: "project", takes: "PART", meaning: "Only projects whose name contains this." },
      {
        name: "limit",
        takes: "N",
        meaning: "List at most this many. Default: 20; all for a named session and with --by.",
      },
      { name: "json", meaning: "Print each failure or group as one line of JSON." },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: ["ccotel errors --since today", "ccotel errors --by command --since 30d --project shop"],
    keepsCode: true,
    load: async () => (await import("./errors/errors.ts")).run,
  },
  {
    name: "insights",
    summary: "says what wastes money, or points at a CLAUDE.md that is out of date",
    usage: ["[SESSION|FILE|FOLDER]… [--since 30d] [--until today] [--project PART] [--json]"],
    about: [
      "Files read again and again, commands that fail in session after session, text written and replaced again, loops, cached context paid for again, contexts that filled up and what they held, and sessions far above the median. Each comes with figures and the sessions to look at.",
      PATHS,
      "Default: all sessions of the last 30 days. The thresholds are in docs/use/insights.md.",
    ],
    flags: [
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only sessions that went on after this time: 2026-11-01, 2026-11, today, 7d. Default: 30d.",
      },
      {
        name: "until",
        takes: "WHEN",
        meaning: "Only sessions that began up to this time, including that day or month.",
      },
      { name: "project", takes: "PART", meaning: "Only projects whose name contains this." },
      {
        name: "json",
        meaning: "Print each insight as one line of JSON; money is in millionths of a dollar.",
      },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: ["ccotel insights", "ccotel insights --since 7d --project shop --json | jq .subject"],
    keepsCode: true,
    load: async () => (await import("./insights.ts")).run,
  },
  {
    name: "view",
    summary: "opens a page on this machine: one session in time, money and context, or all of them",
    usage: [
      "[SESSION|FILE|FOLDER] [--port N] [--no-open] [--json]",
      "SESSION --out FILE [--content] [--json]",
    ],
    about: [
      "Serves the page on loopback until you press Ctrl-C, or until no page has asked for an hour. Nothing leaves the machine, and the page opens only under the address that is printed.",
      PATHS,
      "With --out, writes the session as one file that opens in any browser without a network. The file has names, numbers and times; --content adds prompts, answers, commands and results, with secrets removed as in an export.",
    ],
    flags: [
      { name: "port", takes: "N", meaning: "Serve on this port instead of a free one." },
      { name: "no-open", meaning: "Print the address without opening a browser." },
      {
        name: "out",
        takes: "FILE",
        meaning: "Write the page of one session to a file instead of serving it.",
      },
      { name: "content", meaning: "With --out: also the text of prompts, answers, commands and results." },
      { name: "json", meaning: "Print the address, or the path of the file, as JSON." },
    ],
    maxTargets: 1,
    examples: ["ccotel view", "ccotel view 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 --out session.html"],
    load: async () => (await import("./view/view.ts")).run,
  },
  {
    name: "audit",
    summary: "recounts a session and explains every difference to Claude Code's own cost",
    usage: ["[SESSION|FILE|FOLDER] [--findings] [--json]"],
    about: [
      "Counts tokens and cost again, from the transcript and with different code than the export, and compares the result with what ccotel reads, with what it has sent, and with Claude Code's own sum.",
      PATHS,
      "Default: the newest session of the current folder. Exit code 1: ccotel's figures differ from what the transcript holds.",
    ],
    flags: [
      {
        name: "findings",
        meaning:
          "Instead, list what tool calls touched that matters to security teams: secrets, agent settings, destructive commands, uploads (docs/operate/findings.md).",
      },
      { name: "json", meaning: "Print each session or finding as one line of JSON." },
    ],
    maxTargets: 1,
    examples: ["ccotel audit", "ccotel audit ~/.claude/projects --json | jq .cost"],
    keepsCode: true,
    load: async () => (await import("./audit/audit.ts")).run,
  },
  {
    name: "export",
    summary: "sends sessions to an OpenTelemetry backend, or prints what it would send",
    usage: [
      "[SESSION|FILE|FOLDER]… [--all] [--since 7d] [--endpoint URL | --to NAME] [--header K=V]… [--trace-scope session|turn] [--metrics] [--resend] [--json]",
      "--rejected [--endpoint URL | --to NAME] [--header K=V]… [--json]",
      "… --dry-run [--format otlp-json|chrome-trace]",
    ],
    about: [
      PATHS,
      "Sends what has not been sent yet over OTLP http/protobuf. Settings come from flags, CCOTEL_* variables, OTEL_* variables and the env block of your settings.json, in this order.",
      "Sends to every destination that you have set up: the one in your settings, and those that configure --also has added. --to chooses one of them, --endpoint names another address.",
    ],
    flags: [
      { name: "all", meaning: "Every session that Claude Code has on this machine." },
      {
        name: "since",
        takes: "WHEN",
        meaning:
          "Only sessions that changed since this time: 2026-11-01, 2026-11, today, yesterday, 7d, 12h.",
      },
      { name: "dry-run", meaning: "Print everything, sent or not, instead of sending. Needs no endpoint." },
      {
        name: "format",
        takes: "FORMAT",
        meaning:
          "What --dry-run prints: the OTLP File format, one JSON object a line (the default), or chrome-trace, which Perfetto, the Firefox Profiler and speedscope open.",
      },
      flagOf("endpoint"),
      flagOf("headers", { repeated: true }),
      {
        name: "to",
        takes: "NAME",
        meaning: "Only to this destination of yours: its preset, or a part of its address.",
      },
      flagOf("traceScope"),
      {
        name: "metrics",
        meaning:
          "Also count sessions in the metrics that no hook has reported, at the current time. Each counts once, however often you run it.",
      },
      { name: "resend", meaning: "Send everything again, with the same ids. No counter changes." },
      {
        name: "rejected",
        meaning: "Send the spans again that the backend rejected, once the cause is gone.",
      },
      { name: "json", meaning: "Print the result as one line of JSON for each destination." },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [
      "ccotel export --all --since 7d --endpoint http://localhost:4318",
      "ccotel export ~/.claude/projects --dry-run > sessions.jsonl",
    ],
    keepsCode: true,
    load: async () => (await import("./export/export.ts")).run,
  },
  ...setupCommands,
];
