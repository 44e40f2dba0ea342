export interface Corpus {
  path: string;
  sessionId: string;
  counts: {
    bytes: number;
    lines: number;
    turns: number;
    requests: number;
    toolCalls: number;
    subagents: number;
    inputTokens: number;
    outputTokens: number;
  };
}

export function writeCorpus(folder: string, options: { megabytes: number; seed?: number }): Corpus;
