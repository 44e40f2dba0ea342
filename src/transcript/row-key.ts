import type { TranscriptRecord } from "./record.ts";

/**
 * A number by which a row is known again wherever it is written a second time: clients repeat a row with its `uuid`, while
 * the version, the branch or the prompt's id in it may be those of the process that repeats it. 53 bits, so that each is a
 * JavaScript integer; never zero. Undefined: nothing tells the row from others, and it says nothing that could be counted.
 */
export function rowKey(record: TranscriptRecord): number | undefined {
  if (record.uuid !== undefined && record.uuid !== "") return hash53(record.uuid);
  if (record.type === "api-request") return hash53(`api-request ${record.id}`);
  if (record.type === "cost-state")
    return hash53(`cost-state ${record.startMs} ${record.totalUsd} ${record.totalMs}`);
  return undefined;
}

/** What a ledger holds of the ids of a response and of its calls: of calls, only what an API did not make. */
export function idKeys(record: TranscriptRecord): number[] {
  if (record.type !== "assistant") return [];
  const calls = record.blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  return [
    idKey("message", record.messageId),
    ...calls.filter((id) => !isUnique(id)).map((id) => idKey("tool", id)),
  ];
}

export function idKey(kind: "message" | "tool", id: string): number {
  return hash53(`${kind} ${id}`);
}

/** The APIs' ids, also through a cloud, are long and random; those of gateways are counters, words or nothing. */
export function isUnique(id: string): boolean {
  return /\d/.test(id) && /[0-9A-Za-z]{18}/.test(id);
}

/** Two FNV-1a hashes, each with its bits mixed: a tenth of the cost of a cryptographic hash, and ids are random enough. */
export function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x010001b3) + index;
  }
  return (mix(high) & 0x1fffff) * 2 ** 32 + mix(low) || 1;
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
