// For `node --require`: writes down the program's run time (with Node's start) and its peak memory when it exits.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({ ms: performance.now(), cpuMs: (user + system) / 1000, megabytes }),
  );
});
