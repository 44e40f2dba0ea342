import { isRecord } from "../../objects.ts";
import { grouped } from "../../units.ts";
import type { ContentPolicy } from "./policy.ts";
import { lengthMarker, sayPath, sayText } from "./text.ts";

/**
 * A tool call's arguments in the form in which they may be sent: with every text cleaned or, with `redact`, only the
 * kind and length of each value, and paths as hashes.
 */
export function sayArguments(policy: ContentPolicy, input: unknown): unknown {
  if (policy.redact === undefined) return clean(policy, input, undefined);
  if (!isRecord(input)) return kindOf(input);
  return Object.fromEntries(
    Object.entries(input).map(([key, value], index) => {
      const isPath = typeof value === "string" && PATH_ARGUMENTS.has(key);
      return [sayName(key, index), isPath ? sayPath(policy, value) : kindOf(value)] as const;
    }),
  );
}

/** Names of arguments of the client's own tools that hold a path. */
const PATH_ARGUMENTS = new Set(["file_path", "notebook_path", "path"]);

/** `name` tells `policy.clean` what a value is. In a list, the flag in front of an item does: `["--password", "…"]`. */
function clean(policy: ContentPolicy, value: unknown, name: string | undefined): unknown {
  if (typeof value === "string") return sayText(policy, value, "text", name);
  if (typeof value === "number" && name !== undefined) {
    const said = policy.clean(String(value), name);
    return said === String(value) ? value : said;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const before: unknown = value[index - 1];
      const isFlag = typeof before === "string" && /^--?[\w-]{1,60}$/.test(before);
      return clean(policy, item, isFlag ? before : name);
    });
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [sayText(policy, key), clean(policy, item, key)] as const),
  );
}

/**
 * Names of arguments of the client's own tools. Any other name may be content, such as the key of a map, so it is
 * replaced by its position and length.
 */
const ARGUMENT_NAMES = new Set(
  [
    "command description run_in_background timeout file_path old_string new_string replace_all content limit offset edits",
    "pattern path glob output_mode head_limit multiline type prompt subagent_type model query url allowed_domains",
    "blocked_domains skill args questions plan planFilePath todos notebook_path cell_id new_source cell_type edit_mode",
    "task_id bash_id shell_id filter block to message recipient recipient_kind summary subject status taskId",
  ].flatMap((line) => line.split(" ")),
);

function sayName(name: string, index: number): string {
  return ARGUMENT_NAMES.has(name) ? name : lengthMarker(`name ${index + 1}`, name);
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return lengthMarker("text", value);
  if (Array.isArray(value))
    return `[list, ${grouped(value.length)} ${value.length === 1 ? "item" : "items"}]`;
  if (!isRecord(value)) return `[${value === null ? "null" : typeof value}]`;
  const size = Object.keys(value).length;
  return `[object, ${grouped(size)} ${size === 1 ? "entry" : "entries"}]`;
}
