import { isSecretPath } from "../paths.ts";
import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";
import { gitParts } from "./git.ts";

/** Programs that show a file's text. */
const READERS = new Set(
  "cat tac nl less more head tail bat batcat grep egrep fgrep rg ag awk gawk mawk sed cut paste strings xxd od hexdump base64 jq yq sort uniq diff source . openssl".split(
    " ",
  ),
);
const TOKEN_PRINTERS: readonly RegExp[] = [
  /^aws configure get .*(secret|token)/,
  /^aws (secretsmanager get-secret-value|ssm get-parameters? .*--with-decryption)/,
  /^gcloud (auth|secrets) .*(print-(access|identity)-token|versions access)/,
  /^az (account get-access-token|keyvault secret show)/,
  /^gh auth (token|status .*(-t|--show-token))/,
  /^(kubectl|oc) get secrets? .*(-o|--output)(?![ =]?name)/,
  /^security (find-(generic|internet)-password .*-\w*[gw]|dump-keychain)/,
  /^(pass|gopass) show /,
  /^op (read|item get) /,
  /^vault (read|kv get|print token)/,
  /^(docker|podman) (inspect|compose config|exec \S+ (env|printenv))/,
  /^(heroku config|vercel env pull|doppler secrets|infisical secrets|chamber read|sops (-d|decrypt))/,
  /^git (config .*(credential|extraheader)|credential fill)/,
  /^npm (config get .*(token|auth)|token list)/,
];

const SECRET_NAME = /(secret|token(?!s)|passw(or)?d|api_?key|private_?key|credential|access_?key)/i;

/** Finds secrets that a program reads or prints. */
export function secrets(command: ShellCommand): FindingId[] {
  const { program, args, reads, shows, sets, writes, feeds } = command;
  const found: FindingId[] = [];
  const isReader = READERS.has(program);
  // The first argument of grep and similar programs is a pattern. A file name as the pattern is harmless.
  const paths = isReader ? args.filter((arg) => !arg.startsWith("-")).slice(isSearch(program) ? 1 : 0) : [];
  if (program === "dd") paths.push(...args.flatMap((arg) => (arg.startsWith("if=") ? arg.slice(3) : [])));
  // A version of a file in git's history: `git show HEAD:.env`.
  if (program === "git" && gitParts(args).subcommand === "show")
    paths.push(...args.flatMap((arg) => (arg.includes(":") ? arg.slice(arg.indexOf(":") + 1) : [])));
  if ([...paths, ...reads].some(isSecretPath)) found.push("secret.read");
  const line = `${program} ${args.join(" ")}`.slice(0, 2000);
  const isEnvPrint =
    (/^(env|printenv)$/.test(program) && args.every((arg) => /^(-0|--null)$/.test(arg))) ||
    (/^(export|declare|typeset)$/.test(program) &&
      sets.length === 0 &&
      args.every((arg) => /^-[px]+$/.test(arg)));
  // A search in it prints a few of its lines.
  const isFiltered =
    feeds !== undefined &&
    /^([ef]?grep|rg)$/.test(feeds.program) &&
    !feeds.args.some((arg) => /^-\w*v|secret|token|key|pass|cred/i.test(arg));
  // What goes to a file or to a program that takes a password is not printed.
  const isSeen = writes.length === 0 && (feeds === undefined || PASSES_ON.test(feeds.program));
  const prints =
    (program === "printenv" && args.some((arg) => SECRET_NAME.test(arg))) ||
    (/^(echo|printf)$/.test(program) && isSeen && shows.some((name) => SECRET_NAME.test(name))) ||
    (program !== "docker" && TOKEN_PRINTERS.some((pattern) => pattern.test(line)));
  if (prints) found.push("secret.print");
  if (isEnvPrint && !isFiltered) found.push("secret.environment");
  return found;
}

/** Programs that print what they read, in one form or another. */
const PASSES_ON =
  /^(cat|tee|head|tail|less|more|base64|xxd|od|hexdump|rev|fold|sed|awk|tr|cut|grep|jq|xargs)$/;

function isSearch(program: string): boolean {
  return /^([ef]?grep|rg|ag|g?awk|mawk|sed|jq|yq)$/.test(program);
}
