import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/doctor/finding.ts";
import { collector, faults, refusingUrl, spansOf } from "../support/otlp-server.ts";
import { type Machine, machine } from "../support/setup-machine.ts";

const configure = (m: Machine, url: string, ...more: string[]) =>
  m.run(["configure", "--preset", "otel-collector", "--endpoint", url, "--yes", "--no-check", ...more]);

/** The codes of the findings, without those about clients that run on this machine during the tests. */
const own = (findings: readonly Finding[]) =>
  findings
    .filter(({ code }) => code !== "hooks-off-mode" && code !== "no-transcript")
    .map(({ code }) => code);

async function examine(m: Machine, ...flags: string[]) {
  const { exitCode, stdout, stderr } = await m.run(["doctor", "--json", ...flags]);
  const report = JSON.parse(stdout) as { findings: Finding[]; probes: { signal: string; kind: string }[] };
  return { exitCode, stderr, codes: own(report.findings), ...report };
}

describe("doctor", () => {
  it("reports nothing when everything works, and its test span arrives", async () => {
    const { url, requests } = await collector();
    const m = machine();
    await configure(m, url);
    const { exitCode, codes, probes } = await examine(m);
    expect({ exitCode, codes }).toEqual({ exitCode: 0, codes: [] });
    expect(probes).toMatchObject([
      { signal: "traces", kind: "success" },
      { signal: "metrics", kind: "success" },
    ]);
    expect(spansOf(...requests).map(({ name }) => name)).toEqual(["ccotel.test"]);
  });

  it("masks the secrets of an address and of headers, also in its JSON, and in what the backend repeats", async () => {
    const { url } = await collector(({ headers }) => ({ status: 400, body: JSON.stringify(headers) }));
    const m = machine();
    const secret = "s3cr3t-of-mine";
    const withSecrets = `${url.replace("//", `//me:${secret}@`)}/?api_key=${secret}`;
    await configure(m, withSecrets, "--header", `x-key=${secret}`);
    const { stdout, exitCode } = await m.run(["doctor", "--json"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("backend-refuses");
    expect(stdout).not.toContain(secret);
  });

  it("prints each finding with what to do, the worst first, and exits with 1 for an error", async () => {
    const m = machine({ client: null });
    const { exitCode, stdout } = await m.run(["doctor"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("error not-installed\n  ccotel is not installed: ");
    expect(stdout).toContain("→ Run `ccotel configure`.");
    expect(stdout.indexOf("error unconfigured")).toBeLessThan(stdout.indexOf("warning client-missing"));
    expect(stdout).toMatch(/2 errors, \d warnings?\. docs\/reference\/doctor\.md has more about each\.\n$/);
  });

  it.each([
    ["a rejected token", faults.status(401, "no such key"), "backend-refuses", 1],
    ["a busy backend", faults.status(503), "backend-unreachable", 1],
    ["a backend that drops some spans", faults.partial(1, "too old"), "backend-drops", 0],
  ])("reports the backend's answer: %s", async (_, respond, code, wanted) => {
    const { url } = await collector(respond);
    const m = machine();
    await configure(m, url);
    const { exitCode, codes } = await examine(m);
    expect({ exitCode, codes }).toEqual({ exitCode: wanted, codes: [code, code] });
    expect((await m.run(["doctor"])).stdout).toContain(`Test of traces: ${url}/v1/traces`);
  });

  it("says once that nothing listens at an address, whatever goes there", async () => {
    const m = machine();
    await configure(m, await refusingUrl());
    const { stdout } = await m.run(["doctor"]);
    expect(stdout).toContain("Nothing listens at");
    expect(stdout.split("error backend-unreachable")).toHaveLength(2);
    expect(stdout).toContain("\n1 error");
  });

  it("runs otelHeadersHelper once, and says when it fails", async () => {
    const { url, requests } = await collector();
    const m = machine();
    await configure(m, url);
    const ran = join(m.homeDir, "ran");
    const put = (helper: string) => {
      const settings = JSON.parse(m.settings() ?? "{}");
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" };
      m.putSettings(
        JSON.stringify({ ...settings, env, otelHeadersHelper: `echo once >>'${ran}'; ${helper}` }),
      );
    };
    put(`echo '{"x-key":"k"}'`);
    await examine(m);
    expect(requests.at(-1)?.headers["x-key"]).toBe("k");
    expect(readFileSync(ran, "utf8")).toBe("once\n");
    put("exit 3");
    expect((await examine(m)).codes).toContain("headers-wrong");
  });

  it("sends nothing with --no-send, and says so", async () => {
    const { url, requests } = await collector();
    const m = machine();
    await configure(m, url);
    expect((await examine(m, "--no-send")).codes).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("reports a hook script that was deleted and a state folder that others can read", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url);
    chmodSync(m.state, 0o755);
    rmSync(join(m.state, "bin", "hook.sh"));
    mkdirSync(join(m.homeDir, ".claude"), { recursive: true });
    writeFileSync(join(m.homeDir, ".claude", "settings.local.json"), "");
    const { exitCode, codes } = await examine(m);
    expect(exitCode).toBe(1);
    expect(codes).toEqual(["script-missing", "home-exposed"]);
  });

  it("reports hooks and plugin that are both installed", async () => {
    const { url } = await collector();
    const m = machine();
    await configure(m, url, "--plugin");
    const plugin = m.files().filter((path) => path.includes("skills"));
    const kept = plugin.map((path) => [path, m.read(join(m.homeDir, path))] as const);
    await configure(m, url);
    for (const [path, text] of kept) {
      mkdirSync(join(m.homeDir, path, ".."), { recursive: true });
      writeFileSync(join(m.homeDir, path), text);
    }
    const { exitCode, codes } = await examine(m);
    expect({ exitCode, codes }).toEqual({ exitCode: 0, codes: ["installed-twice"] });
  });
});
