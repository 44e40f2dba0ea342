import { type Command, flagOf } from "../cli/command.ts";
import { DIMENSIONS } from "../stats/dimensions.ts";
import { setupCommands } from "./table-setup.ts";

const PATHS =
  "SESSION is a session id, FILE a transcript, FOLDER any folder that holds transcripts at any depth. Claude Code keeps them in ~/.claude/projects; CLAUDE_CONFIG_DIR names another place.";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  {
    name: "demo",
    summary: "sends a recorded session to a collector inside the process and shows what arrived",
    usage: [""],
    about: [
      "The collector is real (HTTP on this machine, protobuf decoded with the official schema), and so is the export: a process of its own, as you would run it. Nothing leaves the machine, and nothing of yours is read or changed.",
    ],
    flags: [],
    maxTargets: 0,
    examples: ["ccotel demo"],
    load: async () => (await import("./demo.ts")).run,
  },
  {
    name: "show",
    summary: "draws a session as a tree of spans, with times, tokens and cost",
    usage: ["[SESSION|FILE|FOLDER] [--json]"],
    about: [PATHS, "Without one of them it is the newest session of the folder that you are in."],
    flags: [
      { name: "json", meaning: "One JSON object a line for each session, for machines." },
      flagOf("traceScope"),
    ],
    maxTargets: 1,
    examples: ["ccotel show", "ccotel show 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 --json | jq .totals"],
    load: async () => (await import("./show.ts")).run,
  },
  {
    name: "stats",
    summary: "adds up the whole history by day, project, model and more",
    usage: ["[SESSION|FILE|FOLDER]… [--by day,model,…] [--since 7d] [--until today] [--json]"],
    about: [
      "Cost at list prices, tokens, requests, turns, tool calls and their failures, cache hits, compactions and active time of every session on this machine. Requests of subagents, retries and copies in forks count once.",
      "Claude Code's own sum for the same requests stands beside ours where it is another one; ccotel audit explains the difference.",
    ],
    flags: [
      {
        name: "by",
        takes: "WHAT",
        meaning: `What numbers are kept apart by, one or several of ${DIMENSIONS.join(", ")}; or block, windows of five hours. Default: day.`,
      },
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only from then on: 2026-11-01, 2026-11, today, yesterday, 7d, 12h.",
      },
      { name: "until", takes: "WHEN", meaning: "Only up to then, that day or month included." },
      { name: "project", takes: "PART", meaning: "Only projects with this in their name." },
      { name: "model", takes: "PART", meaning: "Only requests of models with this in their name." },
      { name: "breakdown", meaning: "Also by model." },
      {
        name: "timezone",
        takes: "ZONE",
        meaning: "Whose days are meant, such as Europe/Berlin. Default: the system's.",
      },
      { name: "start-of-week", takes: "DAY", meaning: "The first day of a week. Default: monday." },
      { name: "json", meaning: "One JSON object for machines; money in millionths of a dollar." },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [
      "ccotel stats --by week,project --since 2026-10",
      "ccotel stats --by block --since today --json | jq .rows",
    ],
    load: async () => (await import("./stats.ts")).run,
  },
  {
    name: "sessions",
    summary: "lists sessions, newest first, or finds those that say some words",
    usage: ["[WORD]… [--project PART] [--since 7d] [--limit N] [--json]"],
    about: [
      "Each with its title or first prompt, where and when it was, its turns and cost, whether it runs, and the line that resumes it.",
      "With words, only sessions that say all of them in one prompt, answer, command, path or result; words in quotes are one phrase, and upper and lower case are the same. Sessions whose transcripts were deleted are found by their prompts.",
    ],
    flags: [
      { name: "project", takes: "PART", meaning: "Only projects with this in their name." },
      {
        name: "since",
        takes: "WHEN",
        meaning: "Only sessions with anything since then: 2026-11-01, today, 7d.",
      },
      { name: "limit", takes: "N", meaning: "So many at the most. Default: 20." },
      { name: "json", meaning: "One JSON object a line for each session, for machines." },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: ["ccotel sessions --since 7d", 'ccotel sessions "cart total" rounding --project shop'],
    load: async () => (await import("./sessions.ts")).run,
  },
  {
    name: "view",
    summary: "opens a page on this machine: one session in time, money and context, or all of them",
    usage: ["[SESSION|FILE|FOLDER] [--port N] [--no-open]", "SESSION --out FILE [--content]"],
    about: [
      "A small server on loopback shows the page; it ends with Ctrl-C, or after an hour without a look at it. Nothing leaves the machine, and only the address that is printed opens it.",
      PATHS,
      "With --out the session becomes one file that opens in any browser without network. It has names, numbers and times; with --content also what was said, with secrets removed as for export.",
    ],
    flags: [
      { name: "port", takes: "N", meaning: "Serve on this port instead of a free one." },
      { name: "no-open", meaning: "Print the address, and open no browser." },
      {
        name: "out",
        takes: "FILE",
        meaning: "Write the page of one session to a file instead of serving it.",
      },
      { name: "content", meaning: "With --out: also the text of prompts, answers, commands and results." },
    ],
    maxTargets: 1,
    examples: ["ccotel view", "ccotel view 0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0 --out session.html"],
    load: async () => (await import("./view.ts")).run,
  },
  {
    name: "audit",
    summary: "recounts a session and explains every difference to Claude Code's own cost",
    usage: ["[SESSION|FILE|FOLDER] [--findings] [--json]"],
    about: [
      "Counts tokens and cost once more, straight from the transcript and by other code than the export's, and compares them with what ccotel reads, with what it has sent, and with the sum that Claude Code keeps.",
      PATHS,
      "Without one of them it is the newest session of the folder that you are in. Exit code 1: ccotel reads something else than the transcript holds.",
    ],
    flags: [
      {
        name: "findings",
        meaning:
          "Instead, what the tool calls touched that security teams ask about: secrets, settings of the agent, destructive commands, uploads (docs/operate/findings.md).",
      },
      { name: "json", meaning: "One JSON object a line for each session or finding, for machines." },
    ],
    maxTargets: 1,
    examples: ["ccotel audit", "ccotel audit ~/.claude/projects --json | jq .cost"],
    load: async () => (await import("./audit.ts")).run,
  },
  {
    name: "export",
    summary: "sends sessions to an OpenTelemetry backend, or prints what it would send",
    usage: [
      "[SESSION|FILE|FOLDER]… [--all] [--since 7d] [--endpoint URL] [--header K=V]… [--trace-scope session|turn] [--metrics] [--resend]",
      "--rejected [--endpoint URL] [--header K=V]…",
      "… --dry-run [--format otlp-json|chrome-trace]",
    ],
    about: [
      PATHS,
      "Sends what has not been sent yet over OTLP http/protobuf. Settings come from flags, CCOTEL_* variables, OTEL_* variables and the env block of your settings.json, in this order.",
    ],
    flags: [
      { name: "all", meaning: "Every session that Claude Code keeps on this machine." },
      {
        name: "since",
        takes: "DURATION",
        meaning: "Only sessions that were changed in that time, for example 12h or 7d.",
      },
      { name: "dry-run", meaning: "Prints everything, sent or not, instead of sending; needs no endpoint." },
      {
        name: "format",
        takes: "FORMAT",
        meaning:
          "What --dry-run prints: the OTLP File format, one JSON object a line (the default), or chrome-trace, which Perfetto, the Firefox Profiler and speedscope open.",
      },
      flagOf("endpoint"),
      flagOf("headers", { repeated: true }),
      flagOf("traceScope"),
      {
        name: "metrics",
        meaning: "Also counts sessions in the metrics that no hook has named; do so once only.",
      },
      { name: "resend", meaning: "Sends everything again, with the same ids; no counter changes." },
      {
        name: "rejected",
        meaning: "Sends the spans again that the backend refused and that were set aside: after a repair.",
      },
    ],
    maxTargets: Number.POSITIVE_INFINITY,
    examples: [
      "ccotel export --all --since 7d --endpoint http://localhost:4318",
      "ccotel export ~/.claude/projects --dry-run > sessions.jsonl",
    ],
    load: async () => (await import("./export.ts")).run,
  },
  ...setupCommands,
];
