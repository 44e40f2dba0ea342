import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const page = readFileSync(
  fileURLToPath(new URL("../../../../docs/reference/metrics.md", import.meta.url)),
  "utf8",
);

/** The query of docs/reference/metrics.md whose first line is a comment that begins with `title`. */
export function docQuery(title: string): string {
  const blocks = [...page.matchAll(/```promql\n# ([^\n]*)\n([^`]*)```/g)];
  const block =
    blocks.find(([, comment]) => comment === title) ??
    blocks.find(([, comment]) => comment?.startsWith(title));
  if (block?.[2] === undefined) throw new Error(`docs/reference/metrics.md has no query called ${title}.`);
  return block[2].trim();
}
