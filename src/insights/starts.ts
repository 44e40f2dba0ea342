import { grouped } from "../units.ts";
import { callsOf, type Insight, type SessionRef, type SessionStory, tokensOfCalls } from "./insight.ts";

/** Only the first calls of a session count. */
const FIRST_CALLS = 6;
/** Reports a file that at least so many sessions of a project, and this share of them, read first. */
const MIN_SESSIONS = 6;
const MIN_SHARE = 0.6;

/** Claude Code loads these files itself. */
const READ_ANYWAY = /(?:^|[/\\])(?:CLAUDE(?:\.local)?\.md|\.claude[/\\])/i;

/** A file that a session read first. */
export interface FirstRead {
  file: string;
  /** Tokens of what was read. */
  tokens: number;
}

/** The files among the first calls of the session's own conversation. Undefined if it called nothing. */
export function firstReads({ conversations }: SessionStory): FirstRead[] | undefined {
  const own = conversations.find(({ agent }) => agent === undefined);
  const calls = own === undefined ? [] : callsOf(own);
  if (own === undefined || calls.length === 0) return undefined;
  const tokensOf = tokensOfCalls(own);
  const first = calls
    .slice(0, FIRST_CALLS)
    .filter(({ tool, outcome }) => tool === "Read" && outcome === "ok");
  return [...new Map(first.map((one) => [one.file, one])).values()].flatMap((call) =>
    call.file === undefined || READ_ANYWAY.test(call.file)
      ? []
      : [{ file: call.file, tokens: tokensOf(call) }],
  );
}

/** Files that most sessions of a project read first. CLAUDE.md could say what is in them. */
export function createStarts(): {
  add(session: SessionRef, reads: readonly FirstRead[]): void;
  insights(): Insight[];
} {
  const projects = new Map<string | undefined, { stories: number; files: Map<string, Insight> }>();
  return {
    add({ project, sessionId, startMs }, reads) {
      const known = projects.get(project) ?? { stories: 0, files: new Map() };
      projects.set(project, known);
      known.stories++;
      for (const { file, tokens } of reads) {
        const insight: Insight = known.files.get(file) ?? {
          rule: "read-at-every-start",
          subject: file,
          ...(project === undefined ? {} : { project }),
          times: 0,
          tokens: 0,
          sessions: [],
          details: [],
        };
        known.files.set(file, insight);
        insight.times++;
        insight.tokens = (insight.tokens ?? 0) + tokens;
        insight.sessions.push({ sessionId, startMs, times: 1 });
      }
    },
    insights() {
      return [...projects.values()].flatMap(({ stories, files }) =>
        [...files.values()]
          .filter(({ times }) => times >= MIN_SESSIONS && times >= stories * MIN_SHARE)
          .map((insight) => ({
            ...insight,
            details: [`${grouped(insight.times)} of ${grouped(stories)} sessions begin with it`],
          })),
      );
    },
  };
}
