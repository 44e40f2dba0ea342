import { homedir } from "node:os";
import { join } from "node:path";
import { usualHome } from "../config/home-folder.ts";
import { startWorker } from "./start-worker.ts";

// The program that the hook starts.
const state = process.env.CCOTEL_HOME || usualHome(homedir());
startWorker(join(__dirname, "worker-code.cjs"), join(state, "worker-code.cache"));
