/**
 * Shows texts in a line with dots between them, without those that are empty. Each one has a direction of its own: in
 * one text, a Hebrew name would take the number after it to its other side.
 */
export function Dotted({ parts }: { parts: readonly (string | undefined)[] }) {
  return parts.filter(Boolean).map((part, index) => (
    <span key={index}>
      {index > 0 && " · "}
      <bdi>{part}</bdi>
    </span>
  ));
}
