import { join } from "node:path";
import { runHook } from "../../../src/hook/run-hook.ts";
import { realWorld } from "../../../src/state/world.ts";
import { runWorker } from "../../../src/worker/worker.ts";
import type { Lab } from "./lab.ts";

const HOUR_MS = 3_600_000;

/**
 * Starts another session seven hours later. Its worker sweeps and ends the runs that have no end yet: clients up to
 * 2.1.100, and clients that were killed, write no record at the end of a run.
 */
export async function sevenHoursLater(lab: Lab): Promise<void> {
  await lab.delivered();
  const event = {
    session_id: "00000000-0000-4000-8000-000000000000",
    transcript_path: join(lab.configDir, "projects", "none.jsonl"),
    hook_event_name: "SessionStart",
  };
  const env = { CLAUDE_CONFIG_DIR: lab.configDir };
  runHook({ home: lab.home.root, worker: "", env, readInput: () => JSON.stringify(event) });
  await runWorker(realWorld(lab.home, env, () => Date.now() + 7 * HOUR_MS));
}
