// Prints each figure with its spread and limit in one line, and collects the figures that exceed their limits.
import { describeSpread, median } from "./rounds.mjs";

/** Collects figures. `failures` are the lines of those that exceed their limits. */
export function createVerdict() {
  const failures = [];
  return {
    failures,
    /**
     * Prints the median and the spread of the rounds' ratios. Without a limit, it only prints them. `aim`: a future
     * limit below the current one.
     */
    ratio(name, ratios, limit, aim) {
      const kept = limit === undefined || median(ratios) <= limit;
      const line = `${name}: ${describeSpread(ratios, 2)}${limit === undefined ? "" : `, limit ${limit}`}${aim === undefined ? "" : `, aim ${aim}`}`;
      console.log(`${kept ? "    " : "FAIL"} ${line}`);
      if (!kept) failures.push(line);
    },
  };
}
