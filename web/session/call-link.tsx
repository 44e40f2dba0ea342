import type { PageSession } from "../../src/page/model.ts";
import { ItemLink } from "./item-link.tsx";
import type { ItemRef } from "./rows.ts";

interface Props {
  page: PageSession;
  /** The index of the call. */
  index: number;
  onSelect: (item: ItemRef) => void;
}

/** A link to a call: its name and what it is about. */
export function CallLink({ page, index, onSelect }: Props) {
  const { name, about } = page.calls[index] ?? {};
  return (
    <ItemLink item={{ kind: "call", index }} onSelect={onSelect}>
      {[name, about].filter(Boolean).join(" ")}
    </ItemLink>
  );
}

/** The style of what is said about a call with this outcome. */
export const OUTCOME_STYLES = {
  ok: "",
  error: "bad",
  denied: "warn",
  interrupted: "dim",
  unfinished: "good",
};

/** A link to a call, and how the call went if it did not succeed. */
export function TriedCall(props: Props) {
  const { outcome = "ok" } = props.page.calls[props.index] ?? {};
  return (
    <>
      <CallLink {...props} />
      {outcome !== "ok" && <span class={OUTCOME_STYLES[outcome]}> {outcome}</span>}
    </>
  );
}
