import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readInbox } from "../../src/hook/inbox.ts";
import { destinationPlace } from "../../src/state/destinations/destination-place.ts";
import { ensureHome, type Home, homeAt } from "../../src/state/home.ts";
import type { HookFacts } from "../../src/state/position/hook-facts.ts";
import { newPosition } from "../../src/state/position/position.ts";
import { withFiles } from "../../src/state/position/position-files.ts";
import { realWorld } from "../../src/state/world.ts";
import { addEvent, newAwaited } from "../../src/worker/awaited.ts";
import { drainInbox } from "../../src/worker/drain-inbox.ts";
import { followSession } from "../../src/worker/follow-session.ts";
import type { Port } from "../../src/worker/port.ts";

function inbox() {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-attend-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const home = homeAt(folder);
  ensureHome(home);
  return {
    home,
    put(name: string, env = "", more: object = {}) {
      const input = {
        session_id: "s",
        transcript_path: join(folder, "s.jsonl"),
        hook_event_name: name,
        ...more,
      };
      writeFileSync(join(home.inbox, `${name}.json`), `${env}\n${JSON.stringify(input)}`);
    },
  };
}

function portAt(home: Home, key: string, deliver: Port["deliver"]): Port {
  return {
    key,
    idleCloseMs: 0,
    open: (sessionId, path) => withFiles(destinationPlace(home, key), newPosition(sessionId, path)),
    isDoubted: () => false,
    keep: () => {},
    deliver,
  };
}

test("the trace context of a Stop counts although the event arrives while its session is being delivered", async () => {
  const { home, put } = inbox();
  put("SessionStart");
  const awaited = newAwaited("s");
  for (const event of readInbox(home.inbox)) addEvent(awaited, event, 0);

  let interactions: HookFacts["interactions"] = {};
  // The end of the turn is on disk as soon as its Stop hook has run.
  const port = portAt(home, "memory", async ({ hook }, lookNow) => {
    put("Stop", "TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", { prompt_id: "p" });
    lookNow();
    interactions = { ...hook.interactions };
    return { kind: "delivered" };
  });
  await followSession(awaited, { ...realWorld(home, {}), destinations: { forSession: async () => [port] } });
  expect(Object.keys(interactions)).toEqual(["p"]);
});

test("an event that arrives while one destination waits for another reaches both", async () => {
  const { home, put } = inbox();
  put("SessionStart");
  const sawTheEnd = new Set<string>();
  const port = (key: string, ms: number) =>
    portAt(home, key, async (_, lookNow) => {
      if (lookNow().exits) sawTheEnd.add(key);
      await sleep(ms);
      return { kind: "delivered" };
    });
  // The slow destination is done before the fast one looks again and before the inbox is read again.
  const ports = [port("fast", 0), port("slow", 50)];
  setTimeout(() => put("SessionEnd"), 120);
  await drainInbox({ ...realWorld(home, {}), destinations: { forSession: async () => ports } });
  expect([...sawTheEnd].sort()).toEqual(["fast", "slow"]);
  expect(readInbox(home.inbox)).toEqual([]);
});
