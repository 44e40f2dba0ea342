import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spansOf } from "../support/read-files.ts";
import { recordings } from "../support/recordings.ts";
import { drawSpans, drawTraces } from "../support/span-tree.ts";

describe("the spans of a recorded session match its spans.txt (vitest -u updates it)", () => {
  test.each(recordings())("$name", async (recording) => {
    const drawn = `${drawSpans(spansOf(recording, "session"))}\nWith one trace per turn:\n\n${drawTraces(spansOf(recording, "turn"))}`;
    await expect(drawn).toMatchFileSnapshot(join(recording.folder, "spans.txt"));
  });
});
