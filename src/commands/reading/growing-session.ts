import { statSync } from "node:fs";
import { checksum } from "../../checksum.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/known-kin.ts";
import { listAllAgents } from "../../files/read-agents.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState, type ReadState } from "../../files/read-state.ts";
import { hasSource } from "../../files/sources.ts";
import type { SessionOptions } from "../../session/options.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { forgetGrowing, type Growing, loadGrowing, saveGrowing } from "../../state/catalog/growing.ts";
import type { Home } from "../../state/home.ts";

/**
 * Adds up a session that has grown since an earlier look. Reads only what is new if the look before left its state. Keeps
 * the state for the next look. The summary is that of a reading of the whole session.
 *
 * `key`: what the summary depends on besides the files. `kin`: as `readSession` takes it.
 */
export function summarizeGrowing(
  session: FoundSession,
  { home, key, options, kin }: { home: Home; key: string; options: SessionOptions; kin: KinMemory },
): Summary {
  const { sessionId, path } = session;
  const kept = loadGrowing(home, sessionId, key);
  if (kept?.path === path && isStanding(kept, sessionId, kin)) {
    const summary = readOn(kept);
    if (summary !== undefined) return summary;
  }
  return readOn({
    key,
    path,
    files: {},
    read: newReadState(sessionId),
    sums: createSummarizer().state(),
  }) as Summary;

  /** Undefined if a file is not the one that was read earlier. */
  function readOn({ read, sums }: Growing): Summary | undefined {
    const summarizer = createSummarizer(sums);
    let isReplaced = false;
    const add = (facts: { quiet: boolean; ended: boolean }) => {
      const onReplaced = () => {
        isReplaced = true;
      };
      for (const pieces of readSession(path, read, { ...facts, session: options, kin, onReplaced, markHash }))
        summarizer.add(pieces);
    };
    add({ quiet: false, ended: false });
    if (isReplaced) return undefined;
    keep(read, summarizer.state());
    add({ quiet: true, ended: true });
    return isReplaced ? undefined : summarizer.summary();
  }

  /** A session with a source is read as a whole each time: whose rows they are depends on other files. */
  function keep(read: ReadState, sums: Growing["sums"]): void {
    const { sources } = read;
    if (sources === undefined || sources.isEarly || sources.sources.length > 0)
      forgetGrowing(home, sessionId);
    else saveGrowing(home, sessionId, { key, path, files: filesOf(path, read), read, sums });
  }
}

/** Loads no module of Node, as SHA-256 does. The state only saves work, and inode numbers are compared, too. */
const markHash = (bytes: Buffer) => checksum(bytes).toString(36);

/** Whether the files are still there, and a reading from the start would find no source, either. */
function isStanding({ path, files }: Growing, sessionId: string, kin: KinMemory): boolean {
  return (
    Object.entries(files).every(([file, inode]) => inodeOf(file) === inode) &&
    !hasSource(path, sessionId, kin)
  );
}

function filesOf(path: string, read: ReadState): Growing["files"] {
  const paths = [path, ...listAllAgents(path, read).map((agent) => agent.path)];
  return Object.fromEntries(paths.map((file) => [file, inodeOf(file)]));
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
