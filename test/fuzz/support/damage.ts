import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/** A change to a file, as a full disk, another version, another program or a user can make it. */
export type Damage = (path: string) => void;

const value = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  "",
  "__proto__",
  "constructor",
  "\u0000",
  "../../x",
  [],
  {},
  [null],
  { __proto__: null, length: -1 },
);

/** Replaces one of the values in a line of JSON. */
const changedValue = fc.record({ at: fc.nat(), line: fc.nat(), value }).map(({ at, line, value }): Damage => {
  return (path) => {
    const lines = textOf(path).split("\n");
    const index = line % lines.length;
    try {
      const root: unknown = JSON.parse(lines[index] as string);
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown): void => {
        if (typeof node !== "object" || node === null) return;
        for (const [key, child] of Object.entries(node)) {
          places.push([node as Record<string, unknown>, key]);
          walk(child);
        }
      };
      walk(root);
      const place = places[at % places.length];
      if (place === undefined) return;
      place[0][place[1]] = value;
      lines[index] = JSON.stringify(root);
      writeFileSync(path, lines.join("\n"));
    } catch {
      writeFileSync(path, JSON.stringify(value ?? null));
    }
  };
});

const cut = fc.nat().map((at): Damage => {
  return (path) => {
    const bytes = Buffer.from(textOf(path));
    writeFileSync(path, bytes.subarray(0, at % (bytes.length + 1)));
  };
});

const changedByte = fc.record({ at: fc.nat(), byte: fc.nat(255) }).map(({ at, byte }): Damage => {
  return (path) => {
    const bytes = Buffer.from(textOf(path));
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    writeFileSync(path, bytes);
  };
});

const content = fc
  .constantFrom(
    "",
    "null",
    "[]",
    "{}",
    "7",
    '"x"',
    '{"format":99}',
    "\u0000".repeat(4096),
    "x".repeat(1_000_000),
  )
  .map((text): Damage => {
    return (path) => writeFileSync(path, text);
  });

const otherThing = fc.constantFrom<Damage>(
  (path) => rmSync(path, { force: true }),
  (path) => {
    rmSync(path, { force: true });
    mkdirSync(path);
  },
  (path) => {
    rmSync(path, { force: true });
    symlinkSync(path, path);
  },
  (path) => {
    mkdirSync(`${path}.json`, { recursive: true });
  },
  (path) => writeFileSync(`${path}.tmp`, "half"),
);

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 5, arbitrary: changedValue },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: changedByte },
  { weight: 2, arbitrary: content },
  { weight: 1, arbitrary: otherThing },
);

/** All files below the folder, in the order of their names. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
    });
}

function textOf(path: string): string {
  return readFileSync(path, "utf8");
}
