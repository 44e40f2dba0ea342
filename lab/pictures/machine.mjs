// A machine with a few sessions of Claude Code: the session of examples/demo, which the pictures show, and some of the
// tests' recordings, so that lists are not empty.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEMO = join(ROOT, "examples/demo/projects");
const THREE_RUNS = recorded("01-two-turns");
const OTHERS = ["02-tools", "03-subagents-parallel", "06-thinking", "07-mcp", "08-interactive", "two-models"];

/** The session that was resumed twice. */
export const RESUMED = sessionIn(THREE_RUNS);

/**
 * Follows docs/use/backends.md for a backend at another address: `configure` with its preset, then `export --all`.
 * Sends no test span, so that the backend shows only the sessions. Returns the id of the demo's trace.
 */
export function sendTo(preset, endpoint) {
  const home = mkdtempSync(join(tmpdir(), "ccotel-pictures-home-"));
  const ccotel = (...args) =>
    execFileSync(process.execPath, [join(ROOT, "dist/ccotel.cjs"), ...args], {
      env: { PATH: process.env.PATH, HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
  try {
    const projects = join(home, ".claude/projects");
    for (const from of [DEMO, THREE_RUNS, ...OTHERS.map(recorded)])
      cpSync(from, projects, { recursive: true });
    ccotel("configure", "--preset", preset, "--endpoint", endpoint, "--no-check", "--yes");
    ccotel("export", "--all");
    return /"traceId":"([0-9a-f]{32})"/.exec(ccotel("export", DEMO, "--dry-run"))?.[1];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function recorded(name) {
  return join(ROOT, "fixtures/sessions", name, "projects");
}

/** The id of the first session of a folder of projects. */
function sessionIn(projects) {
  const [project] = readdirSync(projects);
  const [transcript] = readdirSync(join(projects, project)).filter((name) => name.endsWith(".jsonl"));
  return transcript.replace(".jsonl", "");
}
