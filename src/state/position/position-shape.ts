import { anything, listOf, mapOf, maybe, number, type Shape, shapeOf, text, tuple } from "./shape.ts";

/**
 * The shape of a saved position that a reader relies on. A disk error, an editor or another program may have left
 * something else. The whole file is then damaged, and the session is read from its start.
 */
const usage = mapOf(number);
const counts = mapOf(number);
const place = shapeOf({
  clientVersion: maybe(text),
  project: maybe(text),
  branch: maybe(text),
  title: maybe(text),
  slug: maybe(text),
  repository: maybe(mapOf(text)),
});
const partRef: Shape = shapeOf({ run: number, part: number, startMs: number });
const home = shapeOf({
  run: number,
  part: number,
  startMs: number,
  turnId: maybe(text),
  callKey: maybe(text),
});

const request = shapeOf({
  key: text,
  lines: shapeOf({ messageId: text, missing: maybe(listOf(number)) }),
  requestedModel: text,
  startMs: number,
  endMs: number,
  usage,
  retries: listOf(shapeOf({ atMs: number })),
  advisors: maybe(listOf(shapeOf({ key: text, usage }))),
});

const call = shapeOf({ key: text, id: text, name: text, startMs: number, endMs: maybe(number) });

const compactions = listOf(shapeOf({ id: text, startMs: number, endMs: number }));

const thread = shapeOf({
  requests: listOf(request),
  toolCalls: listOf(call),
  attempts: listOf(shapeOf({ id: text, atMs: number })),
  retries: listOf(shapeOf({ atMs: number })),
  compactions: maybe(compactions),
  early: maybe(listOf(shapeOf({ result: shapeOf({ toolUseId: text, text }), atMs: number }))),
  lastMs: maybe(number),
  last: text,
});

const sidechain = shapeOf({ rootUuid: text, startMs: number, promptHash: text, thread, tips: listOf(text) });

const turn = shapeOf({
  id: text,
  index: number,
  startMs: number,
  thread,
  sidechains: listOf(sidechain),
  compactions,
  morePromptIds: maybe(listOf(text)),
  rewound: maybe(listOf(text)),
  findings: maybe(listOf(text)),
  place,
});

const ITEMS = new Map<unknown, Shape>([
  ["turn", shapeOf({ turn, endMs: number, outcome: text })],
  ["late", shapeOf({ thread, sidechains: listOf(sidechain) })],
  ["compaction", shapeOf({ compaction: shapeOf({ id: text, startMs: number, endMs: number }), place })],
  ["cost-state", shapeOf({ totalUsd: number, startMs: number })],
]);

const item: Shape = (value) => {
  const { type } = (value ?? {}) as { type?: unknown };
  return ITEMS.get(type)?.(value) === true;
};

const main = shapeOf({
  firstMs: maybe(number),
  lastMs: maybe(number),
  undated: maybe(listOf(shapeOf({ type: text }))),
  turnIndex: number,
  place,
  cwds: maybe(listOf(text)),
  branch: maybe(listOf(shapeOf({ id: text, parent: text }))),
  turn: maybe(turn),
  turnsBeside: maybe(listOf(turn)),
  wakeup: maybe(turn),
  late: maybe(shapeOf({ thread, sidechains: listOf(sidechain) })),
  behind: maybe(listOf(shapeOf({ turnId: text, thread, sidechains: listOf(sidechain) }))),
  ending: maybe(shapeOf({ totalUsd: number, startMs: number })),
  droppedTokens: maybe(number),
  mcpServers: maybe(listOf(text)),
  cacheLeft: maybe(shapeOf({ model: text, prompt: number, cached: number, endMs: number })),
  endedPrompts: listOf(text),
  doneResponses: maybe(listOf(shapeOf({ messageId: text, promptTokens: number }))),
  items: listOf(item),
  issues: number,
});

const agent = shapeOf({
  agentId: text,
  threads: listOf(shapeOf({ startMs: number, thread })),
  released: number,
  home: maybe(home),
});

const doneAgent = shapeOf({ released: number, home: maybe(home) });

const run = shapeOf({
  part: shapeOf({ run: number, part: number, startMs: number, place }),
  partSpans: number,
  turns: number,
  compactions: number,
  totals: counts,
  outcome: text,
  partEndMs: number,
  agentsEndMs: number,
});

const session = shapeOf({
  sessionId: text,
  main,
  recent: maybe(shapeOf({ keys: listOf(number), times: listOf(number), sinceMs: maybe(number) })),
  recentIds: maybe(listOf(number)),
  agents: mapOf(agent),
  homedAgents: listOf(text),
  doneAgents: mapOf(doneAgent),
  agentOfCall: mapOf(text),
  expected: maybe(listOf(tuple(text, home))),
  run: maybe(run),
  nextRun: number,
  lastPart: maybe(partRef),
  lastTurn: maybe(shapeOf({ sessionId: text, id: text })),
  recentTurns: maybe(listOf(shapeOf({ id: text, part: partRef }))),
  cost: shapeOf({
    since: listOf(tuple(number, number)),
    last: maybe(shapeOf({ startMs: number, hiddenUsd: number })),
  }),
});

const source = shapeOf({
  sessionId: text,
  path: maybe(text),
  untilMs: maybe(number),
  forkedMs: maybe(number),
});

const bytes: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

const filePosition: Shape = (value) => {
  const { offset, head, tail } = (value ?? {}) as Partial<Record<string, { bytes?: unknown }>>;
  const isMark = shapeOf({ bytes: (size) => bytes(size) && Number(size) <= Number(offset), hash: text });
  return bytes(offset) && isMark(head) && isMark(tail);
};

export const readStateShape: Shape = shapeOf({
  session,
  main: maybe(filePosition),
  agents: mapOf(bytes),
  rows: maybe(bytes),
  copies: maybe(mapOf(bytes)),
  sources: maybe(shapeOf({ sources: listOf(source), untilMs: number, forkedMs: maybe(number) })),
  giver: maybe(source),
  archive: maybe(shapeOf({ bytes, next: bytes, readings: bytes })),
  agentsAddedMs: maybe(number),
  agentFolders: maybe(mapOf(text)),
});

export const readEndShape: Shape = shapeOf({
  main: filePosition,
  agents: mapOf(bytes),
  copies: maybe(mapOf(bytes)),
});

export const savedAgentsShape: Shape = listOf(tuple(text, bytes, doneAgent));

const mark = tuple(number, number);
const watermark = mapOf(maybe(mark));

export const outletsShape: Shape = mapOf(
  shapeOf({
    until: watermark,
    replay: maybe(watermark),
    taken: maybe(listOf(text)),
    refused: maybe(shapeOf({ ids: listOf(text), accepted: number })),
  }),
);

export const lastDeliveryShape: Shape = maybe(shapeOf({ atMs: number, spans: number, rejected: anything }));
