import { useMemo } from "preact/hooks";
import { RULES } from "../../src/signals/rules.ts";
import { TriedCall } from "../session/call-link.tsx";
import { ItemLink } from "../session/item-link.tsx";
import { describeItem, type troublesOf } from "../session/items.ts";
import { relationsOf } from "../session/relations.ts";
import { Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

const AT = { title: "At", style: "minor" } as const;

/** Lists what failed, was denied or was retried, each with its cause. */
export function Problems({
  page,
  at,
  troubles,
  onSelect,
}: ListProps & { troubles: ReturnType<typeof troublesOf> }) {
  const { nextCall } = useMemo(() => relationsOf(page), [page]);
  if (troubles.length === 0) return <p class="dim">Nothing failed, was denied or had to be tried again.</p>;
  return (
    <Paged
      rows={troubles}
      head={[AT, "What", "Why", { title: "Caused by", style: "minor" }, { title: "Next", style: "minor" }]}
    >
      {({ item, startMs, what, why, cause }) => {
        const next = item.kind === "call" ? nextCall(item.index) : undefined;
        return (
          <tr key={`${item.kind} ${item.index}`}>
            <td class="nowrap minor">{at(startMs)}</td>
            <td class="name">
              <ItemLink item={item} onSelect={onSelect}>
                {what}
              </ItemLink>
            </td>
            <td class="wide">{why}</td>
            <td class="nowrap minor">
              {cause !== undefined && (
                <ItemLink item={cause} onSelect={onSelect}>
                  {describeItem(page, cause)[0]}
                </ItemLink>
              )}
            </td>
            <td class="wide minor">
              {next !== undefined && <TriedCall page={page} index={next} onSelect={onSelect} />}
            </td>
          </tr>
        );
      }}
    </Paged>
  );
}

const RULE = new Map<string, (typeof RULES)[number]>(RULES.map((rule) => [rule.id, rule]));

/** Lists the turns and calls that match rules of signals/. */
export function Findings({ page, at, onSelect }: ListProps) {
  const rows = useMemo(
    () =>
      [
        ...page.turns.map((turn, index) => ({
          ...turn,
          about: turn.prompt,
          item: { kind: "turn", index } as const,
        })),
        ...page.calls.map((call, index) => ({ ...call, item: { kind: "call", index } as const })),
      ]
        .sort((a, b) => a.startMs - b.startMs)
        .flatMap(({ findings = [], startMs, about, item }) =>
          findings.map((id) => ({ startMs, about, item, rule: RULE.get(id), id })),
        ),
    [page],
  );
  return (
    <Paged
      rows={rows}
      head={[AT, "Severity", "The call or turn…", { title: "Why it matters", style: "minor" }]}
    >
      {({ startMs, about, item, rule, id }) => (
        <tr key={`${item.kind} ${item.index} ${id}`}>
          <td class="nowrap minor">{at(startMs)}</td>
          <td class={rule?.severity === "critical" || rule?.severity === "high" ? "bad" : "dim"}>
            {rule?.severity}
          </td>
          <td class="wide">
            <ItemLink item={item} onSelect={onSelect}>
              {rule?.title ?? id}
            </ItemLink>
            <div class="dim mono">{about}</div>
          </td>
          <td class="wide minor">{rule?.why}</td>
        </tr>
      )}
    </Paged>
  );
}
