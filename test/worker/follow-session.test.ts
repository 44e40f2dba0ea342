import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readInbox } from "../../src/hook/inbox.ts";
import { destinationPlace } from "../../src/state/destinations/destination-place.ts";
import { ensureHome, homeAt } from "../../src/state/home.ts";
import type { HookFacts } from "../../src/state/position/hook-facts.ts";
import { newPosition } from "../../src/state/position/position.ts";
import { withFiles } from "../../src/state/position/position-files.ts";
import { realWorld } from "../../src/state/world.ts";
import { addEvent, newAwaited } from "../../src/worker/awaited.ts";
import { followSession } from "../../src/worker/follow-session.ts";
import type { Port } from "../../src/worker/port.ts";

test("what a Stop hook knows of a turn counts although its event has come while the session was attended to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-attend-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const home = homeAt(folder);
  ensureHome(home);
  const put = (name: string, env: string, more: object) => {
    const input = {
      session_id: "s",
      transcript_path: join(folder, "s.jsonl"),
      hook_event_name: name,
      ...more,
    };
    writeFileSync(join(home.inbox, `${name}.json`), `${env}\n${JSON.stringify(input)}`);
  };
  put("SessionStart", "", {});
  const awaited = newAwaited("s");
  for (const event of readInbox(home.inbox)) addEvent(awaited, event, 0);

  let interactions: HookFacts["interactions"] = {};
  const port: Port = {
    key: "memory",
    idleCloseMs: 0,
    open: (sessionId, path) => withFiles(destinationPlace(home, "memory"), newPosition(sessionId, path)),
    isDoubted: () => false,
    // The end of the turn is on disk as soon as its Stop hook has run.
    async deliver({ hook }, lookNow) {
      put("Stop", "TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", {
        prompt_id: "p",
      });
      lookNow();
      interactions = { ...hook.interactions };
      return { kind: "delivered" };
    },
  };
  await followSession(awaited, { ...realWorld(home, {}), destinations: { forSession: async () => [port] } });
  expect(Object.keys(interactions)).toEqual(["p"]);
});
