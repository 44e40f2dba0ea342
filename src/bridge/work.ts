import { setTimeout as sleep } from "node:timers/promises";
import { type AttendWorld, attend } from "./attend.ts";
import { type Attendance, addEvent, newAttendance } from "./attendance.ts";
import { readInbox } from "./inbox.ts";

/** How often the inbox is looked at while sessions are attended. */
const INBOX_MS = 250;

/**
 * Attends to every session that has an event in the inbox, until nothing is new and nothing is about to finish.
 * Returns whether all of it could be delivered.
 */
export async function workOff(world: AttendWorld): Promise<boolean> {
  const active = new Map<string, { attendance: Attendance; done: Promise<void> }>();
  const taken = new Set<string>();
  let stopped = false;
  for (;;) {
    for (const event of stopped ? [] : readInbox(world.home.inbox)) {
      if (event.files.some((file) => taken.has(file))) continue;
      for (const file of event.files) taken.add(file);
      const known = active.get(event.sessionId);
      if (known !== undefined && !known.attendance.closed) {
        addEvent(known.attendance, event, world.ticks());
        continue;
      }
      const attendance = newAttendance(event.sessionId);
      addEvent(attendance, event, world.ticks());
      const done = attend(attendance, world, () => stopped)
        .then((result) => {
          if (result === "stopped") stopped = true;
        })
        .finally(() => {
          if (active.get(event.sessionId)?.attendance === attendance) active.delete(event.sessionId);
        });
      active.set(event.sessionId, { attendance, done });
    }
    if (active.size === 0) return !stopped;
    await Promise.race([...[...active.values()].map(({ done }) => done), sleep(INBOX_MS)]);
  }
}
