import { useLayoutEffect, useRef } from "preact/hooks";
import type { ItemRef } from "./rows.ts";

/**
 * Moves the focus to the details if a key selected their item in a list: they are far from it, behind all its lines.
 * Returns it to that line when the details close. If the focused link is gone with the item before, they have it again.
 */
export function useFocus({ kind, index }: ItemRef) {
  const ref = useRef<HTMLElement>(null);
  const opener = useRef<HTMLElement>(undefined);
  const hasFocus = useRef(false);
  useLayoutEffect(() => {
    const at = document.activeElement as HTMLElement | null;
    // A click leaves a button with the focus as well, but does not make it visible.
    const isOpenedByKey = at?.matches("[role=tabpanel] .link:focus-visible") === true;
    if (isOpenedByKey) opener.current = at;
    if (isOpenedByKey || (hasFocus.current && at === document.body)) ref.current?.focus();
  }, [kind, index]);
  useLayoutEffect(() => () => opener.current?.focus(), []);
  return {
    ref,
    onFocusIn: () => {
      hasFocus.current = true;
    },
    onFocusOut: ({ relatedTarget }: FocusEvent) => {
      // Without a target, the focused element may have been removed.
      if (relatedTarget !== null && !ref.current?.contains(relatedTarget as Node)) hasFocus.current = false;
    },
  };
}
