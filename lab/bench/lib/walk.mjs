// The floor: a program that asks for the size of every file below a folder, and does nothing with it.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

function walk(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? walk(path) : statSync(path).size;
  }
  return bytes;
}

console.log(walk(process.argv[2]));
