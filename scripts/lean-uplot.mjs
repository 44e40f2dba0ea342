// Leaves out of uPlot what the page never uses, a fifth of its code. uPlot decides at run time what a chart needs, so
// esbuild cannot see what is unused. The page works with the whole uPlot, too.

import { readFile } from "node:fs/promises";

/** Lines without which esbuild finds the functions and tables that they mention unused. */
const LINES = [
  // Formats of dates and scales of time: the page has its own.
  "const localTz = ",
  "const [ timeIncrsMs, ",
  "const [ timeIncrsS, ",
  "const _tzDate  = ",
  "const _fmtDate = ",
  "const _timeAxisSplits = ",
  "const _timeAxisVals   = ",
  "const _timeSeriesVal  = ",
  "uPlot.fmtDate = ",
  "uPlot.tzDate  = ",
  // The result of this call is not used in uPlot either.
  "genIncrs(2, -53, 53, [1]);",
  // The page has only bars and steps.
  "(paths.linear  = ",
  "(paths.spline  = ",
  // Helpers for users of uPlot.
  "uPlot.assign = ",
  "uPlot.fmtNum = ",
  "uPlot.rangeNum = ",
  "uPlot.rangeLog = ",
  "uPlot.rangeAsinh = ",
  "uPlot.orient   = ",
  "uPlot.join = ",
  "uPlot.sync = ",
  "uPlot.addGap = ",
  "uPlot.clipGaps = ",
];

/** Conditions whose result is known for the page: what they are, what they become, and how often they occur. */
const KNOWN = [
  [/\bFEAT_TIME {10}= true\b/g, "FEAT_TIME = false", 1],
  [/\bisTime(?= (?:\?|&&) )/g, "false", 6],
  // Scales are linear: not logarithmic, by index or by a function.
  [/\b(?:w?sc\.)?distr == (?:3|4|100)\b/g, "false", 22],
  [/\bsc\.distr (?:== 2|>= 3)/g, "false", 3],
  [/\bxScaleDistr == [234]\b/g, "false", 6],
  // All series of a chart have the same x.
  [/\bmode == 1\b/g, "true", 16],
  [/\bmode == 2\b/g, "false", 16],
  // The path of a series that names none. All of ours name one.
  [/= linear\(\) ;/g, "= null;", 1],
  // esbuild keeps an unused call, unless it is marked as free of effects.
  [/\b(?:days|months)\.map\(slice3\)/g, "/* @__PURE__ */ $&", 2],
];

/** A plugin of esbuild. The build fails if uPlot is not as described here: look at what a new version of it does. */
export const leanUplot = {
  name: "lean-uplot",
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => ({
      contents: lean(await readFile(path, "utf8")),
    }));
  },
};

function lean(text) {
  const changes = [...LINES.map((line) => [line, "// $&", 1]), ...KNOWN];
  return changes.reduce((before, [pattern, replacement, times]) => {
    const found = before.split(pattern).length - 1;
    if (found !== times) throw new Error(`uPlot contains ${pattern} ${found} times instead of ${times}.`);
    return before.replace(pattern, replacement);
  }, text);
}
