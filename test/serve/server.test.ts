import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PageServer, startServer } from "../../src/serve/server.ts";

const HTML = "<!doctype html><head></head><style>a{}</style><script>1</script>";

let server: PageServer;
let errors: unknown[];
beforeEach(async () => {
  errors = [];
  server = await startServer({
    html: HTML,
    idleMs: 60_000,
    onError: (error) => errors.push(error),
    route: (path, query) => {
      if (path === "/api/echo") return { json: { word: query.get("word") } };
      if (path === "/api/large") return { json: "x".repeat(10_000) };
      if (path === "/api/broken") throw new Error("no such luck");
      if (path === "/api/live") return { events: (send) => send({ n: 1 }) };
      if (path === "/api/broken-live") return { events: () => Promise.reject(new Error("no such luck")) };
      return undefined;
    },
  });
});
afterEach(() => server.close());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request with any headers, as any program on this machine can make it. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

const token = () => new URL(server.url).pathname;

describe("the page's server", () => {
  it("listens on loopback only and serves the page at an address with a token", async () => {
    expect(new URL(server.url).hostname).toBe("127.0.0.1");
    expect(token()).toMatch(/^\/[0-9a-f]{32}\/$/);
    const { status, body, headers } = await get(token());
    expect({ status, body }).toEqual({ status: 200, body: HTML });
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("allows only its own script and style, and no embedding", async () => {
    const { headers } = await get(token());
    const policy = String(headers["content-security-policy"]).split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy.find((rule) => rule.startsWith("script-src"))).toMatch(/^script-src 'sha256-[\w+/=]+'$/);
    expect(policy.join()).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  it.each([
    ["no token", () => "/"],
    ["no token before the API", () => "/api/echo?word=x"],
    ["another token", () => `/${"0".repeat(32)}/`],
    ["a cut token", () => token().slice(0, -2)],
    ["a path with ..", () => `${token()}../../etc/passwd`],
    ["a path with encoded ..", () => `${token()}%2e%2e%2f%2e%2e%2fetc/passwd`],
    ["a file beside the page", () => `${token()}ccotel.cjs`],
  ])("answers 404 to %s", async (_, path) => {
    expect((await get(path())).status).toBe(404);
  });

  it.each([
    ["another Host: a name that resolves to this machine", { host: "evil.example" }],
    ["another Host with the right port", { host: "evil.example:80" }],
    ["another origin", { origin: "https://evil.example" }],
    ["an origin on another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["the origin null", { origin: "null" }],
    ["a page of another site", { "sec-fetch-site": "cross-site" }],
    ["a page of another port", { "sec-fetch-site": "same-site" }],
  ])("answers 403 to %s", async (_, headers) => {
    expect((await get(`${token()}api/echo?word=x`, headers)).status).toBe(403);
  });

  it("answers its own page", async () => {
    const { host, origin } = new URL(server.url);
    const own = { host, origin, "sec-fetch-site": "same-origin" };
    expect((await get(`${token()}api/echo?word=x`, own)).body).toBe('{"word":"x"}');
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("rejects %s", async (method) => {
    expect((await get(`${token()}api/echo`, {}, method)).status).toBe(405);
  });

  it("answers 500 without a reason after an internal error, and keeps running", async () => {
    const { status, body } = await get(`${token()}api/broken`);
    expect({ status, body }).toEqual({ status: 500, body: "500\n" });
    expect(errors).toHaveLength(1);
    expect((await get(`${token()}api/echo?word=x`)).status).toBe(200);
  });

  it("reports events that break off, and still answers", async () => {
    await expect(get(`${token()}api/broken-live`)).rejects.toThrow();
    expect(errors).toEqual([new Error("no such luck")]);
    expect((await get(`${token()}api/echo?word=x`)).status).toBe(200);
  });

  it("compresses large answers if the client accepts gzip", async () => {
    const { headers } = await get(`${token()}api/large`, { "accept-encoding": "gzip" });
    expect(headers["content-encoding"]).toBe("gzip");
    expect((await get(`${token()}api/large`)).body).toHaveLength(10_002);
  });
});

describe("the end of the page's server", () => {
  it("comes after the idle time without a page", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const quiet = await startServer({
        html: HTML,
        idleMs: 1000,
        onError: () => {},
        route: () => undefined,
      });
      vi.advanceTimersByTime(1001);
      await expect(quiet.done).resolves.toBe("idle");
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not come while a page is open", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const live = await startServer({
        html: HTML,
        idleMs: 50,
        onError: () => {},
        route: () => ({ events: (send) => send({ n: 1 }) }),
      });
      let hasEnded = false;
      void live.done.then(() => {
        hasEnded = true;
      });
      const { hostname, port, pathname } = new URL(live.url);
      const page = request({ hostname, port, path: `${pathname}api/live` });
      page.on("error", () => {});
      await new Promise<void>((resolve) => {
        page.on("response", (response) => response.once("data", () => resolve()));
        page.end();
      });
      vi.advanceTimersByTime(10_000);
      await new Promise(setImmediate);
      expect(hasEnded).toBe(false);
      page.destroy();
      // Each check lets the time go on.
      await vi.waitFor(() => expect(hasEnded).toBe(true), { interval: 20, timeout: 60_000 });
      await expect(live.done).resolves.toBe("idle");
    } finally {
      vi.useRealTimers();
    }
  });

  it("comes at once when it is closed, also with open pages", async () => {
    const { hostname, port } = new URL(server.url);
    const closed = new Promise<void>((resolve) => {
      const sent = request({ hostname, port, path: `${token()}api/live` }, (response) => {
        response.on("data", () => server.close());
        response.on("error", () => resolve());
        response.on("close", () => resolve());
      });
      sent.on("error", () => resolve());
      sent.end();
    });
    await closed;
    await expect(server.done).resolves.toBe("closed");
  });
});
