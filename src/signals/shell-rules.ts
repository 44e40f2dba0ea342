import { destroysData } from "./data-rules.ts";
import { isLocalHost, isSource, isUpload } from "./network.ts";
import { absolutePath, findingsOfWrite, isOutside, isSecretPath, isTemporary, type Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";
import type { ShellCommand } from "./shell-commands.ts";

/** Finds what one program of a command line does, as ids of rules. A rule may appear twice. */
export function findingsOfCommand(command: ShellCommand, place: Place): FindingId[] {
  return [
    ...files(command, place),
    ...secrets(command),
    ...deletions(command, place),
    ...git(command),
    ...disks(command),
    ...destroysData(command),
    ...network(command),
    ...rights(command),
    ...guards(command),
  ];
}

/** Programs that show a file's text. */
const READERS = new Set(
  "cat tac nl less more head tail bat batcat grep egrep fgrep rg ag awk gawk mawk sed cut strings xxd od hexdump base64 jq yq sort uniq diff source . openssl".split(
    " ",
  ),
);
/** Programs that write to their last argument. */
const COPIERS = new Set(["cp", "mv", "install", "ln", "rsync", "scp"]);

function files(command: ShellCommand, place: Place): FindingId[] {
  const { program, args, writes } = command;
  const plain = args.filter((arg) => !arg.startsWith("-"));
  const written = [...writes];
  if (program === "tee") written.push(...plain);
  if (COPIERS.has(program) && plain.length > 1) written.push(plain.at(-1) ?? "");
  if (["sed", "perl"].includes(program) && args.some((arg) => /^-[a-z]*i/.test(arg)))
    written.push(...plain.slice(1));
  if (program === "crontab" && !args.some((arg) => arg === "-l")) return ["write.startup"];
  return written.flatMap((path) => (isTemporary(path) ? [] : findingsOfWrite(path, place)));
}

const TOKEN_PRINTERS: readonly RegExp[] = [
  /^aws configure get .*(secret|token)/,
  /^aws (secretsmanager get-secret-value|ssm get-parameters? .*--with-decryption)/,
  /^gcloud (auth|secrets) .*(print-(access|identity)-token|versions access)/,
  /^az (account get-access-token|keyvault secret show)/,
  /^gh auth (token|status .*(-t|--show-token))/,
  /^(kubectl|oc) get secrets? .*(-o|--output)/,
  /^security (find-(generic|internet)-password .*-\w*[gw]|dump-keychain)/,
  /^(pass|gopass) show /,
  /^op (read|item get) /,
  /^vault (read|kv get|print token)/,
  /^(docker|podman) (inspect|compose config|exec \S+ (env|printenv))/,
  /^(heroku config|vercel env pull|doppler secrets|infisical secrets|chamber read|sops (-d|decrypt))/,
  /^git (config .*(credential|extraheader)|credential fill)/,
  /^npm (config get .*(token|auth)|token list)/,
];

const SECRET_NAME = /(secret|token|passw(or)?d|api_?key|private_?key|credential|access_?key)/i;

function secrets(command: ShellCommand): FindingId[] {
  const { program, args, reads } = command;
  const found: FindingId[] = [];
  const isReader = READERS.has(program);
  // The first argument of grep and similar programs is a pattern. A file name as the pattern is harmless.
  const paths = isReader ? args.filter((arg) => !arg.startsWith("-")).slice(isSearch(program) ? 1 : 0) : [];
  if ([...paths, ...reads].some(isSecretPath)) found.push("secret.read");
  const line = `${program} ${args.join(" ")}`.slice(0, 2000);
  const isEnvPrint = ["env", "printenv", "export", "set"].includes(program) && args.length === 0;
  const prints =
    (program === "printenv" && args.some((arg) => SECRET_NAME.test(arg))) ||
    (program === "echo" && args.some((arg) => /^\$\{?\w+\}?$/.test(arg) && SECRET_NAME.test(arg))) ||
    (program !== "docker" && TOKEN_PRINTERS.some((pattern) => pattern.test(line)));
  if (prints) found.push("secret.print");
  if (isEnvPrint && program !== "set" && program !== "export") found.push("secret.environment");
  return found;
}

function isSearch(program: string): boolean {
  return /^([ef]?grep|rg|ag|g?awk|mawk|sed|jq|yq)$/.test(program);
}

function deletions({ program, args, fedBy }: ShellCommand, place: Place): FindingId[] {
  if (program === "rm" || program === "rmdir" || program === "Remove-Item") {
    const isRecursive = args.some((arg) => /^-[a-zA-Z]*[rR]|^--recursive$|^-Recurse/.test(arg));
    const targets = args.filter((arg) => !arg.startsWith("-"));
    // xargs or a loop feeds it, so the line does not name what it deletes.
    const isBlind = targets.length === 0 && fedBy !== undefined && isRecursive;
    return isRecursive && (isBlind || targets.some((target) => isRiskyTree(target, place)))
      ? ["destroy.files"]
      : [];
  }
  if (program === "find" && args.some((arg) => arg === "-delete")) {
    const roots = args.slice(
      0,
      args.findIndex((arg) => arg.startsWith("-")),
    );
    const isNarrow = args.some((arg) => /^-i?(name|path|regex|newer|mtime)/.test(arg));
    return roots.some((root) => isRiskyTree(root, place)) &&
      !(isNarrow && roots.every((root) => root === "."))
      ? ["destroy.files"]
      : [];
  }
  return [];
}

/** Whether deleting this tree may delete more than a folder of the project: roots, homes, wildcards, unknown names. */
function isRiskyTree(target: string, place: Place): boolean {
  const plain = target.replace(/\/+$/, "") || "/";
  if (
    /^(\/|~|\.|\.\.|\*|\.\*|\/\*|~\/\*|\.\/\*|\.git)$/.test(plain) ||
    /^(\.\.\/)+(\*|\.\.)?$/.test(`${plain}/`)
  )
    return true;
  if (/^(\$HOME|\$\{HOME\}|\$PWD|\$\(pwd\))(\/\*)?$/.test(plain)) return true;
  // If the variable is empty, `rm -rf "$X/"` is `rm -rf /`.
  if (/^\$\{?\w+\}?(\/\*?)?$/.test(target) && target.endsWith("/")) return true;
  if (/^\$\{?\w+\}?\/\*?$/.test(target)) return true;
  const absolute = absolutePath(plain, place);
  if (absolute === undefined) return false;
  if (isTemporary(absolute)) return false;
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

function git({ program, args }: ShellCommand): FindingId[] {
  if (program !== "git") return [];
  const { subcommand, rest } = gitParts(args);
  const has = (pattern: RegExp) => rest.some((arg) => pattern.test(arg));
  const found: FindingId[] = [];
  switch (subcommand) {
    case "push":
      if (has(/^(-[a-z]*f[a-z]*|--force(-with-lease.*|-if-includes)?)$/) || has(/^\+\S/))
        found.push("destroy.git-force-push");
      if (has(/^(--mirror|--delete|-d)$/)) found.push("destroy.git-history");
      break;
    case "filter-branch":
    case "filter-repo":
      found.push("destroy.git-history");
      break;
    case "reflog":
      if (has(/^(expire|delete)$/)) found.push("destroy.git-history");
      break;
    case "update-ref":
      if (has(/^-d$/)) found.push("destroy.git-history");
      break;
    case "gc":
      if (has(/^--prune=now$/)) found.push("destroy.git-history");
      break;
    case "reset":
      if (has(/^--(hard|merge)$/)) found.push("destroy.git-work");
      break;
    case "clean":
      if (has(/^-[a-zA-Z]*f|^--force$/) && !has(/^-[a-zA-Z]*n|^--dry-run$/)) found.push("destroy.git-work");
      break;
    case "checkout":
      if (has(/^(\.|-f|--force)$/)) found.push("destroy.git-work");
      break;
    case "restore":
      if (has(/^\.$/) && !has(/^--staged$|^-S$/)) found.push("destroy.git-work");
      break;
    case "stash":
      if (has(/^(drop|clear)$/)) found.push("destroy.git-work");
      break;
    case "branch":
      if (has(/^-[a-zA-Z]*D$/)) found.push("destroy.git-work");
      break;
    case "config":
      if (
        has(/^(core\.(hookspath|sshcommand|fsmonitor|pager|editor)|alias\..*|credential\.helper)$/i) &&
        rest.length > 1 &&
        !has(/^--(get|list|unset).*/)
      )
        found.push("write.git-hooks");
      break;
  }
  if (["commit", "push", "merge"].includes(subcommand) && has(/^--no-verify$/))
    found.push("guard.hooks-skipped");
  if (subcommand === "commit" && has(/^-[a-mo-z]*n[a-z]*$/)) found.push("guard.hooks-skipped");
  return found;
}

/** Splits git's arguments at the subcommand, which follows git's own options. */
function gitParts(args: readonly string[]): { subcommand: string; rest: string[] } {
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] as string;
    if (/^(-C|-c|--git-dir|--work-tree|--namespace)$/.test(arg)) index++;
    else if (!arg.startsWith("-")) break;
  }
  return { subcommand: args[index] ?? "", rest: args.slice(index + 1) };
}

