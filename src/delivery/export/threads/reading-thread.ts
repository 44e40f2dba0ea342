import { workerData } from "node:worker_threads";
import { readEndOf } from "../../../files/read-end.ts";
import { workOnTasks } from "../../../pool.ts";
import { keyOf } from "../../../state/destinations/destination-place.ts";
import { homeAt } from "../../../state/home.ts";
import { newPosition } from "../../../state/position/position.ts";
import { realWorld } from "../../../state/world.ts";
import { createDestination } from "../../destination.ts";
import { openContent } from "../../load/content-policy.ts";
import type { Prepared } from "../../load/load.ts";
import { openPlace } from "../../open-place.ts";
import { type ReadWork, read } from "../export-one.ts";
import type { ReadResult, ReadThis, ThreadSetup } from "./messages.ts";

// A thread that reads sessions and makes their spans. It sends nothing and writes no position: it returns every result
// to the main thread.

async function open({ config, sender, homeDir, priceFile }: ThreadSetup): Promise<ReadWork> {
  const world = realWorld(homeAt(config.home), process.env);
  const { policy, problems } = await openContent(config, homeDir);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(problem.message);
  const prepared: Prepared = {
    config,
    sender,
    homeDir,
    content: policy,
    problems: [],
    sendingProblems: [],
    readiness: "ready",
    ...(priceFile === undefined ? {} : { priceFile }),
  };
  const key = keyOf(prepared) ?? "";
  return {
    request: { home: world.home, sessions: [], prepared, resend: false, countMetrics: false },
    destination: createDestination(openPlace(key, world), prepared, world, { counts: "none" }),
    events: [],
    lock: { isHeld: () => false, release: () => {} },
    world,
  };
}

function readFor(work: ReadWork, session: ReadThis): ReadResult | undefined {
  const before = JSON.stringify(newPosition(session.sessionId, session.path));
  const { reading, at, ended, isHooked, files, summary } = read(work, session);
  const end = readEndOf(reading.position.read, files.archive());
  // A session that a hook has named may count in the metrics, too, and threads count none.
  if (at !== "end" || !ended || isHooked || summary === undefined || end === undefined) {
    reading.discard();
    return undefined;
  }
  const [position, ...beside] = files.changes(true);
  return {
    before,
    position: position.content,
    end,
    beside,
    parcels: reading.parcels.map(({ parcel }) => parcel.pack?.()),
    summary: summary(),
  };
}

/** Reads the sessions that the main thread asks for. Returns false if the program does not run as a thread. */
export function runReadingThread(): boolean {
  let work: Promise<ReadWork> | undefined;
  return workOnTasks<ReadThis, ReadResult>(async (session) => {
    work ??= open(workerData as ThreadSetup);
    return readFor(await work, session);
  });
}
