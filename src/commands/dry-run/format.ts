import { type Input, textFlag } from "../../cli/command.ts";
import { UserError } from "../../config/user-error.ts";

const DRY_RUN_FORMATS = ["otlp-json", "chrome-trace"] as const;
export type DryRunFormatName = (typeof DRY_RUN_FORMATS)[number];

/** Returns the format that `--format` names. */
export function formatOf(input: Input): DryRunFormatName {
  const text = textFlag(input, "format");
  if (text === undefined) return "otlp-json";
  const format = DRY_RUN_FORMATS.find((name) => name === text);
  if (format === undefined)
    throw new UserError(`--format is "${text}", but must be ${DRY_RUN_FORMATS.join(" or ")}.`);
  if (input.flags["dry-run"] === true) return format;
  throw new UserError("--format says what --dry-run prints; what is sent is always protobuf.", {
    hint: "Add --dry-run, or remove --format.",
  });
}
