import { absolutePath, isOutside, isTemporary, type Place } from "../paths.ts";
import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";
import { NARROW } from "../shell/sources.ts";

/** Finds trees that a program deletes and that are not clearly part of the project. */
export function deletions(command: ShellCommand, place: Place): FindingId[] {
  const { program, args, fedBy, isFed } = command;
  const isRisky = (target: string) => isRiskyIn(target, command, place);
  if (/^(rm|rmdir|rimraf|Remove-Item)$/.test(program)) {
    const isRecursive =
      program === "rimraf" || args.some((arg) => /^-[a-zA-Z]*[rR]|^--recursive$|^-Recurse/.test(arg));
    const targets = args.filter((arg) => !arg.startsWith("-"));
    // xargs or a loop feeds it, so the line does not name what it deletes.
    const isUnnamed =
      targets.length === 0 || (isFed === true && targets.every((target) => /^\{\}$|^%$/.test(target)));
    const isBlind = isUnnamed && (fedBy !== undefined || isFed === true) && !isFedNarrowly(fedBy, place);
    return isRecursive && (isBlind || targets.some(isRisky)) ? ["destroy.files"] : [];
  }
  if (program === "find" && args.some((arg) => arg === "-delete")) {
    const isNarrow = args.some((arg) => NARROW.test(arg));
    const roots = rootsOfFind(args);
    return roots.some(isRisky) && !(isNarrow && roots.every((root) => root === ".")) ? ["destroy.files"] : [];
  }
  return [];
}

/** Whether `find` names what a program gets from it, within the project. */
function isFedNarrowly(fedBy: ShellCommand | undefined, place: Place): boolean {
  if (fedBy?.program !== "find" || !fedBy.args.some((arg) => NARROW.test(arg))) return false;
  return rootsOfFind(fedBy.args).every((root) => root === "." || !isRiskyTree(root, place));
}

function rootsOfFind(args: readonly string[]): string[] {
  const end = args.findIndex((arg) => /^[-(!]/.test(arg));
  return args.slice(0, end === -1 ? undefined : end);
}

/** As `isRiskyTree`. Wildcards count in the folder that the command line has changed to. */
function isRiskyIn(target: string, { cwd }: ShellCommand, place: Place): boolean {
  if (cwd === undefined || !/^(\.\/)?\*$|^\.$/.test(target)) return isRiskyTree(target, place);
  return isRiskyTree(cwd, place);
}

/** Whether deleting this tree may delete more than a folder of the project: roots, homes, wildcards, unknown names. */
export function isRiskyTree(target: string, place: Place): boolean {
  const plain = target.replace(/\/+$/, "").replace(/\$\{HOME:?[?-][^}$]{0,200}\}/, "$HOME") || "/";
  if (
    /^(\/|~|\.|\.\.|\*|\.\*|\/\*|~\/\*|\.\/\*|\.git)$/.test(plain) ||
    /^(\.\.\/)+(\*|\.\.)?$/.test(`${plain}/`)
  )
    return true;
  if (/^(\$HOME|\$\{HOME\}|\$PWD|\$\(pwd\)|\$\(git rev-parse --show-toplevel\))(\/\*)?$/.test(plain))
    return true;
  // If the variable is empty, `rm -rf "$X/"` is `rm -rf /`.
  if (/^\$\{?\w+\}?(\/\*?)?$/.test(target) && target.endsWith("/")) return true;
  if (/^\$\{?\w+\}?\/\*?$/.test(target)) return true;
  if (/^\/\$\{?\w+\}?(\/\*?)?$/.test(target)) return true;
  const absolute = absolutePath(plain, place);
  if (absolute === undefined) return false;
  if (isTemporary(absolute) || isCache(absolute)) return false;
  if (
    /^\/(\w+)?$|^\/(usr|etc|var|home|opt|bin|lib|root|boot|Users|System|Applications)(\/[^/]+)?$/.test(
      absolute,
    )
  )
    return absolute !== place.project || plain !== absolute;
  if (place.project !== undefined && absolute === place.project) return true;
  if (place.project?.startsWith(`${absolute}/`)) return true;
  return isOutside(plain, place);
}

/** A folder that package managers and build tools fill again. */
function isCache(path: string): boolean {
  return /\/(\.cache|Library\/Caches|\.gradle\/(caches|daemon)|\.npm\/_cacache|\.m2\/repository|\.ivy2\/cache|\.cargo\/registry|\.nuget\/packages|\.yarn\/cache)(\/|$)/.test(
    path,
  );
}