const DEVICE = /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk\d|rdisk\d|mapper\/)/;

function disks({ program, args, writes }: ShellCommand): FindingId[] {
  const onDevice =
    writes.some((path) => DEVICE.test(path)) ||
    (program === "dd" && args.some((arg) => arg.startsWith("of=") && DEVICE.test(arg.slice(3)))) ||
    /^mkfs(\.\w+)?$/.test(program) ||
    (["wipefs", "blkdiscard", "sgdisk", "shred", "mkswap"].includes(program) &&
      args.some((arg) => DEVICE.test(arg))) ||
    (program === "diskutil" && args.some((arg) => /^(erase|reformat|partition)/i.test(arg)));
  return onDevice ? ["destroy.disk"] : [];
}

const INTERPRETERS = new Set(
  "sh bash zsh dash ksh ash fish python python3 node ruby perl php osascript pwsh".split(" "),
);

function network(command: ShellCommand): FindingId[] {
  const { program, args, madeBy, input, writes, reads, fedBy } = command;
  const found: FindingId[] = [];
  const runsInput =
    INTERPRETERS.has(program) && args.every((arg) => arg.startsWith("-") || arg === "/dev/stdin");
  const isFetched = fedBy !== undefined && chain(fedBy).some(isSource);
  if (runsInput && isFetched) found.push("network.pipe-to-shell");
  const runsWords = INTERPRETERS.has(program) || ["eval", "source", "."].includes(program);
  if (runsWords && madeBy.some(isSource)) found.push("network.pipe-to-shell");
  if (isUpload(command)) found.push("network.upload");
  const line = `${program} ${args.join(" ")} ${writes.join(" ")} ${reads.join(" ")} ${input ?? ""}`.slice(
    0,
    4000,
  );
  const isShellOut =
    (/\/dev\/(tcp|udp)\//.test(line) && /^(ba|z|k)?sh$|^exec$/.test(program)) ||
    (/^(nc|ncat|netcat)$/.test(program) &&
      args.some((arg) => /^-[a-z]*[ec]$|^--(sh-)?exec$/.test(arg)) &&
      args.some((arg) => /sh$/.test(arg))) ||
    (program === "socat" &&
      args.some((arg) => /^(exec|system):/i.test(arg)) &&
      args.some((arg) => /^(tcp|openssl|udp)/i.test(arg) && !isLocalHost(arg)));
  if (isShellOut) found.push("network.listen");
  return found;
}

/** A program and the programs that feed it, up to 50. */
function chain(command: ShellCommand): ShellCommand[] {
  const all: ShellCommand[] = [];
  for (let at: ShellCommand | undefined = command; at !== undefined && all.length < 50; at = at.fedBy)
    all.push(at);
  return all;
}

function rights({ program, args, isPrivileged }: ShellCommand): FindingId[] {
  const found: FindingId[] = [];
  if (isPrivileged || program === "su") found.push("privilege.root");
  const isOpen =
    program === "chmod" &&
    args.some((arg) =>
      /^0?[0-7]?[0-7]{2}[2367]$|^0?[4-7][0-7]{3}$|^([ugoa]*o[ugoa]*|a)?\+[rx]*w|^[ug]*\+[rwx]*s/.test(arg),
    );
  if (isOpen && !args.includes("--help")) found.push("privilege.permissions");
  return found;
}

function guards({ program, args }: ShellCommand): FindingId[] {
  const line = `${program} ${args.join(" ")}`.slice(0, 2000);
  const found: FindingId[] = [];
  if (
    program === "claude" &&
    /--(allow-)?dangerously-skip-permissions|--permission-mode[ =]bypassPermissions/.test(line)
  )
    found.push("guard.permissions-off");
  const hides =
    /^(history -c|unset HISTFILE|setenforce 0|ufw disable|iptables (-F|--flush)|csrutil disable|spctl --master-disable|auditctl -e 0|systemctl (stop|disable|mask) (auditd|firewalld|ufw|apparmor|falcon-sensor|crowdstrike))/.test(
      line,
    ) || /^(rm|shred|truncate) .*(\.(bash|zsh)_history|\/var\/log\/(auth|secure|audit|syslog))/.test(line);
  if (hides) found.push("guard.traces-off");
  return found;
}
