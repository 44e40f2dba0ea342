// The cost of commands that read a whole history, each compared with a program that does the least possible:
//
//   node lab/bench/history.mjs [--sessions 400] [--mb 200] [--rounds 7]
//
// `stats` and `sessions WORDS` without a cache are compared with a program that parses every line, with ccusage and
// with grep. `stats` after a change of one session, once and again, is compared with the start of ccotel, and
// `sessions` of a known history with `stats`. Measures processor time, which depends less on other programs. Exits with
// 1 if a limit is exceeded.
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { getCcusage } from "./lib/ccusage.mjs";
import { makeTurn, writeHistory } from "./lib/corpus.mjs";
import { cpuMsOfRun, removeFolder } from "./lib/machine.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "400" },
    mb: { type: "string", default: "200" },
    rounds: { type: "string", default: "7" },
  },
});
const TOOL = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
const PARSE = fileURLToPath(new URL("lib/parse-every-line.mjs", import.meta.url));
/** Words that occur nowhere, so that the search must read everything. */
const WORDS = "quarterly zeppelin";

const home = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const config = join(home, ".claude");
const env = { PATH: process.env.PATH, HOME: home, CLAUDE_CONFIG_DIR: config, LC_ALL: "C" };
try {
  process.exitCode = bench();
} finally {
  removeFolder(home);
}

function bench() {
  const history = writeHistory(config, { sessions: Number(values.sessions), megabytes: Number(values.mb) });
  console.log(`a history of ${Math.round(history.bytes / 1e6)} MB in ${values.sessions} sessions`);
  const ccusage = getCcusage();
  const run = (...args) => cpuMsOfRun(args, { env });
  const ccotel = (...args) => run(process.execPath, TOOL, ...args);
  const forget = () => rmSync(join(home, ".ccotel"), { recursive: true, force: true });
  let seed = 1000;
  const behindATurn = () => {
    const { said, end } = makeTurn(history, { bytes: 20_000, seed: seed++ });
    appendFileSync(history.path, said + end);
    return ccotel("stats");
  };
  const third = (...args) => [0, 1, 2].map(() => ccotel(...args))[2];
  const programs = {
    floor: () => run(process.execPath, PARSE, join(config, "projects")),
    grep: () => run("grep", "-r", WORDS, join(config, "projects")),
    ...(ccusage === undefined
      ? {}
      : { ccusage: () => run(ccusage, "claude", "daily", "--json", "--offline") }),
    start: () => ccotel("--version"),
    search: () => {
      forget();
      return ccotel("sessions", WORDS);
    },
    stats: () => {
      forget();
      return ccotel("stats");
    },
    changed: behindATurn,
    // The look before has kept compiled code and how far the session was read. One look later all of that is in use.
    growing: () => {
      behindATurn();
      return behindATurn();
    },
    known: () => ccotel("stats"),
    // The first of three notes the sessions, the second keeps its code.
    since: () => third("stats", "--since", "7d"),
    insights: () => third("insights", "--since", "2026"),
    list: () => third("sessions"),
  };
  const results = runRounds(programs, Number(values.rounds));
  const verdict = createVerdict();
  const ratio = (name, of, by, limit, aim) => {
    const ratios = results[of].map((ms, round) => ms / results[by][round]);
    verdict.ratio(`processor time of ${name}`, ratios, limit, aim);
  };
  ratio("stats with nothing known / JSON.parse of every line", "stats", "floor", 2.6, 0.5);
  if (ccusage !== undefined) ratio("stats with nothing known / ccusage", "stats", "ccusage", 8, 1.8);
  ratio("stats, the first time that a session has changed / ccotel --version", "changed", "start", 5);
  ratio("stats behind a session that goes on growing / ccotel --version", "growing", "start", 3, 1.5);
  ratio("sessions with nothing new / stats with nothing new", "list", "known", 1.6);
  ratio("stats --since 7d of a known history / ccotel --version", "since", "start", 3);
  ratio("a second insights / stats with nothing known", "insights", "stats", 0.6);
  ratio("sessions WORDS with nothing known / grep -r", "search", "grep", 2.5, 3);
  return verdict.failures.length === 0 ? 0 : 1;
}
