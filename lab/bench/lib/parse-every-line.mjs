// The lower bound: a program that only parses every line of a session, or of all transcripts in a folder. It splits
// lines by bytes, like ccotel.
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { usageSince } from "./usage.mjs";

const path = process.argv[2];
for (const file of filesOf(path)) parseLines(file);
console.log(JSON.stringify(usageSince(0)));

function filesOf(transcript) {
  if (statSync(transcript).isDirectory()) {
    const names = readdirSync(transcript, { recursive: true }).filter((name) => name.endsWith(".jsonl"));
    return names.map((name) => join(transcript, name));
  }
  const agents = join(transcript.replace(/\.jsonl$/, ""), "subagents");
  if (!existsSync(agents)) return [transcript];
  const names = readdirSync(agents).filter((name) => name.endsWith(".jsonl"));
  return [transcript, ...names.map((name) => join(agents, name))];
}

function parseLines(file) {
  const fd = openSync(file, "r");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let started = [];
  for (let bytes = readSync(fd, buffer); bytes > 0; bytes = readSync(fd, buffer)) {
    const piece = buffer.subarray(0, bytes);
    let from = 0;
    for (let feed = piece.indexOf(0x0a); feed !== -1; feed = piece.indexOf(0x0a, from)) {
      const end = piece.subarray(from, feed);
      JSON.parse((started.length === 0 ? end : Buffer.concat([...started, end])).toString("utf8"));
      started = [];
      from = feed + 1;
    }
    if (from < bytes) started.push(Buffer.from(piece.subarray(from)));
  }
  closeSync(fd);
}
