import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Collector,
  type CollectorOptions,
  createCollectorHandler,
} from "../../src/collector/collector.ts";
import { readDestinationState, type SignalState } from "../../src/state/destinations/destination-state.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, faults, inTurn, refusingUrl, spansOf } from "../support/otlp-server.ts";
import { type Scribe, scribe, type TurnOptions } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** Writes a session that has ended, and an event for it. */
function finished(machine: Lab, name: string, ...turns: TurnOptions[]): Scribe {
  const session = scribe(name);
  for (const turn of turns) machine.write(session.sessionId, session.turn(turn));
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  return session;
}

interface Rejected {
  spanId: string;
  kind: string;
  status: number;
  message: string;
}

function rejected({ home }: Lab): Rejected[] {
  if (!existsSync(home.rejected)) return [];
  return readFileSync(home.rejected, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Rejected);
}

/** The state of the traces' delivery. */
function deliveryState({ place }: Lab): SignalState {
  return readDestinationState(place).signals.traces ?? {};
}

/** Expects that every span of the session arrived once and that no event waits. */
async function expectAllOnce(machine: Lab, requests: Collector["requests"], session: Scribe) {
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(requests)).toEqual([]);
  expect(machine.inbox()).toEqual([]);
}

describe("a backend that does not answer", () => {
  test("if connections are refused, the worker retries, and delivers once the backend is up", async () => {
    const url = await refusingUrl();
    const machine = lab(url);
    const session = finished(machine, "refused", {}, { tools: 2 });
    const working = machine.worker();
    await expect.poll(() => machine.log()).toContain("connection refused");
    const { handler, requests } = createCollectorHandler({});
    const server = createServer(handler).listen(Number(new URL(url).port), "127.0.0.1");
    try {
      expect((await working).code).toBe(0);
      await expectAllOnce(machine, requests, session);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("if there is no answer, the request times out, and the worker sends it again unchanged", async () => {
    const { url, requests } = await collector(inTurn(faults.silent, faults.silent));
    const machine = lab(url);
    const session = finished(machine, "silent", {});
    expect((await machine.worker({ CCOTEL_TIMEOUT: "1000" })).code).toBe(0);
    // On a busy machine, the third answer may be too late as well.
    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const { body } of requests) expect(body).toEqual(requests[0]?.body);
    expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  });

  test("if the answer is slow, nothing is sent twice", async () => {
    const { url, requests } = await collector(faults.slow(1_500));
    const machine = lab(url);
    const session = finished(machine, "slow", {}, {});
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, requests, session);
  });

  test("if the connection is reset after the request was read, the same request is sent again", async () => {
    const { url, requests } = await collector(inTurn(faults.reset));
    const machine = lab(url);
    const session = finished(machine, "reset", {});
    expect((await machine.worker()).code).toBe(0);
    expect(requests.length).toBe(2);
    expect(requests[1]?.body).toEqual(requests[0]?.body);
    expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  });
});

describe("a backend that is down for more than two minutes", () => {
  test("the worker exits after two minutes of failures, and one event waits in the inbox", async () => {
    const machine = lab(await refusingUrl());
    finished(machine, "given-up", {});
    const { code, waitedMs } = await machine.worker({ HASTE: "60" });
    expect(code).toBe(0);
    // On a busy machine the attempts take more of the two minutes, and the waits less. backoff.test.ts checks the
    // waits.
    expect(waitedMs).toBeGreaterThan(0);
    expect(waitedMs).toBeLessThan(150_000);
    expect(machine.inbox().length).toBe(1);
    expect(deliveryState(machine).lastFailure?.message).toContain("Nothing listens at");
  });

  test("after an outage of a whole session, the first event of the next session delivers everything once", async () => {
    const url = await refusingUrl();
    const machine = lab(url);
    const session = scribe("whole-life");
    for (let turn = 0; turn < 3; turn++) {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds[turn] });
      await machine.worker({ HASTE: "200" });
    }
    machine.write(session.sessionId, session.end());
    machine.event(session.sessionId, { name: "SessionEnd" });
    await machine.worker({ HASTE: "200" });
    expect(machine.inbox().length).toBe(1);
    const { handler, requests } = createCollectorHandler({});
    const server = createServer(handler).listen(Number(new URL(url).port), "127.0.0.1");
    try {
      machine.event(scribe("next").sessionId, { name: "SessionStart" });
      expect((await machine.worker()).code).toBe(0);
      await expectAllOnce(machine, requests, session);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("a backend that is overloaded", () => {
  test("after 503, 502 and 504 the worker retries, and everything arrives once", async () => {
    const { url, requests } = await collector(
      inTurn(faults.status(503), faults.status(502), faults.status(504)),
    );
    const machine = lab(url);
    const session = finished(machine, "busy", {});
    expect((await machine.worker({ HASTE: "10" })).code).toBe(0);
    await expectAllOnce(machine, requests.slice(3), session);
  });

  test("after 429 with Retry-After in seconds, nothing is sent before then", async () => {
    const times: number[] = [];
    const { url, requests } = await collector((request, index) => {
      times.push(performance.now());
      return inTurn(faults.busy("3"))(request, index);
    });
    const machine = lab(url);
    const session = finished(machine, "seconds", {});
    expect((await machine.worker({ HASTE: "10" })).code).toBe(0);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(2_950 / 10);
    await expectAllOnce(machine, requests.slice(1), session);
  });

  test("after 429 with Retry-After as a date, nothing is sent before then", async () => {
    const times: number[] = [];
    const { url } = await collector((request, index) => {
      times.push(Date.now());
      const date = new Date(Date.now() + 4_000).toUTCString();
      return inTurn(faults.busy(date))(request, index);
    });
    const machine = lab(url);
    finished(machine, "date", {});
    expect((await machine.worker({ HASTE: "10" })).code).toBe(0);
    // The date has whole seconds.
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(2_950 / 10);
    expect(machine.inbox()).toEqual([]);
  });

  test("after 429 with a Retry-After of ten minutes, the next worker also sends nothing before then", async () => {
    const { url, requests } = await collector(inTurn(faults.busy("600")));
    const machine = lab(url);
    const session = finished(machine, "long", {});
    expect((await machine.worker()).waitedMs).toBeLessThan(5_000);
    expect((await machine.worker()).code).toBe(0);
    expect(requests.length).toBe(1);
    expect(machine.inbox().length).toBe(1);
    expect((await machine.worker({ CLOCK_OFFSET_MS: "601000" })).code).toBe(0);
    await expectAllOnce(machine, requests.slice(1), session);
  });

  test("50 sessions share one backoff: the worker retries once for all of them", async () => {
    const { url, requests } = await collector(inTurn(...Array.from({ length: 4 }, () => faults.status(503))));
    const machine = lab(url);
    const sessions = Array.from({ length: 50 }, (_, index) => finished(machine, `fifty-${index}`, {}));
    const { code, waitedMs } = await machine.worker({ HASTE: "10" });
    expect(code).toBe(0);
    // The waits of one backoff are 1, 2, 4 and 8 seconds, less the time that passes before each wait on a busy machine.
    // Each attempt is one request of any session.
    expect(waitedMs).toBeGreaterThan(10_000);
    expect(waitedMs).toBeLessThan(30_000);
    expect(requests.length).toBe(4 + 50);
    expect(
      differences(
        union(requests),
        await backfill(
          machine,
          sessions.map(({ sessionId }) => sessionId),
        ),
      ),
    ).toEqual([]);
  });
});

describe("a backend that answers 500", () => {
  test("after one 500 the same batch is sent again", async () => {
    const { url, requests } = await collector(inTurn(faults.status(500)));
    const machine = lab(url);
    const session = finished(machine, "once", {});
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, requests.slice(1), session);
  });

  test("a span that gets 500 five times is set aside alone, and every other span arrives once", async () => {
    const poisoned = scribe("poison-500");
    const accepted: Collector["requests"][number][] = [];
    const { url, requests } = await collector(
      (request) =>
        spansOf(request).some(({ name }) => name.startsWith("execute_tool"))
          ? { status: 500, body: "stack trace" }
          : {},
      { onTraces: (_, request) => void accepted.push(request) },
    );
    const machine = lab(url);
    machine.write(poisoned.sessionId, [...poisoned.turn({ tools: 1 }), ...poisoned.end()]);
    machine.event(poisoned.sessionId, { name: "SessionEnd" });
    expect((await machine.worker({ HASTE: "10" })).code).toBe(0);
    expect(rejected(machine)).toMatchObject([{ status: 500, message: "stack trace" }]);
    const [{ spanId }] = rejected(machine) as [Rejected];
    const expected = await backfill(machine, [poisoned.sessionId]);
    expected.delete([...expected.keys()].find((id) => id.endsWith(spanId)) as string);
    expect(differences(union(accepted), expected)).toEqual([]);
    expect(twice(accepted)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
    expect(requests.length).toBeGreaterThan(5);
  });
});

describe("a backend that rejects spans", () => {
  test("after 413 the batch is halved until it fits, and each span arrives once", async () => {
    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector(faults.tooLarge(3), {
      onTraces: (_, request) => void accepted.push(request),
    });
    const machine = lab(url);
    const session = finished(machine, "large", { tools: 8 }, { tools: 3 });
    expect((await machine.worker()).code).toBe(0);
    expect(Math.max(...accepted.map((request) => spansOf(request).length))).toBeLessThanOrEqual(3);
    await expectAllOnce(machine, accepted, session);
    expect(rejected(machine)).toEqual([]);
  });

  test("if one span gets 400, only that span is set aside, and every other span arrives once", async () => {
    const probe = await collector();
    const first = lab(probe.url);
    finished(first, "poison", { tools: 5 }, { tools: 2 });
    await first.worker();
    const culprit = spansOf(...probe.requests).find(({ name }) => name.startsWith("execute_tool"));
    const spanId = culprit?.spanId as string;

    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector(faults.rejectBatchWith(spanId), {
      onTraces: (_, request) => void accepted.push(request),
    });
    const machine = lab(url);
    const session = finished(machine, "poison", { tools: 5 }, { tools: 2 });
    expect((await machine.worker()).code).toBe(0);
    const expected = await backfill(machine, [session.sessionId]);
    expected.delete([...expected.keys()].find((id) => id.endsWith(spanId)) as string);
    expect(differences(union(accepted), expected)).toEqual([]);
    expect(twice(accepted)).toEqual([]);
    expect(rejected(machine)).toMatchObject([
      { spanId, kind: "refused", status: 400, message: `bad span ${spanId}` },
    ]);
    expect(deliveryState(machine).rejected).toBe(1);
    expect(machine.inbox()).toEqual([]);
    expect(machine.saved(session.sessionId)?.lastDelivery).toMatchObject({ rejected: 1 });
  });

  test("if everything gets 400, nothing is set aside, and everything arrives after the repair", async () => {
    let repaired = false;
    const { url, requests } = await collector(() => (repaired ? {} : { status: 400, body: "no" }));
    const machine = lab(url);
    const session = finished(machine, "all", { tools: 8 });
    expect((await machine.worker()).waitedMs).toBeLessThan(5_000);
    expect(machine.inbox().length).toBe(1);
    expect(rejected(machine)).toEqual([]);
    expect(deliveryState(machine).lastFailure).toMatchObject({ kind: "refused" });
    const before = requests.length;
    repaired = true;
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, requests.slice(before), session);
  });

  test("if everything gets 400, six workers for six short turns set nothing aside", async () => {
    let repaired = false;
    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector(() => (repaired ? {} : { status: 400 }), {
      onTraces: (_, request) => void accepted.push(request),
    });
    const machine = lab(url);
    const session = scribe("small");
    for (let turn = 0; turn < 6; turn++) {
      machine.write(session.sessionId, session.turn({ tools: 0 }));
      machine.event(session.sessionId, { promptId: session.promptIds[turn] });
      await machine.worker();
    }
    expect(rejected(machine)).toEqual([]);
    expect(machine.inbox().length).toBe(1);
    repaired = true;
    await machine.worker();
    expect(spansOf(...accepted).length).toBe(1 + 6 * 2);
    expect(machine.inbox()).toEqual([]);
  });

  test("more than five bad spans between good ones are set aside, and do not stop the session", async () => {
    const { url } = await collector((request) =>
      spansOf(request).some(({ name }) => name.startsWith("execute_tool")) ? { status: 400 } : {},
    );
    const machine = lab(url);
    const session = scribe("five");
    // Each turn: a bad span between good ones.
    for (let turn = 0; turn < 6; turn++) machine.write(session.sessionId, session.turn({ tools: 1 }));
    machine.event(session.sessionId, { promptId: session.promptIds[5] });
    expect((await machine.worker()).code).toBe(0);
    expect(rejected(machine).length).toBe(6);
    expect(machine.inbox()).toEqual([]);
  });

  test("spans that the backend drops (partial success) are counted, logged and not sent again", async () => {
    const { url, requests } = await collector(inTurn(faults.partial(2, "too old")));
    const machine = lab(url);
    const session = finished(machine, "partial", {});
    expect((await machine.worker()).code).toBe(0);
    expect((await machine.worker()).code).toBe(0);
    expect(requests.length).toBe(1);
    expect(deliveryState(machine).rejected).toBe(2);
    expect(machine.saved(session.sessionId)?.lastDelivery).toMatchObject({ rejected: 2 });
    expect(machine.log()).toContain("too old");
  });
});

describe("a batch that is accepted in part", () => {
  test("if the second request of a long turn fails, the first is not sent again", async () => {
    const { url, requests } = await collector((_, index) => (index === 1 ? { status: 503 } : {}));
    const machine = lab(url);
    const session = finished(machine, "long-turn", { tools: 700 });
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, [...requests.slice(0, 1), ...requests.slice(2)], session);
  });

  test("if one half is accepted and the other gets 503, the first half is not sent again", async () => {
    const accepted: Collector["requests"][number][] = [];
    let halves = 0;
    const { url } = await collector(
      (request) => {
        if (spansOf(request).length > 5) return { status: 413 };
        return ++halves === 2 ? { status: 503 } : {};
      },
      { onTraces: (_, request) => void accepted.push(request) },
    );
    const machine = lab(url);
    const session = finished(machine, "halves", { tools: 5 });
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, accepted, session);
  });

  test("if the worker exits after the first request, the next worker sends only the rest", async () => {
    let broken = true;
    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector((_, index) => (index > 0 && broken ? { status: 401 } : {}), {
      onTraces: (_, request) => void accepted.push(request),
    });
    const machine = lab(url);
    const session = finished(machine, "between", { tools: 700 });
    expect((await machine.worker()).code).toBe(0);
    expect(machine.inbox().length).toBe(1);
    broken = false;
    expect((await machine.worker()).code).toBe(0);
    await expectAllOnce(machine, accepted, session);
  });
});

describe("an address that accepts no telemetry from you", () => {
  const answers: [string, NonNullable<CollectorOptions["respond"]>, RegExp][] = [
    ["a redirect", faults.redirect("https://login.example/?token=secret"), /redirects/],
    ["a login page", faults.loginPage, /login page/],
    ["401", faults.status(401, "who are you?"), /denies access/],
    ["403", faults.status(403), /denies access/],
    ["404", faults.status(404), /does not accept telemetry at/],
  ];
  test.each(answers)(
    "after %s the worker sends no second request and logs why, and everything arrives once after the repair",
    async (_, fault, reason) => {
      let repaired = false;
      const { url, requests } = await collector((request, index) => (repaired ? {} : fault(request, index)));
      const machine = lab(url);
      const session = finished(machine, "no-access", {}, {});
      expect((await machine.worker()).code).toBe(0);
      expect(requests.length).toBe(1);
      expect(machine.log()).toMatch(reason);
      expect(machine.log()).not.toContain("secret");
      expect(deliveryState(machine).lastFailure?.message).toMatch(reason);
      expect(machine.inbox().length).toBe(1);
      expect(rejected(machine)).toEqual([]);
      repaired = true;
      expect((await machine.worker()).code).toBe(0);
      await expectAllOnce(machine, requests.slice(1), session);
    },
  );
});
