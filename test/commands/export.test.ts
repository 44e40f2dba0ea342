import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { collector, faults, spansOf } from "../support/otlp-server.ts";
import { recording, runTool, temporaryFolder } from "../support/run-tool.ts";
import { turn, writeTranscript } from "../support/transcripts/command-transcript.ts";

describe("export", () => {
  it("sends only what is new, says how much it was, and sends everything again with --resend", async () => {
    const { url, requests } = await collector();
    const homeDir = temporaryFolder();
    const path = writeTranscript(join(homeDir, ".claude"), 1);
    // As 2.0 clients leave behind.
    writeFileSync(join(dirname(path), "5f0b1a52-77f0-4d3e-8a70-1f3c53b2ac11.jsonl"), "");
    const run = (...more: string[]) => runTool(["export", "--all", "--endpoint", url, ...more], { homeDir });

    expect(await run()).toEqual({
      exitCode: 0,
      stdout: `Sent 4 spans of 1 session to ${url}/v1/traces.\n`,
      stderr: "",
    });
    expect(await run()).toEqual({
      exitCode: 0,
      stdout: `Nothing new: ${url}/v1/traces already has everything that has ended. To send it again, pass --resend.\n`,
      stderr: "",
    });
    appendFileSync(
      path,
      turn(1)
        .map((record) => `${JSON.stringify(record)}\n`)
        .join(""),
    );
    expect((await run()).stdout).toMatch(/^Sent [23] spans of 1 session/);

    const before = new Set(spansOf(...requests).map(({ spanId }) => spanId));
    const seen = requests.length;
    expect((await run("--resend")).exitCode).toBe(0);
    const again = spansOf(...requests.slice(seen)).map(({ spanId }) => spanId);
    expect(new Set(again)).toEqual(before);
  });

  it("takes the same times behind --since as stats does: words, dates and how long ago", async () => {
    const { url } = await collector();
    const homeDir = temporaryFolder();
    const path = writeTranscript(join(homeDir, ".claude"), 1);
    // For these tests, it is noon in UTC on November 21, 2026.
    const yesterday = new Date(2026, 10, 20, 1);
    utimesSync(path, yesterday, yesterday);
    const run = async (since: string) =>
      (await runTool(["export", "--all", "--since", since, "--endpoint", url, "--resend"], { homeDir }))
        .stdout;

    for (const since of ["yesterday", "2026-11-20", "2026-11", "2026", "3d", "5000m"])
      expect(await run(since)).toContain("Sent 4 spans of 1 session");
    for (const since of ["today", "10h", "30s", "2026-11-21T00:00:00+00:00"])
      expect(await run(since)).toContain("Nothing to send: the only session has not changed since");
  });

  it("takes endpoint and headers from the variables of OpenTelemetry, the user's settings.json and flags", async () => {
    const { url, requests } = await collector();
    const homeDir = temporaryFolder();
    const byVariables = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: "x-from=variables" };
    expect((await runTool(["export", recording], { homeDir, env: byVariables })).exitCode).toBe(0);

    mkdirSync(join(homeDir, ".claude"));
    const env = { CCOTEL_ENDPOINT: url, CCOTEL_HEADERS: "x-from=settings" };
    writeFileSync(join(homeDir, ".claude/settings.json"), JSON.stringify({ env }));
    expect((await runTool(["export", recording, "--resend"], { homeDir })).exitCode).toBe(0);

    const flags = ["--endpoint", url, "--header", "x-from=flag", "--header", "x-more=a,b"];
    expect((await runTool(["export", recording, "--resend", ...flags], { homeDir })).exitCode).toBe(0);
    expect(requests.map(({ headers }) => headers["x-from"])).toEqual(["variables", "settings", "flag"]);
    expect(requests.at(-1)?.headers["x-more"]).toBe("a,b");
  });

  it.each([
    ["401", faults.status(401, "no such token"), "denies access (401: no such token). Check the token"],
    ["404", faults.status(404), "does not accept telemetry at /v1/traces (404). Check the path"],
    ["a redirect", faults.redirect("https://login.example/"), "redirects (302 to https://login.example/)"],
    ["a login page", faults.loginPage, "answered 200, but not as an OTLP endpoint does"],
  ])("fails and says what to do after %s", async (_, respond, message) => {
    const { url } = await collector(respond);
    const { exitCode, stdout, stderr } = await runTool(["export", recording, "--endpoint", url]);
    expect(stderr).toContain("The export failed.");
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });

  it("splits requests for a backend that limits their size", async () => {
    const { url, requests } = await collector(faults.tooLarge(3));
    const { exitCode } = await runTool(["export", recording, "--endpoint", url]);
    expect(exitCode).toBe(0);
    expect(requests.length).toBeGreaterThan(2);
  });

  it("says how many spans the backend dropped", async () => {
    const { url } = await collector(faults.partial(2, "too old"));
    const { exitCode, stdout, stderr } = await runTool(["export", recording, "--endpoint", url]);
    expect(exitCode).toBe(1);
    expect(stdout).toBe(`Sent 9 spans of 1 session to ${url}/v1/traces.\n`);
    expect(stderr).toContain(`${url}/v1/traces did not keep 2 spans.`);
    expect(stderr).toContain("ccotel.log");
  });

  it.each([
    [{ OTEL_SDK_DISABLED: "true" }, "OTEL_SDK_DISABLED is true, so ccotel sends nothing"],
    [{ CCOTEL_TRACES: "off" }, "Sending traces is off (CCOTEL_TRACES)."],
    [
      { CCOTEL_HEADERS_FILE: "/nowhere" },
      "/nowhere (CCOTEL_HEADERS_FILE) cannot be read: there is no such file.",
    ],
    [
      { CCOTEL_CERTIFICATE: "/nowhere" },
      "/nowhere (CCOTEL_CERTIFICATE) cannot be read: there is no such file.",
    ],
    [{ CCOTEL_PRICES: "/nowhere" }, "The price file /nowhere cannot be read"],
  ])("sends nothing and says why with %j", async (env, message) => {
    const { url, requests } = await collector();
    const { exitCode, stderr } = await runTool(["export", recording, "--endpoint", url], { env });
    expect(stderr).toContain(message);
    expect({ exitCode, requests: requests.length }).toEqual({ exitCode: 2, requests: 0 });
  });
});

