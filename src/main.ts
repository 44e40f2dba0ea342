import { processIo } from "./cli/io.ts";
import { main } from "./commands/run.ts";

main(process.argv.slice(2), processIo(__filename)).then((exitCode) => {
  process.exitCode = exitCode;
});
