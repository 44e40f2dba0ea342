import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runHeadersHelper } from "../../src/config/claude/headers-helper.ts";
import { parseSettingsEnv, readSettingsEnv } from "../../src/config/claude/settings-env.ts";
import { loadConfig } from "../../src/config/load.ts";
import { resolveSending } from "../../src/config/sending.ts";
import { isAlive } from "../../src/files/alive.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccotel-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
};
const path = process.env.PATH;

describe("the env block of the user's settings.json", () => {
  const read = () => readSettingsEnv({ env: { CLAUDE_CONFIG_DIR: folder }, homeDir: "/nowhere" });

  it("is read from CLAUDE_CONFIG_DIR, also with a byte order mark", () => {
    write("settings.json", '\uFEFF{"env":{"CCOTEL_ENDPOINT":"http://h:4318"},"otelHeadersHelper":"/t.sh"}');
    expect(read()).toEqual({
      path: join(folder, "settings.json"),
      env: { CCOTEL_ENDPOINT: "http://h:4318" },
      managedEnv: {},
      headersHelper: "/t.sh",
      problem: undefined,
    });
  });

  it("is read together with the managed settings, whose files are merged in the order of their names", () => {
    write("settings.json", '{"env":{"CCOTEL_CONTENT":"none"},"otelHeadersHelper":"/mine.sh"}');
    const managed = { file: join(folder, "managed.json"), folder: join(folder, "managed.d") };
    mkdirSync(managed.folder);
    write("managed.json", '{"env":{"CCOTEL_ENDPOINT":"http://a:4318","CCOTEL_CONTENT":"full"}}');
    write(
      "managed.d/20.json",
      '{"env":{"CCOTEL_ENDPOINT":"http://c:4318"},"otelHeadersHelper":"/theirs.sh"}',
    );
    write("managed.d/10.json", '{"env":{"CCOTEL_ENDPOINT":"http://b:4318"}}');
    write("managed.d/30.json.off", '{"env":{"CCOTEL_ENDPOINT":"http://d:4318"}}');
    write("managed.d/40.json", "{");
    const env = { CLAUDE_CONFIG_DIR: folder };
    expect(readSettingsEnv({ env, homeDir: "/nowhere", managed })).toMatchObject({
      env: { CCOTEL_CONTENT: "none" },
      managedEnv: { CCOTEL_ENDPOINT: "http://c:4318", CCOTEL_CONTENT: "full" },
      headersHelper: "/theirs.sh",
    });
  });

  it("is read from ~/.claude without CLAUDE_CONFIG_DIR", () => {
    expect(readSettingsEnv({ env: {}, homeDir: folder }).path).toBe(join(folder, ".claude", "settings.json"));
  });

  it("keeps numbers and booleans as text and drops other types, like Claude Code", () => {
    const text = JSON.stringify({ env: { a: 1, b: true, c: { d: 1 }, e: null, f: ["x"], g: "y" } });
    expect(parseSettingsEnv(text, "p").env).toEqual({ a: "1", b: "true", g: "y" });
  });

  it.each(["", " \n", "{}", '{"env":[]}', '{"env":"x"}'])("of %j is empty, without a problem", (text) => {
    expect(parseSettingsEnv(text, "p")).toEqual({ env: {}, headersHelper: undefined, problem: undefined });
  });

  it("of a missing file is empty, without a problem", () => {
    expect(read()).toMatchObject({ env: {}, problem: undefined });
  });

  it("of a broken file is empty, with a problem that does not quote the file", () => {
    write("settings.json", '{"env":{"CCOTEL_HEADERS":"k=hunter2",} // no');
    expect(read().env).toEqual({});
    expect(read().problem).toContain("is not valid JSON");
    expect(read().problem).not.toContain("hunter2");
    expect(parseSettingsEnv("[]", "p").problem).toBe("p must hold a JSON object.");
  });
});

describe("otelHeadersHelper", () => {
  const run = (command: string, timeoutMs?: number) =>
    runHeadersHelper(command, {
      env: { PATH: path, HOME: folder },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });

  it("is a shell command that prints a JSON object of strings", async () => {
    expect(await run(`echo '{"Authorization":"Bearer t"}'`)).toEqual({
      ok: true,
      value: { authorization: "Bearer t" },
    });
  });

  it.each([
    ["echo nonsense", "must print a JSON object"],
    [`echo '{"a":1}'`, "must print a JSON object"],
    [`echo '["a"]'`, "must print a JSON object"],
    ["exit 3", "must end with exit code 0, not 3"],
    ["/nowhere/at-all", "must end with exit code 0, not 127"],
    ["yes", "must print less than 64 KB"],
  ])("%s fails: it %s", async (command, expected) => {
    expect(await run(command)).toEqual({ ok: false, expected: expect.stringContaining(expected) });
  });

  it("is killed with its child processes if it takes too long", async () => {
    const pid = join(folder, "pid");
    const result = await run(`sleep 300 & echo $! >'${pid}'; sleep 300`, 1000);
    expect(result).toEqual({ ok: false, expected: "must answer within 1 s" });
    await expect.poll(() => isAlive(Number(readFileSync(pid, "utf8")))).toBe(false);
  });
});

