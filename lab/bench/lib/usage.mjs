/** What this process has used so far: time since `startMs`, processor time and its largest memory. */
export function usageSince(startMs) {
  const { user, system } = process.cpuUsage();
  return {
    ms: performance.now() - startMs,
    cpuMs: (user + system) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}
