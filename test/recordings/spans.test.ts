import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spansOf } from "../support/read-files.ts";
import { recordings } from "../support/recordings.ts";
import { drawSpans, drawTraces } from "../support/span-tree.ts";

describe("a recorded session gives the spans that its spans.txt shows (vitest -u writes it anew)", () => {
  test.each(recordings())("$name", async (recording) => {
    const drawn = `${drawSpans(spansOf(recording, "session"))}\nWith one trace per turn:\n\n${drawTraces(spansOf(recording, "turn"))}`;
    await expect(drawn).toMatchFileSnapshot(join(recording.folder, "spans.txt"));
  });
});
