/** One key of a YAML file, misspelt. */
export interface Broken {
  /** Path to the key, with its right name. */
  path: string;
  text: string;
}

/** For each key of the file, a copy with that key misspelt. */
export function breakEachKey(yaml: string): Broken[] {
  const lines = yaml.split("\n");
  const path: { indent: number; key: string }[] = [];
  return lines.flatMap((line, index) => {
    const [, space = "", dash = "", key] = /^(\s*)(- )?([\w./-]+):(?=\s|$)/.exec(line) ?? [];
    if (key === undefined) return [];
    const indent = space.length + dash.length;
    while ((path.at(-1)?.indent ?? -1) >= indent) path.pop();
    const above = path.map((step) => step.key);
    path.push({ indent, key });
    const broken = line.replace(`${key}:`, `${key}x:`);
    return [{ path: [...above, key].join(" > "), text: lines.with(index, broken).join("\n") }];
  });
}
