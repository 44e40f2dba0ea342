import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Shared } from "../../src/serve/share.ts";
import { recording, root, runTool, temporaryFolder } from "../support/run-tool.ts";

async function share(...flags: string[]): Promise<{ html: string; shared: Shared; stderr: string }> {
  const out = join(temporaryFolder(), "session.html");
  const { exitCode, stderr, stdout } = await runTool(["view", recording, "--out", out, ...flags]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${out}\n` });
  const html = readFileSync(out, "utf8");
  const packed = /id="data">([^<]*)</.exec(html)?.[1] ?? "";
  return { html, stderr, shared: JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString()) };
}

/** Every longer text in the recording from a person, a model, a command or a file. */
function saidTexts(): string[] {
  const path = "examples/demo/projects/-home-dev-acme-shop/9b2e458d-9158-4149-bf2a-345f2d1803d7.jsonl";
  const lines = readFileSync(join(root, path), "utf8").split("\n").slice(0, -1);
  return lines
    .flatMap((line) => textsIn(JSON.parse(line).message?.content))
    .filter((text) => text.includes(" ") && text.length > 15);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe("view --out", () => {
  it("writes one file with the session that makes no network request", async () => {
    const { html, shared, stderr } = await share();
    expect(shared.page.requests).toHaveLength(4);
    expect(html).toContain("connect-src 'none'");
    expect(html).not.toMatch(/(?:src|href)="(?!#)/);
    expect(stderr).toContain("no text of the session");
  });

  it("writes no text of the session by default", async () => {
    const { shared } = await share();
    const all = JSON.stringify(shared);
    expect(saidTexts().length).toBeGreaterThan(3);
    for (const text of saidTexts()) expect(all).not.toContain(text.slice(0, 15));
    expect(shared.texts).toBeUndefined();
  });

  it("writes the texts with --content, and says to look through them", async () => {
    const { shared, stderr } = await share("--content");
    expect(Object.values(shared.texts ?? {}).flat().length).toBeGreaterThan(5);
    expect(stderr).toContain("Look through it");
  });

  it("needs a session, accepts --content only with --out, and rejects an invalid port", async () => {
    expect((await runTool(["view", "--out", "x.html"])).exitCode).toBe(2);
    expect((await runTool(["view", recording, "--content"])).exitCode).toBe(2);
    expect((await runTool(["view", recording, "--port", "0x"])).stderr).toContain("from 1 to 65535");
  });
});
