/** Milliseconds of processor time that `work` takes. Other programs on the machine do not affect it. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
