// Preloaded into a program: notes, when it ends, how long it ran (Node's start included) and its largest memory.
import { writeFileSync } from "node:fs";
import { usageSince } from "./usage.mjs";

process.on("exit", () => {
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usageSince(0)));
});
