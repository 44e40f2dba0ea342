import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { startFileBackend } from "../support/stores/otelcol.ts";
import { installation, RECORDINGS } from "../support/tool.ts";

describe.skipIf(!has("otelcol"))("the logs pipeline of a Collector", () => {
  test("forwards every record of all recordings once, and each names a span that arrives", async () => {
    const backend = await started(startFileBackend());
    const machine = installation(backend.url, { env: { CCOTEL_LOGS: "on" } });
    const said = await machine.export([RECORDINGS]);
    const sent = Number(/and (\d+) log records/.exec(said.replaceAll(",", ""))?.[1]);
    expect(sent).toBeGreaterThan(50);
    const events = await eventually(() => {
      const received = backend.received();
      expect(received.events).toHaveLength(sent);
      return received.events;
    });
    expect(new Set(events.map((event) => event["log.record.uid"])).size).toBe(sent);
    for (const event of events)
      expect(event).toMatchObject({ "event.name": expect.any(String), "session.id": expect.any(String) });
    await machine.export([RECORDINGS]);
    expect(backend.received().events).toHaveLength(sent);
  });
});
