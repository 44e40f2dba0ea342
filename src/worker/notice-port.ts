import { saveProgress } from "../delivery/deliver.ts";
import { sessionOptions } from "../delivery/destination.ts";
import { pathHasher } from "../delivery/load/content-policy.ts";
import type { Prepared } from "../delivery/load/load.ts";
import { readOptions } from "../delivery/open-reading.ts";
import type { SessionToDeliver, Watch } from "../delivery/reading.ts";
import { readSession } from "../files/read-session.ts";
import type { NoticeSettings } from "../notices/notice.ts";
import { createOutbox, type NoticeOutbox } from "../notify/outbox.ts";
import { readNotices, tellsAnybody } from "../notify/settings.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { SessionOptions } from "../session/options.ts";
import { commit } from "../state/commit.ts";
import { ensurePlace, noticesPlace } from "../state/destinations/destination-place.ts";
import { appendLine } from "../state/log.ts";
import { loadPosition, memoryOf, newPosition } from "../state/position/position.ts";
import { withFiles } from "../state/position/position-files.ts";
import { beginReplay, takeNew } from "../state/position/watermark.ts";
import { type DayCost, drawsStatusLine, noteToday } from "../state/statusline.ts";
import type { World } from "../state/world.ts";
import type { Port } from "./port.ts";
import { createQueue } from "./queue.ts";

/** Alerts and pings as another destination. It reads sessions with its own positions and saves what it has sent. */
export interface NoticePort {
  port: Port;
  flush(): Promise<void>;
}

const NO_NOTICES: NoticeSettings = { sessionUsd: [], dayUsd: [], webhooks: [], desktop: false, sinceMs: 0 };

/** Opens the notices. Undefined if no notice is set up, which is the usual case and costs one look for a file. */
export function openNotices(prepared: Prepared, world: World, watch: Watch): NoticePort | undefined {
  const settings = readNotices(world.home) ?? NO_NOTICES;
  const isLineDrawn = drawsStatusLine(world.home);
  // The status line shows the cost of the day.
  if (!tellsAnybody(settings) && !isLineDrawn) return undefined;
  const place = noticesPlace(world.home);
  ensurePlace(place);
  const outbox = createOutbox(
    {
      place,
      settings,
      proxy: prepared.config.proxy,
      ...(isLineDrawn ? { noteToday: (cost: DayCost) => noteToday(world.home, cost) } : {}),
      hashPath: settings.ping === undefined ? () => "" : pathHasher(world.home.root),
      log: (line) =>
        appendLine(`${world.home.root}/notices.log`, `${new Date(world.nowMs()).toISOString()} ${line}`),
    },
    world,
  );
  // Only the hash of a path leaves this machine. Everything else that is kept stays here.
  const options = { ...sessionOptions(prepared), keep: "details" as const };
  const oneByOne = createQueue();
  return {
    port: {
      key: place.key,
      idleCloseMs: options.idleCloseMs,
      open(sessionId, path) {
        const onDamaged = (file: string) => world.log(`${file} was damaged and has been moved aside`);
        return withFiles(place, loadPosition(place, sessionId, onDamaged) ?? newPosition(sessionId, path));
      },
      deliver: (session, lookNow) =>
        oneByOne(async () => {
          if (!watch.isHeld()) return { kind: "stop", reason: "lock" };
          readForNotices(session, lookNow(), { outbox, options }, world, watch);
          return { kind: "delivered" };
        }),
      keep: (session) => saveProgress(session, world, watch),
      isDoubted: () => false,
    },
    flush: () => oneByOne(() => outbox.flush(watch.isHeld)),
  };
}

/** Reads what is new in a session. Commits the position together with the notices to send. */
function readForNotices(
  { hook, position, files, copies = [], isFollowed = false }: SessionToDeliver,
  facts: FileFacts,
  { outbox, options }: { outbox: NoticeOutbox; options: SessionOptions },
  { home }: World,
  { onStep }: Watch,
): void {
  const { sessionId } = position.read.session;
  const offsetBefore = position.read.main?.offset;
  const memory = memoryOf(position, "notices");
  let isRead = false;
  try {
    for (const pieces of readSession(position.path, position.read, {
      ...facts,
      session: readOptions(hook, options),
      copies,
      ...files.reading,
      onReplaced: () => beginReplay(memory),
    })) {
      isRead = true;
      outbox.take(takeNew(memory, pieces), sessionId);
    }
    if (!isRead) {
      if (position.read.main?.offset === offsetBefore) return;
      files.isUnsaved = isFollowed;
      if (isFollowed) return;
    }
    commit(home, [...files.changes(), outbox.change()], onStep);
  } catch (error) {
    outbox.discard();
    throw error;
  }
}
