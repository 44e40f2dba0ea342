import { describe, expect, it, test } from "vitest";
import { postJson } from "../../src/notify/post.ts";
import { httpProxy } from "../support/otlp-server.ts";
import { type Answer, receiver } from "../support/receiver.ts";

const direct = { proxy: {} };

/** The result of a post to `/hook/secret` with this answer. */
async function posted(answer: Answer) {
  const { url, answers, requests } = await receiver();
  answers.push(answer);
  const result = await postJson(url, '{"a":1}', direct);
  expect(requests).toHaveLength(1);
  return result;
}

describe("a receiver", () => {
  it.each([
    ["no content", { status: 204, body: "" }],
    ["a page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>ok</html>" }],
    ["a long text", { status: 202, body: "x".repeat(200_000) }],
  ])("accepts with any 2xx: %s", async (_, answer) => {
    expect(await posted(answer)).toEqual({ isAccepted: true });
  });

  it("gets the body, ccotel's user agent and the credentials of its address", async () => {
    const { url, requests, bodies } = await receiver();
    await postJson(url.replace("//", "//me:p%40ss@"), '{"a":1}', direct);
    expect(bodies).toEqual([{ a: 1 }]);
    expect(requests[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^ccotel\//),
      authorization: `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    });
  });

  it.each([
    ["a redirect", { status: 301, headers: { location: "https://hooks.example/hook/secret?token=1" } }],
    ["a path that it does not know", { status: 404, body: "Cannot POST /hook/secret" }],
    ["a path at the place where the text is cut", { status: 404, body: `${"x".repeat(290)}/hook/secret` }],
    ["an encoded path", { status: 404, body: '{"error":"no route to %2Fhook%2Fsecret"}' }],
    ["a page", { status: 502, body: "<html><title>no /hook/secret here</title></html>" }],
  ])("is quoted without its address, which is a secret: %s", async (_, answer) => {
    const result = await posted(answer);
    expect(result).toMatchObject({
      isAccepted: false,
      message: expect.stringMatching(`^HTTP ${answer.status}: `),
    });
    expect(JSON.stringify(result)).not.toMatch(/secret|token/);
  });

  it("is quoted without the values of its query", async () => {
    const { url, answers } = await receiver();
    answers.push({ status: 403, body: "unknown key a b/c-12345" });
    const result = await postJson(`${url}?key=a%20b%2Fc-12345`, "{}", direct);
    expect(result).toEqual({ isAccepted: false, message: "HTTP 403: unknown key …" });
  });

  it.each([403, 429, 500, 503])(
    "sets the time of the next attempt with Retry-After, also with %i",
    async (status) => {
      const answer = { status, headers: { "retry-after": "600" }, body: "" };
      expect(await posted(answer)).toEqual({
        isAccepted: false,
        message: `HTTP ${status}`,
        retryAfterMs: 600_000,
      });
    },
  );

  it.each(["0", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])(
    "sets no time of the next attempt with Retry-After: %s",
    async (value) => {
      const answer = { status: 503, headers: { "retry-after": value }, body: "" };
      expect(await posted(answer)).toEqual({ isAccepted: false, message: "HTTP 503" });
    },
  );
});

test("a message about an address at which nothing listens has words and the code", async () => {
  expect(await postJson("http://127.0.0.1:9/hook/secret", "{}", direct)).toEqual({
    isAccepted: false,
    message: "nothing listens at that address (ECONNREFUSED)",
  });
});

test("a proxy that rejects is named, and not taken for the receiver", async () => {
  const proxy = await httpProxy({ refuse: 407 });
  const result = await postJson("https://hooks.example/hook/secret", "{}", {
    proxy: { https: proxy.url },
  });
  expect(result).toMatchObject({
    isAccepted: false,
    message: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+ answered 407/),
  });
});
