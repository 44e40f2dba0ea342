import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLineReader, type Line } from "../../src/transcript/lines.ts";
import { createShrinker } from "../../src/transcript/shrink.ts";
import { createSlimmer } from "../../src/transcript/slim.ts";

/** Texts that are hard to cut: escapes, surrogates, multi-byte characters, quotes and backslashes in rows. */
const hardText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "\\",
        '\\"',
        "\\\\",
        "\n",
        "\r",
        "\t",
        "\u0000",
        "\u2028",
        "é",
        "語",
        "😀",
        "\ud83d",
        "\ude00",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

/** Never a number: an object would move it before other names. */
const name = hardText.map((text) => `k${text}`);

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hardText,
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.constantFrom(null, true, false, 0),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(name, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

/** JSON text in different forms: with spaces, and with any character as an escape. */
function write(value: unknown, escapes: boolean, space: boolean): string {
  const text = JSON.stringify(value, undefined, space ? 1 : undefined).replaceAll("\n", " ");
  if (!escapes) return text;
  return text.replaceAll(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether `shrunken` is `whole` with strings and names that are cut at their ends. */
function isCutOf(shrunken: unknown, whole: unknown, maxBytes: number): boolean {
  if (typeof whole === "string") {
    if (typeof shrunken !== "string" || !whole.startsWith(shrunken)) return false;
    // Short strings are not cut, and long ones hardly more than necessary.
    return shrunken === whole || Buffer.byteLength(JSON.stringify(shrunken)) * 6 + 12 > maxBytes;
  }
  if (Array.isArray(whole)) {
    if (!Array.isArray(shrunken) || shrunken.length !== whole.length) return false;
    return whole.every((item, index) => isCutOf(shrunken[index], item, maxBytes));
  }
  if (typeof whole !== "object" || whole === null) return Object.is(shrunken, whole) || shrunken === whole;
  const names = Object.keys(whole);
  const kept = Object.entries(shrunken as object);
  // Two long names may have become the same.
  if (kept.length !== names.length) return names.some((name) => Buffer.byteLength(name) * 6 > maxBytes);
  return names.every((name, index) => {
    const [shortName, value] = kept[index] as [string, unknown];
    return name.startsWith(shortName) && isCutOf(value, (whole as Record<string, unknown>)[name], maxBytes);
  });
}

function inPieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  // A reader reuses its buffer, so earlier bytes are overwritten.
  return ends.map((end, index) => Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1], end)));
}

function shrink(bytes: Buffer, cuts: number[], maxBytes: number): string | undefined {
  const shrinker = createShrinker(maxBytes);
  for (const piece of inPieces(bytes, cuts)) {
    shrinker.push(piece);
    piece.fill(0xff);
  }
  return shrinker.finish();
}