describe("export runs otelHeadersHelper once", () => {
  /** A home folder whose otelHeadersHelper records each run. */
  function homeWithHelper(url: string, env: Record<string, string> = {}) {
    const homeDir = temporaryFolder();
    const ran = join(homeDir, "ran");
    mkdirSync(join(homeDir, ".claude"));
    const settings = {
      otelHeadersHelper: `echo once >>'${ran}'; echo '{"x-token": "t"}'`,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf", ...env },
    };
    writeFileSync(join(homeDir, ".claude/settings.json"), JSON.stringify(settings));
    return { homeDir, runs: () => readFileSync(ran, "utf8") };
  }

  it("for one destination", async () => {
    const { url, requests } = await collector();
    const { homeDir, runs } = homeWithHelper(url);
    const { exitCode, stderr } = await runTool(["export", recording], { homeDir });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(requests.at(-1)?.headers["x-token"]).toBe("t");
    expect(runs()).toBe("once\n");
  });

  it("if none of several destinations accepts traces", async () => {
    const { url } = await collector();
    const { homeDir, runs } = homeWithHelper(url, { CCOTEL_TRACES: "off" });
    mkdirSync(join(homeDir, ".ccotel"));
    const CCOTEL_ENDPOINT = "http://127.0.0.1:9";
    const destinations = [{ preset: "prometheus", env: { CCOTEL_TRACES: "off", CCOTEL_ENDPOINT } }];
    writeFileSync(join(homeDir, ".ccotel/also.json"), JSON.stringify({ format: 1, destinations }));
    const { exitCode, stderr } = await runTool(["export", recording], { homeDir });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2 });
    expect(stderr).toContain("Sending traces is off (CCOTEL_TRACES)");
    expect(runs()).toBe("once\n");
  });
});
