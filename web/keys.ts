import { useLayoutEffect } from "preact/hooks";

/** Elements in which a key writes or chooses something. */
const WRITES = "input:not([type=checkbox]), select, textarea";

/** Calls the action of a key wherever the focus is, except while the user writes. Undefined actions do nothing. */
export function useKeys(actions: Record<string, (() => void) | undefined>): void {
  // Not after the next paint: a key may be pressed as soon as the page shows.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      if (ctrlKey || metaKey || altKey) return;
      if (target instanceof Element && target.matches(WRITES)) return;
      const action = Object.hasOwn(actions, key) ? actions[key] : undefined;
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