describe("the shrinker", () => {
  test("cuts only the ends of strings, in whatever chunks a line comes", () => {
    fc.assert(
      fc.property(
        json,
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        (value, escapes, space, cuts, maxBytes) => {
          const line = Buffer.from(write(value, escapes, space));
          const shrunken = shrink(line, cuts, maxBytes);
          const whole = JSON.parse(line.toString()) as unknown;
          expect(isCutOf(JSON.parse(shrunken as string), whole, maxBytes), shrunken).toBe(true);
          expect(shrink(line, [], maxBytes)).toBe(shrunken);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("does not change a line with short strings", () => {
    fc.assert(
      fc.property(json, fc.array(fc.nat(), { maxLength: 6 }), (value, cuts) => {
        const text = JSON.stringify(value);
        const bytes = Buffer.from(text);
        expect(shrink(bytes, cuts, bytes.length)).toBe(bytes.toString());
      }),
    );
  });

  test("works on the next line after one that was too large or not JSON", () => {
    const shrinker = createShrinker(16);
    shrinker.push(Buffer.from('{"an unclosed string with a backslash at its end\\'));
    expect(() => JSON.parse(shrinker.finish() as string)).toThrow();
    const large = Buffer.alloc(1 << 20, "1,");
    for (let times = 0; times < 40; times++) shrinker.push(large);
    expect(shrinker.finish()).toBeUndefined();
    shrinker.push(Buffer.from('{"a":"b"}'));
    expect(shrinker.finish()).toBe('{"a":"b"}');
  });
});

describe("the slimmer", () => {
  /** Also text that is not JSON: quotes and backslashes anywhere. */
  const anyBytes = fc
    .array(
      fc.constantFrom('"', "\\", '\\"', "x", "u00e9", "\\ud83d", "語", "😀", "{", ":", ",", "x".repeat(60)),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join(""));

  test("gives the same as the shrinker, wherever the line is in the buffer", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(json, fc.boolean(), fc.boolean()).map((how) => write(...how)),
          anyBytes,
        ),
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom("", '"', "\\", '{"a":"'),
        (text, maxBytes, around) => {
          const shrinker = createShrinker(maxBytes);
          shrinker.push(Buffer.from(text));
          const bytes = Buffer.from(around + text + around);
          const from = around.length;
          const slim = createSlimmer(maxBytes);
          expect(slim(bytes, from, bytes.length - around.length)).toBe(shrinker.finish());
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function readLines(pieces: Buffer[], offset = 0, maxBytes?: number): Line[] {
  const reader = createLineReader(offset, maxBytes);
  return pieces.flatMap((piece) => {
    const lines = [...reader.push(piece)];
    piece.fill(0xff);
    return lines;
  });
}

describe("the line reader", () => {
  const lineEnd = fc.constantFrom("\n", "\r\n");
  const lines = fc.array(fc.record({ value: fc.dictionary(name, json), end: lineEnd }), {
    maxLength: 6,
  });

  test("gives the lines that JSON.parse reads, in whatever chunks the file comes, without an incomplete last line", () => {
    fc.assert(
      fc.property(lines, json, fc.array(fc.nat(), { maxLength: 10 }), (whole, half, cuts) => {
        const bytes = Buffer.from(
          whole.map(({ value, end }) => JSON.stringify(value) + end).join("") + JSON.stringify(half),
        );
        const read = readLines(inPieces(bytes, cuts), 1000);
        expect(read.map(({ text }) => JSON.parse(text as string) as unknown)).toEqual(
          whole.map(({ value }) => JSON.parse(Buffer.from(JSON.stringify(value)).toString()) as unknown),
        );
        // A later reading continues from the start and end of each line.
        let offset = 1000;
        for (const line of read) {
          expect(line.start).toBe(offset);
          offset = line.end;
          expect(bytes[offset - 1001]).toBe(0x0a);
        }
        expect(offset).toBe(1000 + bytes.lastIndexOf(0x0a) + 1);
      }),
      { numRuns: 1000 },
    );
  });

  test("reads the same from the end of any line", () => {
    fc.assert(
      fc.property(lines, fc.nat(), (whole, at) => {
        const bytes = Buffer.from(whole.map(({ value, end }) => JSON.stringify(value) + end).join(""));
        const read = readLines([Buffer.from(bytes)]);
        const from = read[at % (read.length + 1)];
        const offset = from?.start ?? bytes.length;
        expect(readLines([Buffer.from(bytes.subarray(offset))], offset)).toEqual(
          from === undefined ? [] : read.slice(read.indexOf(from)),
        );
      }),
    );
  });

  test("skips empty lines, wherever the file is cut", () => {
    const bytes = Buffer.from('\n\r\n{"a":1}\n\r\n\n');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(
        readLines(inPieces(bytes, [cut])).map(({ text }) => text?.trim()),
        `cut at ${cut}`,
      ).toEqual(['{"a":1}']);
    }
  });

  test("gives no text of a line that ccotel does not need, in whatever chunks it comes", () => {
    const record = JSON.stringify({ type: "api-request-blob", hash: "x".repeat(5000) });
    const bytes = Buffer.from(`${record}\n{"type":"user"}\n`);
    for (const cuts of [[], [200], [200, 1000, 3000]]) {
      expect(readLines(inPieces(bytes, cuts)).map(({ text }) => text)).toEqual([
        undefined,
        '{"type":"user"}',
      ]);
    }
  });
});

test("a record on the same line after one that ccotel does not need is read, in whatever chunks the bytes come", () => {
  const skipped = '{"type":"mode","mode":"normal","sessionId":"s"}';
  const record = '{"parentUuid":null,"type":"user","message":{"role":"user","content":"}{\\"no"},"uuid":"u"}';
  const file = Buffer.from(`${skipped}${record}\n${skipped}${skipped}${record}\n${skipped}\n${record}\n`);
  for (let bytes = 1; bytes <= file.length; bytes++) {
    const lines = createLineReader();
    const texts: (string | undefined)[] = [];
    for (let from = 0; from < file.length; from += bytes)
      for (const { text } of lines.push(file.subarray(from, from + bytes))) texts.push(text);
    const records = texts.map((text) => (text === undefined ? 0 : text.split('"uuid":"u"').length - 1));
    expect(records, `${bytes} bytes at a time`).toEqual([1, 1, 0, 1]);
  }
});
