import { homedir } from "node:os";
import { usualHome } from "./config/home-folder.ts";
import { optimizeIfMuchIsRead } from "./files/v8-flags.ts";
import { homeAt } from "./state/home.ts";
import { realWorld } from "./state/world.ts";
import { runWorker } from "./worker/worker.ts";

// The background process that the hook starts, with the environment that `configure` has written down. Whatever else is in
// there by some other way is no setting: those are in the user's settings.json. What goes wrong is a line in the log:
// nobody is watching.
const FROM_CONFIGURE =
  /^(PATH|HOME|USERPROFILE|SystemRoot|ComSpec|TEMP|TMP|TMPDIR|CCOTEL_HOME|CCOTEL_(TRACES_|METRICS_|LOGS_)?HEADERS|NODE_EXTRA_CA_CERTS|(https?|all|no)_proxy)$/i;

const home = homeAt(process.env.CCOTEL_HOME || usualHome(homedir()));
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => FROM_CONFIGURE.test(name)));
const world = realWorld(home, env);

optimizeIfMuchIsRead();

/** Comes true when the worker has ended well and has sent something; never rejects. */
export const hasSent: Promise<boolean> = runWorker(world).catch((error: unknown) => {
  world.log(`the worker failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
  return false;
});
