import type { FindingId } from "./rules.ts";

/** Where a call works, to resolve the paths in it. */
export interface Place {
  /** The project's folder. */
  project?: string;
  /** The call's working directory. Default: the project's folder. */
  cwd?: string;
  /** The user's home folder. */
  home?: string;
}

/** Files that usually hold secrets. Templates such as `.env.example` do not match. */
const SECRET_FILES: readonly RegExp[] = [
  /(^|\/)\.env(\.(?!(example|sample|template|dist|test|defaults?|schema)\b)[\w.-]+)?[*?]?$/,
  /(^|\/)\.?(netrc|_netrc|pgpass|git-credentials|npmrc|pypirc|my\.cnf|htpasswd|vault_pass|vault-token)$/,
  /(^|\/)\.ssh\/(id_[a-z0-9_]+|[\w.-]+\.pem|identity)$/,
  /(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /(^|\/)\.aws\/(credentials|sso\/cache\/.*)$/,
  /(^|\/)\.(azure\/(accessTokens|msal_token_cache)[\w.]*|config\/gcloud\/(credentials\.db|application_default_credentials\.json|access_tokens\.db))$/,
  /(^|\/)\.kube\/config$|(^|\/)kubeconfig$/,
  /(^|\/)\.docker\/config\.json$/,
  /(^|\/)\.config\/(gh\/hosts\.yml|op\/.*|rclone\/rclone\.conf)$/,
  /(^|\/)\.gnupg\/(private-keys.*|secring\.gpg)$/,
  /(^|\/)\.claude\/\.credentials\.json$/,
  /\.(p12|pfx|jks|keystore|kdbx)$/,
  /(^|\/)(?!(public|pub|ca|cert|chain|fullchain)[\w.-]*\.pem$)[\w.-]*(key|private)[\w.-]*\.pem$/,
  /(^|\/)[\w.-]*private[\w.-]*\.key$|(^|\/)(server|tls|ssl|client)\.key$/,
  /(^|\/)(secrets?|credentials?|service[-_]account[\w-]*|client_secrets?)\.(json|ya?ml|toml|ini|txt)$/,
  /(^|\/)(master|production|credentials)\.key$/,
  /(^|\/)etc\/(shadow|gshadow|sudoers)$/,
  /\.tfstate(\.backup)?$|(^|\/)terraform\.tfvars$/,
  /(^|\/)proc\/(self|\d+)\/environ$/,
];

/** Files that decide what runs or is allowed later. */
const WRITE_RULES: readonly [FindingId, RegExp][] = [
  [
    "write.agent-settings",
    /(^|\/)\.claude\/(settings(\.local)?\.json|hooks\/|agents\/|commands\/|skills\/|plugins\/)|(^|\/)\.(mcp|claude)\.json$|(^|\/)managed-settings\.json$/,
  ],
  ["write.git-hooks", /(^|\/)\.git\/(hooks\/|config$)|(^|\/)\.gitconfig$|(^|\/)\.husky\//],
  [
    "write.startup",
    /(^|\/)\.(bashrc|bash_profile|bash_login|bash_aliases|profile|zshrc|zprofile|zshenv|zlogin|xprofile|xinitrc|inputrc)$|(^|\/)\.config\/(fish\/config\.fish|fish\/conf\.d\/|autostart\/|systemd\/user\/)|(^|\/)Library\/Launch(Agents|Daemons)\/|^\/etc\/(profile|bash\.bashrc|environment|rc\.local|crontab|cron\.|systemd\/system\/|init\.d\/|ld\.so\.preload|sudoers|passwd)|(^|\/)\.ssh\/(authorized_keys|config|rc)$|(^|\/)var\/spool\/cron\/|Start Menu\/Programs\/Startup\//,
  ],
  [
    "write.ci",
    /(^|\/)\.github\/(workflows|actions)\/|(^|\/)\.gitlab-ci\.ya?ml$|(^|\/)\.circleci\/|(^|\/)Jenkinsfile$|(^|\/)azure-pipelines\.ya?ml$|(^|\/)bitbucket-pipelines\.yml$|(^|\/)\.buildkite\/|(^|\/)\.drone\.yml$|(^|\/)\.travis\.yml$/,
  ],
];

const TEMPORARY =
  /^(\/tmp|\/var\/tmp|\/private\/tmp|\/private\/var\/folders|\/var\/folders|\/dev\/shm|[A-Z]:\/Users\/[^/]+\/AppData\/Local\/Temp)(\/|$)|^\$\{?TMPDIR\b/i;

/** Whether a file of this name usually holds secrets. */
export function isSecretPath(path: string): boolean {
  const plain = slashes(path);
  return SECRET_FILES.some((pattern) => pattern.test(plain));
}

/** The ids of the rules that a write to this file matches. */
export function findingsOfWrite(path: string, place: Place): FindingId[] {
  const plain = slashes(path);
  const found = WRITE_RULES.filter(([, pattern]) => pattern.test(plain)).map(([id]) => id);
  // A more specific finding replaces `write.outside-project`.
  return found.length === 0 && isOutside(plain, place) ? ["write.outside-project"] : found;
}

/** Whether a path is certainly outside the project and temporary folders. False if the path cannot be resolved. */
export function isOutside(path: string, place: Place): boolean {
  const { project } = place;
  const absolute = absolutePath(slashes(path), place);
  if (absolute === undefined || project === undefined || isTemporary(absolute)) return false;
  // Claude Code's own plans, memory and scratch files.
  if (/(^|\/)\.claude\/(plans|projects|todos|tasks|memory|scratchpad)\//.test(absolute)) return false;
  const root = slashes(project).replace(/\/+$/, "");
  return absolute !== root && !absolute.startsWith(`${root}/`);
}

/** Whether a path is in a temporary folder, or is `/dev/null`, a terminal or a standard stream. */
export function isTemporary(path: string): boolean {
  return (
    TEMPORARY.test(slashes(path)) ||
    path === "/dev/null" ||
    /^\/dev\/(std(out|err)|fd\/|tty|tcp\/|udp\/)/.test(path)
  );
}

/**
 * Resolves `~`, `$HOME`, `..` and relative paths. Undefined if the path has other variables or its folder is unknown.
 */
export function absolutePath(path: string, { project, cwd = project, home }: Place): string | undefined {
  const known = path.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, home ?? "~");
  if (known.startsWith("~")) return known;
  if (/[$`]/.test(known)) return undefined;
  const isAbsolute = /^(\/|[A-Za-z]:\/)/.test(known);
  if (!isAbsolute && cwd === undefined) return undefined;
  return normalized(isAbsolute ? known : `${slashes(cwd ?? "")}/${known}`);
}

function normalized(path: string): string {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") out.pop();
    else out.push(part);
  }
  return /^[A-Za-z]:/.test(path) ? out.join("/") : `/${out.join("/")}`;
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
