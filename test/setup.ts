import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";

// Properties draw the same values in every run, so that a failure is reproducible everywhere. For other values, run
// `FC_SEED=random npm test`. A failure prints its seed.
const { FC_SEED = "20261121" } = process.env;
if (FC_SEED !== "random") fc.configureGlobal({ seed: Number(FC_SEED) });

// Tests compare times, modes and paths of files. A test about another time zone sets it, with `useTimeZone`.
process.env.TZ = "UTC";
process.umask(0o022);
// On macOS, for example, the path of the temporary folder has a link in it.
process.env.TMPDIR = realpathSync(tmpdir());
