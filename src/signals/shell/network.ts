import type { ShellCommand } from "./command.ts";

/** Whether a program fetches something from another host. */
export function isSource({ program, args }: ShellCommand): boolean {
  if (/^(curl|wget|fetch|aria2c|http|https|xh|iwr|irm|Invoke-WebRequest|Invoke-RestMethod)$/.test(program))
    return (
      !args.some((arg) => /^https?:\/\//.test(arg)) ||
      args.some((arg) => /^https?:\/\//.test(arg) && !isLocalHost(arg))
    );
  return false;
}

/** Whether a URL or host is this machine. */
export function isLocalHost(text: string): boolean {
  return /^(?:[a-z]+:(?:\/\/)?)?(?:[^@/\s]*@)?(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(?=[:/,]|$)(?![^/?#]*@)/i.test(
    text,
  );
}

/** Programs that pass on what is in files. */
const FILES = /^(cat|base64|head|tail|tar|zip|gzip|xxd|dd|pg_dump|mysqldump|git)$/;

/** A substitution with the text of a file. */
const SENDS_FILE = /(?:\$\(|`)\s*(?:cat|base64|head|tail|xxd|gzip|tar)\s[^)`]{0,500}[\w./]/;

/** Whether the program sends a local file, or another program's output, to another host. */
export function isUpload(command: ShellCommand): boolean {
  const { program, args, fedBy, reads, writes } = command;
  if (writes.some((path) => /^\/dev\/(tcp|udp)\//.test(path)) && FILES.test(program)) return true;
  const hosts = args.filter((arg) => /^[a-z]+:\/\//i.test(arg));
  if (hosts.length > 0 && hosts.every(isLocalHost)) return false;
  switch (program) {
    case "curl":
      return curlUploads(args, fedBy);
    case "wget":
      return args.some((arg) => /^--(post|body)-file/.test(arg) || SENDS_FILE.test(arg));
    case "scp":
    case "rsync": {
      const words = wordsOf(args);
      return words.length > 1 && isRemote(words.at(-1) ?? "");
    }
    case "ssh":
      return fedBy !== undefined && FILES.test(fedBy.program);
    case "sftp":
    case "ftp":
      return false;
    case "nc":
    case "ncat":
    case "netcat":
      return (
        (fedBy !== undefined || reads.length > 0) && args.some((arg) => /\./.test(arg) && !isLocalHost(arg))
      );
    case "aws":
      return /^s3 (cp|mv|sync) (?!s3:)\S+ s3:\/\//.test(wordsOf(args).join(" "));
    case "gsutil":
    case "gcloud":
      return /(^| )(cp|rsync|mv) (?!gs:)\S+ gs:\/\//.test(wordsOf(args).join(" "));
    case "rclone":
      return /^(copy|sync|move|copyto) \S+ \w+:/.test(wordsOf(args).join(" "));
    case "gh":
      return args[0] === "gist" && args[1] === "create";
    default:
      return false;
  }
}

function wordsOf(args: readonly string[]): string[] {
  return args.filter((arg) => !arg.startsWith("-"));
}

/** Whether the arguments of curl send a file, or what another program feeds to it. */
function curlUploads(args: readonly string[], fedBy: ShellCommand | undefined): boolean {
  const after = (pattern: RegExp) =>
    args.flatMap((arg, index) => (pattern.test(arg) ? [args[index + 1] ?? ""] : []));
  return (
    after(/^(-T|--upload-file)$/).length > 0 ||
    args.some((arg) => /^-T./.test(arg)) ||
    args.some(
      (arg, index) => SENDS_FILE.test(arg) && !/^(-H|--header|-u|--user)$/.test(args[index - 1] ?? ""),
    ) ||
    after(/^(-d|--data|--data-binary|--data-raw|--data-urlencode|--json)$/).some((value) =>
      sendsFile(value, fedBy),
    ) ||
    args.some((arg) => /^(-d|--data[\w-]*=|--json=)@/.test(arg) && !/@-$/.test(arg)) ||
    after(/^(-F|--form)$/).some((value) => /=[@<]/.test(value)) ||
    args.some((arg) => /^-[a-zA-Z]*F[\w-]+=[@<]/.test(arg))
  );
}

function sendsFile(value: string, fedBy: ShellCommand | undefined): boolean {
  // `@-` sends standard input. It counts as a file if a program other than echo, printf or jq feeds it.
  if (value === "@-") return fedBy !== undefined && !/^(echo|printf|jq)$/.test(fedBy.program);
  return (
    value.startsWith("@") ||
    (/[^=&]*=?@(?![-\w.]+\.[a-z]{2,}$)\/?[\w./~-]+$/.test(value) && value.includes("=@"))
  );
}

function isRemote(target: string): boolean {
  return (
    (/^(?:[\w.-]+@)?[\w.-]+:(?!\\)/.test(target) || /^rsync:\/\//.test(target)) &&
    !/^[A-Za-z]:[/\\]/.test(target) &&
    !isLocalHost(target)
  );
}
