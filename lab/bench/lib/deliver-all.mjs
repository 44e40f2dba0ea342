// Records that the destination of the settings has received every session, as a first export does after the backend's
// acknowledgement. A real first export of 20,000 sessions waits for the disk at each session, which takes minutes.
// second-pass.mjs bundles this file.
import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { prepare } from "../../../src/delivery/load/load.ts";
import { findAllSessions } from "../../../src/files/find-sessions.ts";
import { openCatalog } from "../../../src/state/catalog/catalog.ts";
import { destinationPlace, ensurePlace, keyOf } from "../../../src/state/destinations/destination-place.ts";
import { homeAt } from "../../../src/state/home.ts";
import { newPosition, positionChange } from "../../../src/state/position/position.ts";

const prepared = await prepare({ env: process.env, otelFromEnvironment: true, userAgent: "" });
const key = keyOf(prepared);
const home = homeAt(prepared.config.home);
const place = destinationPlace(home, key);
ensurePlace(place);
const catalog = openCatalog(home);
for (const session of findAllSessions({ configDir: join(homedir(), ".claude"), cwd: process.cwd() })) {
  catalog.look(session).noteDelivered(key);
  const { path, content } = positionChange(place, newPosition(session.sessionId, session.path));
  writeFileSync(path, content, { mode: 0o600 });
}
catalog.save();
