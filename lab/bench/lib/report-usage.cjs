// Required by a program: notes, when it ends, how long it ran (Node's start included) and its largest memory.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({ ms: performance.now(), cpuMs: (user + system) / 1000, megabytes }),
  );
});
