import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { happenNow, LIVE } from "../support/live.ts";
import { has } from "../support/programs.ts";
import { expectSameSpans, expectTokensOfTheApi, expectWholeTraces } from "../support/stores/compare.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { startVictoriaTraces, type VictoriaTraces } from "../support/stores/victoriatraces.ts";
import { installation, spansToSend } from "../support/tool.ts";

/** Attributes as text. VictoriaTraces stores only text, and decimals lose their last digit. */
function asText(spans: StoredSpan[]): StoredSpan[] {
  const text = (value: unknown) => {
    const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
    return /^\d+\.\d+$/.test(shown) ? String(Number(Number(shown).toPrecision(12))) : shown;
  };
  return spans.map((span) => ({
    ...span,
    attributes: Object.fromEntries(
      Object.entries(span.attributes).map(([name, value]) => [name, text(value)]),
    ),
  }));
}

describe.skipIf(!has("victoria-traces"))("VictoriaTraces", () => {
  let store: VictoriaTraces;
  let sent: StoredSpan[];
  beforeAll(async () => {
    [store, sent] = await Promise.all([startVictoriaTraces(), spansToSend()]);
    await installation(store.url).export();
    await eventually(async () => expect(await store.spans()).toHaveLength(sent.length), 60_000);
  });
  afterAll(async () => {
    await store?.stop();
  });

  test("has every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = await store.spans();
    expectSameSpans(asText(stored), asText(sent), { precision: "us" });
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("shows them under the service claude-code", async () => {
    expect(await store.services()).toEqual(["claude-code"]);
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const live = await happenNow(LIVE, store.url);
    await eventually(async () => {
      const stored = await store.spansOf(live.spans);
      expect(stored).toHaveLength(live.spans.length);
      expectSameSpans(asText(stored), asText(live.spans), { precision: "us" });
    }, 60_000);
  });
});
