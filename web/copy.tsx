import { useState } from "preact/hooks";

/** A button that copies a text. `what` names the text for screen readers. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState<string>();
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setSaid("Copied"),
      () => setSaid("Not allowed"),
    );
  return (
    <button type="button" class="copy noprint" aria-label={`Copy ${what}`} onClick={copy}>
      <span aria-live="polite">{said ?? "Copy"}</span>
    </button>
  );
}
