import { Document, isMap, isScalar, Scalar, type YAMLMap, type YAMLSeq } from "yaml";

/** A Prometheus rule, with a comment that says why. */
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

/** The text of a rule file. `comment` is its head. Each rule's comment is above the rule. */
export function ruleFile(comment: string, groups: RuleGroup[]): string {
  const document = new Document({
    groups: groups.map(({ name, interval, queryOffset, rules }) => ({
      name,
      interval,
      query_offset: queryOffset,
      rules: rules.map(plainRule),
    })),
  });
  document.commentBefore = commented(comment);
  const list = document.get("groups") as YAMLSeq<YAMLMap>;
  for (const [index, group] of list.items.entries()) {
    group.spaceBefore = index > 0;
    annotate(group.get("rules") as YAMLSeq<YAMLMap>, groups[index]?.rules ?? []);
  }
  return document.toString({ lineWidth: 0, defaultStringType: Scalar.PLAIN });
}

function plainRule({
  comment: _,
  keepFiringFor,
  expr,
  record,
  alert,
  for: waits,
  labels,
  annotations,
}: Rule) {
  const rule = { record, alert, expr, for: waits, keep_firing_for: keepFiringFor, labels, annotations };
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/** Adds what plain values lack: comments, empty lines, queries as blocks and texts in quotes. */
function annotate(rules: YAMLSeq<YAMLMap>, sources: readonly Rule[]): void {
  for (const [index, rule] of rules.items.entries()) {
    rule.spaceBefore = index > 0;
    const { comment } = sources[index] ?? {};
    if (comment !== undefined) rule.commentBefore = commented(comment);
    const expr = rule.get("expr", true);
    if (isScalar(expr)) expr.type = Scalar.BLOCK_LITERAL;
    for (const name of ["labels", "annotations"]) {
      const map = rule.get(name);
      if (!isMap(map)) continue;
      for (const { value } of map.items) if (isScalar(value)) value.type = Scalar.QUOTE_DOUBLE;
    }
  }
}

function commented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : ` ${line}`))
    .join("\n");
}
