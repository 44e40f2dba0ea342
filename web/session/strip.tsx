import { percent } from "../format.ts";

/** A part of a whole. */
export interface Part {
  title: string;
  /** Name of the CSS variable with its color. */
  color: string;
  amount: number;
  /** The amount in words. */
  text: string;
}

/** A bar that shows the parts of a whole, and a legend with their shares. `total`: the sum that is 100%. */
export function Strip({ parts, total }: { parts: readonly Part[]; total: number }) {
  return (
    <>
      <div
        class="strip"
        role="img"
        aria-label={parts.map(({ title, amount }) => `${title} ${percent(amount / total)}`).join(", ")}
      >
        {parts.map(({ title, color, amount }) => (
          <div key={title} style={{ width: `${(amount / total) * 100}%`, background: `var(${color})` }} />
        ))}
      </div>
      <div class="legend">
        {parts.map(({ title, color, amount, text }) => (
          <span key={title}>
            <span class="swatch" style={{ background: `var(${color})` }} />
            {title} <b>{percent(amount / total)}</b> {text}
          </span>
        ))}
      </div>
    </>
  );
}