describe("a sender", () => {
  const resolve = (settingsEnv: Record<string, string>, headersHelper?: string) => {
    const { config } = loadConfig({ env: {}, settingsEnv, headersHelper, homeDir: folder });
    return resolveSending(config, { env: { PATH: path, HOME: folder }, userAgent: "ccotel/test" });
  };

  it("has the headers of the file, and those of the setting replace them", async () => {
    write("h.txt", "# token\nAuthorization: Bearer a=b%20c\n\nx-tenant=a%20b\r\nx-over: file\n");
    const { sender, problems } = await resolve({
      CCOTEL_ENDPOINT: "http://h:4318",
      CCOTEL_HEADERS_FILE: "~/h.txt",
      CCOTEL_HEADERS: "x-over=setting",
    });
    expect(problems).toEqual([]);
    expect(sender.traces?.headers).toEqual({
      authorization: "Bearer a=b%20c",
      "x-tenant": "a b",
      "x-over": "setting",
    });
    expect(sender.metrics?.url).toBe("http://h:4318/v1/metrics");
  });

  it.skipIf(process.platform === "win32")(
    "comes with a warning if others can read the headers file",
    async () => {
      const file = write("h.txt", "a: b\n", 0o644);
      const { sender, problems } = await resolve({
        CCOTEL_ENDPOINT: "http://h:4318",
        CCOTEL_HEADERS_FILE: file,
      });
      expect(sender.traces?.headers).toEqual({ a: "b" });
      expect(problems).toEqual([
        expect.objectContaining({ severity: "warning", message: expect.stringContaining("chmod 600") }),
      ]);
    },
  );

  it("has no signal if the headers file is missing or malformed", async () => {
    const missing = await resolve({ CCOTEL_ENDPOINT: "http://h:4318", CCOTEL_HEADERS_FILE: "~/no.txt" });
    expect(missing.sender.traces).toBeUndefined();
    expect(missing.problems).toEqual([expect.objectContaining({ severity: "error", key: "headersFile" })]);
    const file = write("h.txt", "hunter2\n");
    const malformed = await resolve({ CCOTEL_ENDPOINT: "http://h:4318", CCOTEL_HEADERS_FILE: file });
    expect(malformed.sender.traces).toBeUndefined();
    expect(JSON.stringify(malformed.problems)).not.toContain("hunter2");
  });

  it("has the helper's headers in place of the static OTEL ones, from one run for both signals", async () => {
    const { sender } = await resolve(
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318", OTEL_EXPORTER_OTLP_HEADERS: "authorization=old,a=b" },
      `echo x >>'${folder}/runs'; echo '{"authorization":"new"}'`,
    );
    expect(sender.traces?.headers).toEqual({ authorization: "new", a: "b" });
    expect(sender.metrics?.headers).toEqual({ authorization: "new", a: "b" });
    expect(readFileSync(join(folder, "runs"), "utf8")).toBe("x\n");
  });

  it("has no signal if the helper fails, and the helper does not run if there is no endpoint", async () => {
    const failed = await resolve({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318" }, "exit 1");
    expect(failed.sender.traces).toBeUndefined();
    expect(failed.problems[0]?.message).toBe(
      "otelHeadersHelper in settings.json gave no headers: the command must end with exit code 0, not 1.",
    );
    const unused = await resolve({}, "exit 1");
    expect(unused.problems).toEqual([]);
  });

  it("has certificates as text, and a file without one is a problem", async () => {
    const ca = write("ca.pem", "-----BEGIN CERTIFICATE-----\nx\n");
    const good = await resolve({ CCOTEL_ENDPOINT: "https://h", CCOTEL_CERTIFICATE: ca });
    expect(good.sender.traces?.tls.ca).toContain("BEGIN CERTIFICATE");
    const wrong = await resolve({ CCOTEL_ENDPOINT: "https://h", CCOTEL_CLIENT_KEY: write("k.pem", "nope") });
    expect(wrong.sender.traces).toBeUndefined();
    expect(wrong.problems[0]?.message).toContain("is no PEM file");
  });
});
