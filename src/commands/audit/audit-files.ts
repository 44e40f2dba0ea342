import { createReadStream, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { AuditFile } from "../../audit/audit.ts";
import { MAX_BYTES, openFile } from "../../disk/read.ts";
import { tryStat } from "../../disk/stat.ts";
import { projectsElsewhere } from "../../files/agents/folders-elsewhere.ts";
import { createHeads, type Heads } from "./audit-heads.ts";

/** What an audit of many sessions looks up once. */
interface AuditIndexes {
  heads: Heads;
  projectsElsewhere: ReturnType<typeof projectsElsewhere>;
}

export function createAuditIndexes(): AuditIndexes {
  return { heads: createHeads(), projectsElsewhere: projectsElsewhere() };
}

/**
 * Yields the files whose lines an audit counts for a session: the main file, every JSONL file at any depth of the
 * session's own folder and of its folders in other projects, and the agent files beside the main file whose records name
 * the session. The audit has its own rules for this: with the reader's rules, both would miss the same files. `copies`
 * holds main files of the session in other folders.
 */
export function* auditFilesOf(
  path: string,
  sessionId: string,
  indexes: AuditIndexes,
  copies: readonly string[] = [],
): Generator<AuditFile> {
  for (const main of [path, ...copies]) yield { file: main, isMain: true, lines: linesOf(main) };
  for (const main of [path, ...copies]) {
    const agents = [
      ...foldersOf(main, indexes).flatMap(jsonlFilesIn),
      ...agentsBeside(main, sessionId, indexes.heads),
    ];
    for (const file of agents) yield { file, isMain: false, lines: linesOf(file) };
  }
}

function foldersOf(path: string, { projectsElsewhere }: AuditIndexes): string[] {
  const folder = path.replace(/\.jsonl$/, "");
  if (folder === path) return [];
  const others = projectsElsewhere(path).map((project) =>
    join(dirname(dirname(path)), project, basename(folder)),
  );
  return [folder, ...others];
}

function jsonlFilesIn(folder: string): string[] {
  return filesBelow(folder, 0).sort((a, b) => (relative(folder, a) < relative(folder, b) ? -1 : 1));
}

/** Follows links to files, and to folders directly in the session's own: ccotel reads those, too. */
function filesBelow(folder: string, depth: number): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      const isLink = entry.isSymbolicLink();
      const stats = isLink ? tryStat(path) : entry;
      if (stats?.isDirectory()) return isLink && depth > 0 ? [] : filesBelow(path, depth + 1);
      return stats?.isFile() && entry.name.endsWith(".jsonl") ? [path] : [];
    });
  } catch {
    return [];
  }
}

/**
 * Clients up to 2.0 write agent files there. A file belongs to the first session in it whose transcript has rows: a
 * warm-up may begin with the id of a session that has none, and behind `/clear` an agent writes that of the new
 * session.
 */
function agentsBeside(path: string, sessionId: string, heads: Heads): string[] {
  const folder = dirname(path);
  const hasRows = (id: string) => heads.of(join(folder, `${id}.jsonl`)).uuids.length > 0;
  const ownerIn = (ids: string[]) => ids.find(hasRows) ?? ids.at(-1);
  return readdirSync(folder)
    .filter((name) => /^agent-.+\.jsonl$/.test(name) && name !== basename(path))
    .map((name) => join(folder, name))
    .filter((file) => ownerIn(heads.of(file).sessionIds) === sessionId)
    .sort();
}

const NEWLINE = 0x0a;

/** Yields the lines of a file. Only a line feed ends a line: texts may hold other line separators. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const fd = openFile(path, MAX_BYTES.transcript);
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { fd, highWaterMark: 1 << 18 });
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      rest.push(chunk.subarray(from, at));
      yield Buffer.concat(rest).toString("utf8");
      rest = [];
      from = at + 1;
    }
    rest.push(chunk.subarray(from));
  }
  yield Buffer.concat(rest).toString("utf8");
}
