// The command line as a separate process, with the faults of steps.ts.

import "./steps.ts";
import { processIo } from "../../src/cli/io.ts";
import { main } from "../../src/commands/run.ts";

main(process.argv.slice(2), processIo(__filename)).then((exitCode) => {
  process.exitCode = exitCode;
});
