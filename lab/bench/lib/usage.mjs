/** The use of this process so far: time since `startMs`, processor time and peak memory. */
export function usageSince(startMs) {
  const { user, system } = process.cpuUsage();
  return {
    ms: performance.now() - startMs,
    cpuMs: (user + system) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}
