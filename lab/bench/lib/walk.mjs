// The lower bound: a program that only reads the size of every file in a folder.
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
