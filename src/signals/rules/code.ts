import { findingsOfWrite, isSecretPath, isTemporary, type Place } from "../paths.ts";
import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";
import { isLocalHost } from "../shell/network.ts";
import { codeOf } from "../shell/sources.ts";

const READS =
  /\b(open|readFile(Sync)?|read_text|createReadStream|slurp|File\.read|IO\.read|file_get_contents)\b/;
/** Calls that write a file, with its path. */
const WRITES = [
  /\bopen\s*\(\s*(["'`])((?:(?!\1).){1,300})\1\s*,\s*(?:mode\s*=\s*)?["'][wax]/g,
  /\b(?:write|append)File(?:Sync)?\s*\(\s*(["'`])((?:(?!\1).){1,300})\1/g,
  /\bPath\s*\(\s*(["'`])((?:(?!\1).){1,300})\1\s*\)\s*\.\s*write_/g,
  /\b(?:File\.write|IO\.write|file_put_contents)\s*\(?\s*(["'`])((?:(?!\1).){1,300})\1/g,
];
const DELETES_TREE = /\b(rmtree|rm_rf|remove_entry_secure|rmSync|rmdirSync|fs\.rm|rimraf)\b/;
const PRINTS = /\b(print|puts|console\.log|console\.dir|echo|pprint|dump|write)\b/;
const WHOLE_ENVIRONMENT =
  /\bos\.environ\b(?!\s*[[.]\s*(get|["'[]))(?!\[)|\bprocess\.env\b(?!\s*[.[])|\bENV\b(?!\s*[.[])|%ENV/;
const SENDS =
  /\b(requests\.(post|put|patch)|httpx\.(post|put)|urlopen|fetch|axios\.(post|put)|Net::HTTP\.post)\b/;

/**
 * Finds what a short program in another language does that a command line runs: `python -c`, `node -e`, a
 * here-document. It looks at literal paths and at the calls beside them, and knows no variables.
 */
export function findingsOfCode(
  command: ShellCommand,
  place: Place,
  isRisky: (path: string) => boolean,
): FindingId[] {
  const code = codeOf(command)?.slice(0, 20_000);
  if (code === undefined) return [];
  const literals = [...code.matchAll(/(["'`])((?:(?!\1)[^\\\n]){1,300})\1/g)].map(([, , text = ""]) => text);
  const found: FindingId[] = [];
  const written = WRITES.flatMap((pattern) => [...code.matchAll(pattern)].map(([, , path = ""]) => path));
  const isRead = (path: string) => isSecretPath(path) && !written.includes(path);
  if (READS.test(code) && literals.some(isRead)) found.push("secret.read");
  for (const path of written) if (!isTemporary(path)) found.push(...findingsOfWrite(path, place));
  if (DELETES_TREE.test(code) && literals.some(isRisky)) found.push("destroy.files");
  const prints = PRINTS.test(code) || command.args.some((arg) => /^(-[a-zA-Z]*p|--print)$/.test(arg));
  if (prints && WHOLE_ENVIRONMENT.test(code)) found.push("secret.environment");
  const isRemote = literals.some((text) => /^https?:\/\//.test(text) && !isLocalHost(text));
  if (SENDS.test(code) && READS.test(code) && isRemote) found.push("network.upload");
  if (/\bsocket\b/.test(code) && /connect/.test(code) && /\bsh\b|\/bin\/\w*sh/.test(code))
    found.push("network.listen");
  return found;
}
