import { workerData } from "node:worker_threads";
import type { Config } from "../../../config/load.ts";
import { workOnTasks } from "../../../pool.ts";
import { summarizeWhole, summaryOptionsOf } from "../summarize.ts";
import type { Added, AddThis } from "./messages.ts";

/** Adds up the sessions that the main thread sends. Returns false if the program does not run as a thread. */
export function runSummingThread(): boolean {
  const options = summaryOptionsOf(workerData as Config);

  function add({ session, kin }: AddThis): Added | undefined {
    try {
      return { summary: summarizeWhole(session, options, kin), kin };
    } catch {
      // The main thread reads the session, gets the same error and reports it.
      return undefined;
    }
  }

  return workOnTasks<AddThis[], (Added | undefined)[]>((sessions) => sessions.map(add));
}
