/** A rule of Prometheus, with a comment on why it is as it is. */
export interface Rule {
  comment?: string;
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  keepFiringFor?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RuleGroup {
  name: string;
  interval: string;
  queryOffset: string;
  rules: Rule[];
}

/** A rule file. Texts are written as JSON has them, which YAML reads as they are. */
export function ruleFile(comment: string, groups: RuleGroup[]): string {
  const lines = groups.flatMap(({ name, interval, queryOffset, rules }) => [
    "",
    `  - name: ${name}`,
    `    interval: ${interval}`,
    `    query_offset: ${queryOffset}`,
    "    rules:",
    ...rules.flatMap((rule, index) => (index === 0 ? ruleLines(rule) : ["", ...ruleLines(rule)])),
  ]);
  return `${[...commentLines(comment, ""), "", "groups:", ...lines.slice(1)].join("\n")}\n`;
}

function ruleLines(rule: Rule): string[] {
  const pad = "        ";
  return [
    ...commentLines(rule.comment, "      "),
    rule.record === undefined ? `      - alert: ${rule.alert}` : `      - record: ${rule.record}`,
    `${pad}expr: |-`,
    ...rule.expr.split("\n").map((line) => `${pad}  ${line}`),
    ...(rule.for === undefined ? [] : [`${pad}for: ${rule.for}`]),
    ...(rule.keepFiringFor === undefined ? [] : [`${pad}keep_firing_for: ${rule.keepFiringFor}`]),
    ...mapLines("labels", rule.labels, pad),
    ...mapLines("annotations", rule.annotations, pad),
  ];
}

function mapLines(name: string, map: Record<string, string> | undefined, pad: string): string[] {
  if (map === undefined) return [];
  return [
    `${pad}${name}:`,
    ...Object.entries(map).map(([key, text]) => `${pad}  ${key}: ${JSON.stringify(text)}`),
  ];
}

function commentLines(comment: string | undefined, pad: string): string[] {
  return comment === undefined ? [] : comment.split("\n").map((line) => `${pad}# ${line}`.trimEnd());
}
