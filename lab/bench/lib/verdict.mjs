// A figure, its spread and its limit, in a line; and whether all of them kept within theirs.
import { describeSpread, median } from "./rounds.mjs";

/** Collects figures; `failures` are the lines of those beyond their limit. */
export function createVerdict() {
  const failures = [];
  return {
    failures,
    /**
     * Prints the median and the spread of the rounds' ratios; without a limit it is told only. `aim`: what it is to become
     * where that is less.
     */
    ratio(name, ratios, limit, aim) {
      const kept = limit === undefined || median(ratios) <= limit;
      const line = `${name}: ${describeSpread(ratios, 2)}${limit === undefined ? "" : `, limit ${limit}`}${aim === undefined ? "" : `, aim ${aim}`}`;
      console.log(`${kept ? "    " : "FAIL"} ${line}`);
      if (!kept) failures.push(line);
    },
  };
}
