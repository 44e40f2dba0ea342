import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";
import { literalOutput } from "../shell/sources.ts";

/** Programs that run SQL from their arguments or standard input. */
const SQL_CLIENTS =
  /^(psql|mysql|mariadb|sqlite3|sqlcmd|mssql-cli|clickhouse(-client)?|duckdb|cockroach|usql|bq|snowsql)$/;
const SQL_DESTROYS =
  /\b(drop\s+(database|schema|table|user|role)|truncate(\s+table)?\s+\w|delete\s+from\s+[\w."`]+\s*(;|$|"|'))/i;

const DATABASE: readonly RegExp[] = [
  /^(dropdb|dropuser)\b/,
  /^redis-cli .*\bflush(all|db)\b/i,
  /^(mongosh?|mongo) .*(dropDatabase|\.drop\(|deleteMany\(\{\}\))/,
  /^(npx |pnpm |yarn )?prisma (migrate reset|db push .*--force-reset)/,
  /^(rails|rake|bin\/rails) .*db:(drop|reset|purge)/,
  /^(php )?artisan migrate:(fresh|reset)|^php artisan migrate:(fresh|reset)/,
  /^(python3? )?manage\.py (flush|reset_db)|^python3? \S*manage\.py (flush|reset_db)/,
  /^mix ecto\.(drop|reset)/,
  /^supabase db reset .*--linked/,
];

const INFRASTRUCTURE: readonly RegExp[] = [
  /^(terraform|tofu|terragrunt) .*(destroy|apply .*-destroy)|^pulumi (destroy|stack rm)|^cdk destroy/,
  /^(kubectl|oc) delete (ns|namespaces?|pvc?|nodes?|crds?|clusterrole\w*|deploy\w*|statefulsets?|all)\b|^(kubectl|oc) delete .*--all\b/,
  /^helm (uninstall|delete)\b/,
  /^(docker|podman) (system prune|volume (rm|prune)|compose down .*(-v|--volumes))/,
  /^docker-compose down .*(-v|--volumes)/,
  /^aws s3 (rb|rm .*--recursive)|^aws \S+ (delete|terminate|destroy)-\S+/,
  /^gcloud .* delete\b|^gsutil .*rm .*-r|^gsutil .*rb\b/,
  /^az .* delete\b|^az group delete/,
  /^(heroku apps:destroy|flyctl? (apps )?destroy|vercel (rm|remove)|doctl .* delete|eksctl delete|gh repo delete)/,
  /^(virsh undefine|vagrant destroy|zfs destroy|lvremove|vgremove)/,
];

/** Findings for a program that deletes databases, or resources of a cloud or cluster. */
export function destroysData({ program, args, input, fedBy, madeBy }: ShellCommand): FindingId[] {
  const line = `${program} ${withoutGlobalOptions(program, args).join(" ")}`.slice(0, 4000);
  const found: FindingId[] = [];
  const fed = [...(fedBy === undefined ? [] : [fedBy]), ...madeBy].map((one) => literalOutput(one) ?? "");
  // A text within a statement is data.
  const said = [line, input ?? "", ...fed]
    .join("\n")
    .slice(0, 8000)
    .replace(/'[^'\n]{0,500}'/g, "''");
  if (
    (SQL_CLIENTS.test(program) && SQL_DESTROYS.test(said)) ||
    DATABASE.some((pattern) => pattern.test(line))
  )
    found.push("destroy.database");
  const isDry = /\s(--dry-run|--dryrun)(=\w+)?(\s|$)/.test(line);
  if (!isDry && INFRASTRUCTURE.some((pattern) => pattern.test(line))) found.push("destroy.infrastructure");
  return found;
}

/** Options that take a value and may stand before the verb. */
const GLOBAL_OPTIONS = new Map<string, RegExp>([
  ["kubectl", /^(-n|-s|--(namespace|context|kubeconfig|cluster|user|server|as))$/],
  ["oc", /^(-n|-s|--(namespace|context|kubeconfig|cluster|user|server|as))$/],
  ["helm", /^(-n|--(namespace|kube-context|kubeconfig))$/],
  ["aws", /^--(profile|region|output|endpoint-url)$/],
  ["docker-compose", /^(-f|-p|--(file|project-name|profile|env-file|project-directory))$/],
  ["docker", /^(-H|-c|-l|--(host|context|log-level))$/],
]);

function withoutGlobalOptions(program: string, args: readonly string[]): readonly string[] {
  const valued = GLOBAL_OPTIONS.get(program);
  if (valued === undefined) return args;
  let index = 0;
  while ((args[index] ?? "").startsWith("-")) index += valued.test(args[index] ?? "") ? 2 : 1;
  const [verb, ...rest] = args.slice(index);
  if (verb === undefined) return [];
  return [verb, ...(verb === "compose" ? withoutGlobalOptions("docker-compose", rest) : rest)];
}
