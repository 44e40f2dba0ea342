import { dict } from "../dict.ts";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import type { Costs } from "../notices/costs.ts";
import { isAlert, type Notice } from "../notices/notice.ts";
import type { Change } from "../state/commit.ts";
import type { DestinationPlace } from "../state/destinations/destination-place.ts";
import { count, epoch, list, maybeCount, object, text, usd } from "../transcript/fields.ts";

/** What workers remember about notices: `destinations/notices/state.json`. */
interface NoticeMemory extends Costs {
  /** Notices that no receiver has accepted yet, the oldest first. */
  queue: Waiting[];
  /** Receivers that did not accept the last notice, by `receiverKey`. */
  receivers: Record<string, Trouble>;
  /** How many notices were dropped: too old, or too many. */
  dropped: number;
}

/** A notice on its way to one receiver. */
export interface Waiting {
  id: string;
  /** Key of the receiver's address: `receiverKey`. */
  to: string;
  atMs: number;
  notice: Notice;
}

interface Trouble {
  failures: number;
  notBeforeMs: number;
  message: string;
}

/** The longest queue. A receiver that was down does not need more pings. */
const MAX_WAITING = 500;

/** Reads the memory. Of a damaged file, keeps the valid parts. */
export function readMemory({ state }: DestinationPlace): NoticeMemory {
  const raw = readJson(state, MAX_BYTES.state) ?? {};
  const day = object(raw.day);
  const date = text(day?.date);
  return {
    sessions: dict(
      Object.fromEntries(
        Object.entries(object(raw.sessions) ?? {}).flatMap(([id, spent]) => {
          const parsed = spentOf(object(spent));
          return parsed === undefined ? [] : [[id, parsed]];
        }),
      ),
    ),
    ...(date === undefined ? {} : { day: { date, ...(spentOf(day) ?? { usd: 0 }) } }),
    queue: list(raw.queue).flatMap((item) => waitingOf(object(item)) ?? []),
    receivers: dict(
      Object.fromEntries(
        Object.entries(object(raw.receivers) ?? {}).flatMap(([key, trouble]) => {
          const parsed = troubleOf(object(trouble));
          return parsed === undefined ? [] : [[key, parsed]];
        }),
      ),
    ),
    dropped: count(raw.dropped),
  };
}

/** Returns the write of the memory, for a commit together with other files. */
export function memoryChange({ state }: DestinationPlace, memory: NoticeMemory): Change {
  return { path: state, content: JSON.stringify({ format: 1, ...memory }) };
}

/** Saves the memory in one step. */
export function writeMemory(place: DestinationPlace, memory: NoticeMemory): void {
  const { path, content } = memoryChange(place, memory);
  writeAtomic(path, content);
}

/** Adds to the queue. Drops the oldest pings first when it is full. */
export function enqueue(memory: NoticeMemory, items: readonly Waiting[]): void {
  memory.queue.push(...items);
  const tooMany = memory.queue.length - MAX_WAITING;
  if (tooMany <= 0) return;
  const pings = memory.queue.filter(({ notice }) => !isAlert(notice));
  const dropped = new Set(pings.slice(0, tooMany));
  memory.queue = memory.queue.filter((item) => !dropped.has(item)).slice(-MAX_WAITING);
  memory.dropped += tooMany;
}

function spentOf(raw: Record<string, unknown> | undefined) {
  const spent = usd(raw?.usd);
  if (spent === undefined) return undefined;
  const told = usd(raw?.told);
  return { usd: spent, ...(told === undefined ? {} : { told }) };
}

function waitingOf(raw: Record<string, unknown> | undefined): Waiting | undefined {
  const [id, to, atMs, notice] = [text(raw?.id), text(raw?.to), epoch(raw?.atMs), object(raw?.notice)];
  if (id === undefined || to === undefined || atMs === undefined) return undefined;
  if (notice === undefined || typeof notice.type !== "string") return undefined;
  return { id, to, atMs, notice: notice as unknown as Notice };
}

function troubleOf(raw: Record<string, unknown> | undefined): Trouble | undefined {
  const [failures, notBeforeMs, message] = [
    maybeCount(raw?.failures),
    epoch(raw?.notBeforeMs),
    text(raw?.message),
  ];
  if (failures === undefined || notBeforeMs === undefined || message === undefined) return undefined;
  return { failures, notBeforeMs, message };
}
