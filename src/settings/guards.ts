/**
 * Rules for Claude Code's own `permissions.deny`, by purpose. The client checks them itself, so they need no process
 * for each call. Each was tested with the real client (lab/client-setup/guards.test.ts). docs/operate/findings.md says
 * what they stop and what they do not.
 */

/**
 * `//` is the root of the file system, and `**` any folder below. Without `//` a rule applies only to the session's
 * folder.
 */
const SECRETS = [
  "//**/.env",
  "//**/.env.local",
  "//**/.env.*.local",
  "//**/.env.development",
  "//**/.env.staging",
  "//**/.env.production",
  "//**/id_rsa",
  "//**/id_dsa",
  "//**/id_ecdsa",
  "//**/id_ed25519",
  "//**/*.p12",
  "//**/*.pfx",
  "//**/*.jks",
  "//**/*.keystore",
  "//**/*.kdbx",
  "//**/privkey.pem",
  "//**/*-key.pem",
  "~/.ssh/*.pem",
  "~/.aws/credentials",
  "~/.azure/msal_token_cache*",
  "~/.config/gcloud/*.db",
  "~/.config/gcloud/application_default_credentials.json",
  "~/.config/gh/hosts.yml",
  "~/.kube/config",
  "~/.docker/config.json",
  "~/.gnupg/private-keys-v1.d/**",
  "~/.claude/.credentials.json",
  "~/.git-credentials",
  "~/.netrc",
  "~/.npmrc",
  "~/.pypirc",
  "~/.pgpass",
];

/** The client itself looks into `&&`, pipes, `sudo`, `env` and similar. */
const DESTRUCTIVE = [
  "rm -rf*",
  "rm -fr*",
  "rm -Rf*",
  "rm -fR*",
  "rm -r -f *",
  "rm -f -r *",
  "rm --recursive --force *",
  "rm --force --recursive *",
  "git push --force",
  "git push --force *",
  "git push * --force",
  "git push * --force *",
  "git push -f",
  "git push -f *",
  "git push * -f",
  "git push * -f *",
  "git filter-branch *",
  "git filter-repo *",
  "mkfs*",
  "wipefs *",
  "shred *",
  "dd * of=/dev/*",
  "dropdb *",
  "terraform destroy*",
  "tofu destroy*",
  "kubectl delete namespace *",
];

/** The rules of each group. */
export const GUARDS = {
  secrets: SECRETS.map((path) => `Read(${path})`),
  destructive: DESTRUCTIVE.map((command) => `Bash(${command})`),
} as const;

export type Guard = keyof typeof GUARDS;

export const GUARD_NAMES = Object.keys(GUARDS) as readonly Guard[];

/** Returns the rules of these groups. */
export function rulesOf(guards: readonly Guard[]): string[] {
  return guards.flatMap((guard) => GUARDS[guard]);
}

/** Parses `secrets,destructive` or `off`. Returns undefined for anything else. */
export function parseGuards(text: string): readonly Guard[] | undefined {
  const words = text.split(",").map((word) => word.trim());
  if (words.join() === "off") return [];
  return words.every((word): word is Guard => Object.hasOwn(GUARDS, word)) ? [...new Set(words)] : undefined;
}

/** Returns the groups that our rules belong to. */
export function guardsOf(rules: readonly string[]): Guard[] {
  return GUARD_NAMES.filter((guard) => GUARDS[guard].some((rule) => rules.includes(rule)));
}
