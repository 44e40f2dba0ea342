import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { newPosition, parsePosition } from "../../src/state/position/position.ts";
import { readOn } from "../support/read-files.ts";
import { filesOfSession, recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const NAMES = [
  "03-subagents-parallel",
  "2.1.100-subagent-background",
  "teammate",
  "tui-rewind",
  "1.0.128-fork-subagent",
  "2.1.100-two-windows",
];

/** Copies a session's files, and returns the position after this share of the main file's bytes. */
function halfRead(name: string, share: number) {
  const [source] = transcriptsOf(recording(name)) as [string];
  const folder = temporaryFolder();
  const place = (path: string) => join(folder, path.slice(dirname(source).length));
  for (const path of filesOfSession(source)) {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), readFileSync(path));
  }
  const path = place(source);
  const bytes = readFileSync(source);
  writeFileSync(path, bytes.subarray(0, bytes.length * share));
  const position = newPosition(sessionIdOf(source), path);
  readOn(path, position.read, { quiet: false, ended: false });
  position.outlets = { traces: { until: { turn: [1, 0] } } };
  writeFileSync(path, bytes);
  return { path, content: JSON.stringify(position) };
}

test.each(NAMES)("a position of %s is read as it was saved, at any point of the transcript", (name) => {
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 0.95, 1]) {
    const { content } = halfRead(name, share);
    expect(JSON.stringify(parsePosition(content))).toBe(content);
  }
});

test.each(NAMES)("a value of the wrong type in a position of %s is found or harmless", (name) => {
  for (const share of [0.3, 0.7, 1]) {
    const { path, content } = halfRead(name, share);
    for (const place of placesIn(JSON.parse(content))) {
      for (const wrong of [5, null, "x", {}, [], [null]]) {
        const position = parsePosition(withValue(content, place, wrong));
        if (position === undefined) continue;
        expect(
          () => readOn(path, position.read, { quiet: true, ended: true }),
          `${place} ${JSON.stringify(wrong)}`,
        ).not.toThrow();
      }
    }
  }
});

type Place = (string | number)[];

/** The places of all values. Of a list, only the first and the last entry. */
function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const some = Array.isArray(value) && keys.length > 2 ? [keys[0], keys.at(-1)] : keys;
  return [
    ...(at.length > 0 ? [at] : []),
    ...some.flatMap((key) =>
      placesIn((value as Record<string, unknown>)[key as string], [...at, key as string]),
    ),
  ];
}

function withValue(content: string, place: Place, value: unknown): string {
  const position = JSON.parse(content) as Record<string, unknown>;
  const last = place.at(-1) as string;
  const holder = place
    .slice(0, -1)
    .reduce<Record<string, unknown>>((one, key) => one[key] as Record<string, unknown>, position);
  holder[last] = value;
  return JSON.stringify(position);
}
