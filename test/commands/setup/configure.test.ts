import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { HOOK_EVENTS } from "../../../src/settings/hooks/hook-entry.ts";
import { PRESETS } from "../../../src/settings/presets/presets.ts";
import {
  collector,
  faults,
  metricsOf,
  refusingUrl,
  spansOf,
  tlsCollector,
} from "../../support/otlp-server.ts";
import { type Machine, machine } from "../../support/setup-machine.ts";

const CA = fileURLToPath(new URL("../../otlp/certs/ca.pem", import.meta.url));
const TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789";
const toCollector = (url: string, ...more: string[]) => [
  "configure",
  "--preset",
  "otel-collector",
  "--endpoint",
  url,
  "--yes",
  ...more,
];

describe("configure with all flags", () => {
  it("shows the change, sends a test, and writes settings and programs", async () => {
    const { url, requests } = await collector();
    const m = machine();
    m.putSettings('{\n  "model": "opus"\n}\n');
    const { exitCode, stdout, stderr } = await m.run(toCollector(url));

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain('+    "CCOTEL_ENDPOINT"');
    expect(stdout).toContain(`Test of traces: ${url}/v1/traces accepted everything.`);
    expect(stdout).toContain("Next: send Claude Code a prompt.");
    expect(spansOf(...requests).map(({ name }) => name)).toEqual(["ccotel.test"]);
    expect(metricsOf(...requests).map(({ name }) => name)).toEqual(["ccotel.test"]);

    const settings = JSON.parse(m.settings() ?? "");
    expect(settings.model).toBe("opus");
    expect(settings.env).toEqual({
      CCOTEL_ENDPOINT: url,
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_TRACES_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative",
    });
    expect(Object.keys(settings.hooks)).toEqual([...HOOK_EVENTS]);
    expect(settings.hooks.Stop[0].hooks[0]).toEqual({
      type: "command",
      command: "/bin/sh",
      args: ["-c", 'if [ -x "$0" ]; then . "$0"; fi', join(m.state, "bin", "hook.sh"), "Stop"],
      timeout: 10,
    });

    expect(m.mode(join(m.state, "bin"))).toBe("700");
    expect(m.mode(join(m.state, "bin", "hook.sh"))).toBe("700");
    expect(m.read(join(m.state, "bin", "node-path"))).toBe(`${process.execPath}\n`);
    expect(readdirSync(join(m.state, "bin"))).toEqual(
      expect.arrayContaining(["hook.cjs", "hook.sh", "node-path", "worker.cjs"]),
    );
    const backup = /Backup: {2}(.+)/.exec(stdout)?.[1] ?? "";
    expect(m.read(backup)).toBe('{\n  "model": "opus"\n}\n');
  });

  it("changes nothing and sends no test when it is run again", async () => {
    const { url, requests } = await collector();
    const m = machine();
    await m.run(toCollector(url));
    const [before, sent] = [m.settings(), requests.length];
    const { mtimeMs } = statSync(m.settingsPath);
    const { exitCode, stdout } = await m.run(toCollector(url));
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Your settings are already up to date");
    expect(m.settings()).toBe(before);
    expect(statSync(m.settingsPath).mtimeMs).toBe(mtimeMs);
    expect(requests.length).toBe(sent);
  });

  it("prints what it did with --json, without the token", async () => {
    const { url } = await collector();
    const m = machine();
    const { stdout, stderr } = await m.run(toCollector(url, "--json", "--header", `x-key=${TOKEN}`));
    expect(stderr).toContain("Note: Claude Code's own metrics and logs stay off");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      changed: true,
      settings: m.settingsPath,
      preset: "otel-collector",
      checks: [
        { signal: "traces", kind: "success" },
        { signal: "metrics", kind: "success" },
      ],
      written: { bin: join(m.state, "bin") },
      findings: [],
    });
    expect(stdout).not.toContain(TOKEN);
  });

  it("writes and sends nothing with --dry-run", async () => {
    const { url, requests } = await collector();
    const m = machine();
    const { exitCode, stdout } = await m.run([
      "configure",
      "--preset",
      "jaeger",
      "--endpoint",
      url,
      "--dry-run",
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("+++ ");
    expect(m.files()).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("suggests an export only if traces are sent", async () => {
    const { url } = await collector();
    const outputOf = async (preset: string) =>
      (await machine().run(["configure", "--preset", preset, "--endpoint", url, "--yes", "--no-check"]))
        .stdout;
    expect(await outputOf("otel-collector")).toContain("ccotel export --all");
    expect(await outputOf("prometheus")).not.toContain("ccotel export");
  });

  it("writes a shell command and only known events for an old client", async () => {
    const { url } = await collector();
    const m = machine({ client: "1.0.84" });
    await m.run(toCollector(url));
    const { hooks } = JSON.parse(m.settings() ?? "");
    const path = join(m.state, "bin/hook.sh");
    const hook = path.includes(" ") ? `'${path}'` : path;
    expect(Object.keys(hooks)).toEqual(["Stop", "SessionStart"]);
    expect(hooks.Stop[0].hooks[0]).toEqual({
      type: "command",
      command: `/bin/sh -c 'if [ -x "$0" ]; then . "$0"; fi' ${hook} Stop`,
      timeout: 10,
    });
  });

  it("uses CLAUDE_CONFIG_DIR and CCOTEL_HOME, and the other commands then need only CLAUDE_CONFIG_DIR", async () => {
    const { url } = await collector();
    const elsewhere = machine();
    const moved = { CLAUDE_CONFIG_DIR: join(elsewhere.homeDir, "moved") };
    const home = join(elsewhere.homeDir, "state");
    const m = machine({ env: moved });
    await m.run(toCollector(url), { env: { ...moved, CCOTEL_HOME: home } });
    expect(m.settingsPath).toBe(join(moved.CLAUDE_CONFIG_DIR, "settings.json"));
    expect(m.env().CCOTEL_HOME).toBe(home);
    expect(JSON.parse((await m.run(["status", "--json"])).stdout)).toMatchObject({
      home,
      installed: [{ form: "settings", script: join(home, "bin", "hook.sh") }],
    });
    expect((await m.run(["uninstall", "--yes", "--purge"])).exitCode).toBe(0);
    expect(elsewhere.files()).toEqual([]);
  });

  it("writes the settings, and reports what keeps the hooks from running", async () => {
    const { url } = await collector();
    const m = machine();
    m.putSettings('{"disableAllHooks": true}');
    const { exitCode, stdout, stderr } = await m.run(toCollector(url));
    expect(exitCode).toBe(0);
    expect(stdout).toContain("The error below keeps sessions from being sent.");
    expect(stdout).not.toContain("send Claude Code a prompt");
    expect(stderr).toContain("Error: Your settings disable all hooks");
  });
});

describe("the test before saving", () => {
  it.each([
    ["a rejected token", faults.status(401, "no such key"), /denies access \(401: no such key\)/],
    ["a missing token", faults.status(401), /\(401\)\. Pass its token with --header NAME=VALUE\.\n/],
    ["a login page", faults.loginPage, /not as an OTLP endpoint does .*Check the URL in --endpoint/],
    [
      "a wrong path",
      faults.status(404),
      /Check the path of --endpoint\. .* --metrics off or --logs off turns off a signal/,
    ],
    ["an overloaded backend", faults.status(429), /\(429\)\. Run the command again later\.\n/],
    [
      "a broken backend",
      faults.status(500),
      /failed with 500\. The fault is in the backend: see its log\.\n/,
    ],
    ["a rejected request", faults.status(400, "no dataset"), /rejected the data with 400: no dataset\.\n/],
    ["a small limit", faults.status(413), /rejected the test as too large \(413\)\. Raise its limit/],
  ])("changes nothing after %s", async (_, respond, message) => {
    const { url } = await collector(respond);
    const m = machine();
    const { exitCode, stdout, stderr } = await m.run(toCollector(url));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(message);
    expect(stderr).toContain("nothing was changed. To save without a test, pass --no-check.");
    expect(m.files()).toEqual([]);
    expect((await m.run(toCollector(url, "--no-check"))).exitCode).toBe(0);
    expect(m.env().CCOTEL_ENDPOINT).toBe(url);
  });

  it("says when nothing listens at the endpoint, also with --json", async () => {
    const m = machine();
    const { exitCode, stdout, stderr } = await m.run(toCollector(await refusingUrl(), "--json"));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("Nothing listens at");
  });

  it("does not say that all is well if nothing is to be changed but a file with headers is gone", async () => {
    const { url, requests } = await collector();
    const m = machine();
    const file = join(m.homeDir, "my-headers");
    await m.run(toCollector(url, "--header", `x-key=${TOKEN}`, "--secrets", `file:${file}`));
    const [sent, before] = [requests.length, m.settings()];
    expect((await m.run(["configure", "--yes"])).exitCode).toBe(0);
    rmSync(file);
    const { exitCode, stderr } = await m.run(["configure", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${file} (CCOTEL_HEADERS_FILE) cannot be read: there is no such file.`);
    expect((await m.run(["configure", "--yes", "--no-check"])).exitCode).toBe(0);
    expect(m.settings()).toBe(before);
    expect(requests.length).toBe(sent);
  });

  it("suggests --metrics off for a backend that accepts only traces", async () => {
    const { url } = await collector((request) => (request.signal === "metrics" ? { status: 404 } : {}));
    const m = machine();
    const { exitCode, stderr } = await m.run(["configure", "--endpoint", url, "--yes"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("--metrics off");
    expect((await m.run(["configure", "--endpoint", url, "--metrics", "off", "--yes"])).exitCode).toBe(0);
    // Claude Code's own metrics would not be accepted either.
    expect(m.settings()).not.toContain("OTEL_METRICS_EXPORTER");
  });

  it("is sent with the headers that are about to be saved, wherever they are kept", async () => {
    const { url, requests } = await collector();
    const seen = () => requests.at(-1)?.headers["x-key"];
    const helper = `echo '{"x-key":"from-helper"}'`;
    for (const [place, wanted] of [
      ["file", TOKEN],
      ["settings", TOKEN],
      [`helper:${helper}`, "from-helper"],
    ] as const) {
      const m = machine({ env: { PATH: process.env.PATH ?? "" } });
      const ran = await m.run(toCollector(url, "--header", `x-key=${TOKEN}`, "--secrets", place));
      expect(ran.exitCode, ran.stderr).toBe(0);
      expect(seen(), place).toBe(wanted);
    }
    const m = machine();
    const file = join(m.homeDir, "my-headers");
    writeFileSync(file, "x-key: from-my-file\n", { mode: 0o600 });
    const env = { CCOTEL_HEADERS: "x-key=from-shell" };
    await m.run(toCollector(url, "--header", `x-key=${TOKEN}`, "--secrets", "env"), { env });
    expect(seen()).toBe("from-shell");
    expect(m.settings()).not.toContain(TOKEN);
    // Of these headers, configure knows nothing but the place.
    for (const [place, wanted] of [
      [`file:${file}`, "from-my-file"],
      [`helper:${helper}`, "from-helper"],
    ] as const) {
      const ran = await m.run(toCollector(url, "--secrets", place), {
        env: { PATH: process.env.PATH ?? "" },
      });
      expect(ran.exitCode, ran.stderr).toBe(0);
      expect(seen(), place).toBe(wanted);
      expect(ran.stdout).toContain(place.replace(/^\w+:/, ""));
    }
    expect(m.read(file)).toBe("x-key: from-my-file\n");
  });
});

describe("a settings file that must not be written", () => {
  it("is left alone, and nothing else is written or sent", async () => {
    const { url, requests } = await collector();
    const m = machine();
    m.putSettings("{}");
    chmodSync(m.settingsPath, 0o444);
    const before = m.files();
    const { exitCode, stderr } = await m.run(toCollector(url, "--header", `x-key=${TOKEN}`));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${m.settingsPath} is read-only, so it was left alone.`);
    expect(m.files()).toEqual(before);
    expect(requests).toEqual([]);
    const shown = await m.run([...toCollector(url), "--dry-run"]);
    expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("CCOTEL_ENDPOINT") });
  });
});

describe("what the shell of configure has", () => {
  it("is saved if it is a certificate, so that the worker reaches the backend that accepted the test", async () => {
    const { url } = await tlsCollector();
    const m = machine();
    const env = { CCOTEL_CERTIFICATE: CA };
    expect(await m.run(toCollector(url), { env })).toMatchObject({ exitCode: 0 });
    expect(m.env().CCOTEL_CERTIFICATE).toBe(CA);
    expect((await m.run(["doctor"])).stdout).toContain(
      `Test of traces: ${url}/v1/traces accepted everything.`,
    );
    await m.run(["uninstall", "--yes"]);
    expect(m.settings()).toBeNull();
  });

  it("is saved for a second backend, too", async () => {
    const [first, second] = [await collector(), await tlsCollector()];
    const m = machine();
    await m.run(toCollector(first.url));
    const also = ["configure", "--also", "otel-collector", "--endpoint", second.url, "--yes"];
    expect(await m.run(also)).toMatchObject({ exitCode: 1 });
    expect(await m.run(also, { env: { CCOTEL_CERTIFICATE: CA } })).toMatchObject({ exitCode: 0 });
    const before = second.requests.length;
    expect((await m.run(["doctor"])).stdout).toContain("No problems found");
    expect(second.requests.length).toBeGreaterThan(before);
    expect(m.env().CCOTEL_CERTIFICATE).toBeUndefined();
  });

  it("does not count otherwise, and configure says so", async () => {
    const { url, requests } = await collector();
    const other = await collector();
    const m = machine();
    const env = { CCOTEL_CONTENT: "full", CCOTEL_TRACES_ENDPOINT: other.url, CCOTEL_HEADERS: "x-key=y" };
    const { stdout, stderr } = await m.run(toCollector(url), { env });
    expect(stdout).toContain("Content  none: names and numbers only");
    expect(requests).toHaveLength(2);
    expect(other.requests).toEqual([]);
    expect(stderr).toContain(
      "Warning: CCOTEL_CONTENT, CCOTEL_TRACES_ENDPOINT and CCOTEL_HEADERS are set in this shell, but hooks do not see them",
    );
    expect(m.env().CCOTEL_CONTENT).toBeUndefined();
  });

  it("causes no warning if the settings say the same", async () => {
    const { url } = await collector();
    const m = machine();
    const env = { CCOTEL_ENDPOINT: url, CCOTEL_CONTENT: "details" };
    const { stderr } = await m.run(toCollector(url, "--content", "details"), { env });
    expect(stderr).not.toContain("in this shell");
  });
});

describe("a token", () => {
  const withToken = (m: Machine, url: string, ...more: string[]) =>
    m.run(toCollector(url, "--header", `authorization=Bearer ${TOKEN}`, ...more));

  it("goes into ccotel's headers file by default", async () => {
    const { url } = await collector();
    const m = machine();
    const { stdout, stderr } = await withToken(m, url);
    const file = join(m.state, "headers");
    expect(m.env().CCOTEL_HEADERS_FILE).toBe(file);
    expect(m.read(file)).toBe(`authorization: Bearer ${TOKEN}\n`);
    expect(m.mode(file)).toBe("600");
    expect(`${m.settings()}${stdout}${stderr}`).not.toContain(TOKEN);
  });

  it("goes into the settings if native telemetry needs it, with a warning", async () => {
    const { url } = await collector();
    const m = machine();
    const { stdout, stderr } = await withToken(m, url, "--native", "metrics,logs");
    expect(stderr).toContain(
      "Warning: The header authorization is written to settings.json in plain text, where every process that Claude Code starts can read it.",
    );
    expect(m.env().CCOTEL_HEADERS).toBe(`authorization=Bearer%20${TOKEN}`);
    expect(m.env().OTEL_EXPORTER_OTLP_HEADERS).toBe(`authorization=Bearer%20${TOKEN}`);
    expect(stdout).not.toContain(TOKEN);
  });

  it("leaves no file behind when it moves to the settings", async () => {
    const { url } = await collector();
    const m = machine();
    await withToken(m, url);
    await withToken(m, url, "--secrets", "settings");
    expect(m.files().filter((path) => path.includes("headers"))).toEqual([]);
  });

  it("is not required again while the file contains it", async () => {
    const { url } = await collector();
    const m = machine();
    const langfuse = ["configure", "--preset", "langfuse", "--endpoint", url, "--yes"];
    const keys = ["--field", "publicKey=pk-lf-1", "--field", "secretKey=sk-lf-2"];
    const first = await m.run(langfuse);
    expect(first.exitCode).toBe(2);
    expect(first.stderr).toContain("Langfuse needs the public key (--field publicKey=…)");
    expect(first.stderr).toContain("Langfuse needs the secret key (--field secretKey=…)");
    expect((await m.run([...langfuse, ...keys])).exitCode).toBe(0);
    expect((await m.run([...langfuse, "--content", "details"])).exitCode).toBe(0);
    expect(m.env().CCOTEL_CONTENT).toBe("details");
  });

  it("is asked for again if its file is gone", async () => {
    const { url } = await collector();
    const m = machine();
    await withToken(m, url);
    rmSync(join(m.state, "headers"));
    const { exitCode, stderr } = await m.run(["configure", "--content", "details", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Run the command with the backend and its token again.");
  });

  it("names every missing field at once, of the address and of the headers", async () => {
    const { exitCode, stderr } = await machine().run(["configure", "--preset", "grafana-cloud", "--yes"]);
    expect(exitCode).toBe(2);
    for (const field of ["zone", "instanceId", "token"])
      expect(stderr.split(`--field ${field}=`)).toHaveLength(2);
  });

  it("does not overwrite a file that ccotel did not write", async () => {
    const { url, requests } = await collector();
    const m = machine();
    const file = join(m.homeDir, "shared-headers");
    const place = ["--secrets", `file:${file}`];
    writeFileSync(file, "x-other: 1\nauthorization: Bearer theirs\n", { mode: 0o600 });
    const { exitCode, stderr } = await withToken(m, url, ...place);
    expect({ exitCode, requests: requests.length }).toEqual({ exitCode: 2, requests: 0 });
    expect(stderr).toContain(`${file} is there already and holds something else.`);
    expect((await m.run(toCollector(url, "--header", "authorization=", ...place))).exitCode).toBe(2);
    expect(m.read(file)).toContain("theirs");

    const own = ["--secrets", `file:${join(m.homeDir, "mine")}`];
    await withToken(m, url, ...own);
    expect((await m.run(toCollector(url, "--header", "authorization=Bearer new", ...own))).exitCode).toBe(0);
    expect(m.read(join(m.homeDir, "mine"))).toBe("authorization: Bearer new\n");
  });

  it("can be read from a file, so that it is in no command line", async () => {
    const { url } = await collector();
    const m = machine();
    writeFileSync(join(m.homeDir, "key"), `${TOKEN}\n`);
    await m.run(toCollector(url, "--header", "x-key=@key"));
    expect(m.read(join(m.state, "headers"))).toBe(`x-key: ${TOKEN}\n`);
    const { exitCode, stderr } = await m.run(toCollector(url, "--header", "x-key=@nowhere"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("A value that begins with @ is the path of a file with the value.");
  });
});

describe("Claude Code's own telemetry", () => {
  const native = (m: Machine) => Object.keys(m.env()).filter((key) => /^OTEL_|^CLAUDE_CODE_/.test(key));

  it("is left alone if a token is needed, and with --native off", async () => {
    const { url } = await collector();
    const m = machine();
    await m.run(toCollector(url, "--native", "off"));
    expect(native(m)).toEqual([]);
    await m.run(toCollector(url, "--header", "a=b"));
    expect(native(m)).toEqual([]);
  });

  it("is left alone if it is already set up", async () => {
    const { url } = await collector();
    const m = machine();
    const env = { CLAUDE_CODE_ENABLE_TELEMETRY: "1", OTEL_METRICS_EXPORTER: "prometheus" };
    m.putSettings(JSON.stringify({ env }));
    const { stderr } = await m.run(toCollector(url));
    expect(stderr).toContain("Your settings already set up Claude Code's own telemetry");
    expect(m.env()).toEqual({ ...env, CCOTEL_ENDPOINT: url });
  });
});

describe("configure without a backend", () => {
  it("keeps the configured backend, updates the programs, and changes the given settings", async () => {
    const { url } = await collector();
    const m = machine();
    await m.run(toCollector(url, "--native", "metrics,logs", "--content", "full"));
    const before = m.env();
    writeFileSync(join(m.state, "bin", "worker.cjs"), "old");
    const { stdout } = await m.run(["configure", "--yes", "--content", "none", "--trace-scope", "turn"]);
    expect(stdout).toContain("as before (OpenTelemetry Collector)");
    const { CCOTEL_CONTENT: _, ...rest } = before;
    expect(m.env()).toEqual({ ...rest, CCOTEL_TRACE_SCOPE: "turn" });
    expect(m.read(join(m.state, "bin", "worker.cjs"))).not.toBe("old");
  });

  it("adopts the existing setup if installation.json is damaged", async () => {
    const { url } = await collector();
    const m = machine();
    m.putSettings('{"model":"opus"}');
    await m.run(toCollector(url, "--native", "off"));
    writeFileSync(join(m.state, "installation.json"), "{}");
    expect((await m.run(["doctor", "--no-send"])).stdout).toContain("manifest-missing");
    await m.run(["configure", "--yes"]);
    expect((await m.run(["doctor", "--no-send"])).stdout).not.toContain("manifest-missing");
    await m.run(["uninstall", "--yes"]);
    expect(m.settings()).toBe('{"model":"opus"}');
  });
});

describe("the plugin form", () => {
  it("leaves the hooks to the plugin, until configure names a backend without --plugin", async () => {
    const { url } = await collector();
    const m = machine();
    const manifest = join(m.homeDir, ".claude", "skills", "ccotel", ".claude-plugin", "plugin.json");
    await m.run(toCollector(url, "--plugin"));
    expect(JSON.parse(m.settings() ?? "").hooks).toBeUndefined();
    expect(JSON.parse(m.read(manifest)).name).toBe("ccotel");
    await m.run(["configure", "--yes", "--content", "details"]);
    expect(JSON.parse(m.settings() ?? "").hooks).toBeUndefined();
    expect(m.read(manifest)).not.toBe("");
    await m.run(toCollector(url));
    expect(Object.keys(JSON.parse(m.settings() ?? "").hooks)).toEqual([...HOOK_EVENTS]);
    expect(() => m.read(manifest)).toThrow("ENOENT");
  });

  it("replaces hooks in the settings", async () => {
    const { url } = await collector();
    const m = machine();
    await m.run(toCollector(url));
    expect((await m.run(["configure", "--yes", "--plugin"])).exitCode).toBe(0);
    expect(JSON.parse(m.settings() ?? "").hooks).toBeUndefined();
    expect(m.env().CCOTEL_ENDPOINT).toBe(url);
    const { stdout } = await m.run(["status", "--json"]);
    expect(JSON.parse(stdout).installed).toEqual([
      { form: "plugin", id: "ccotel@skills-dir", enabled: true },
    ]);
  });

  it("is rejected for a client that does not load it", async () => {
    const m = machine({ client: "2.1.156" });
    const { exitCode, stderr } = await m.run(toCollector("http://localhost:4318", "--plugin"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "Claude Code 2.1.156 does not load plugins from its skills folder; 2.1.157 does.",
    );
  });
});

describe("a mistake in the arguments", () => {
  test.each([
    [["--preset", "honeycom"], 'There is no preset "honeycom".\nDid you mean honeycomb?'],
    [["--preset", "frobnicate"], "There are otel-collector, jaeger,"],
    [["--preset", "honeycomb"], "Honeycomb needs the ingest API key (--field apiKey=…)"],
    [["--preset", "honeycomb", "--field", "apikey=x"], 'has no field "apikey": did you mean apiKey?'],
    [["--preset", "jaeger", "--field", "host"], '--field is "host", but must be name=value'],
    [["--preset", "jaeger", "--header", "host"], "--header cannot be read: it must be name=value pairs"],
    [["--preset", "jaeger", "--native", "spans"], '--native is "spans", but must be off, or some of metrics'],
    [["--preset", "jaeger", "--content", "ful"], '--content is "ful", but must be none, details or full.'],
    [["--preset", "jaeger", "--metrics", "perhaps"], '--metrics is "perhaps", but must be on or off.'],
    [["--preset", "jaeger", "--secrets", "vault"], '--secrets is "vault", but must be file, file:PATH'],
    [["--endpoint", "localhost:4318"], 'The address "localhost:4318" must be a URL that starts with http'],
    [["--endpoint", "http://localhost:4317"], "must not be port 4317"],
    [[], "No backend was named, and none is set up yet."],
    [["--presett", "jaeger"], "Did you mean --preset?"],
  ])("is answered with what to do instead, and nothing is written: %j", async (flags, message) => {
    const m = machine();
    const { exitCode, stdout, stderr } = await m.run(["configure", "--yes", ...flags]);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(m.files()).toEqual([]);
  });

  it("is to pass --native or --header without the backend", async () => {
    const m = machine();
    await m.run(toCollector("http://localhost:4318", "--no-check"));
    const { exitCode, stderr } = await m.run(["configure", "--yes", "--native", "logs", "--header", "a=b"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--native and --header can only be said together with the backend.");
    expect(stderr).toContain("Give --preset otel-collector --endpoint http://localhost:4318 as well.");
  });

  it("is to pass --native without the backend, whose address is not repeated if it has a key", async () => {
    const m = machine();
    const endpoint = "http://localhost:4318/a8Fk29Xl0qPz73Mn4RtY";
    await m.run(["configure", "--yes", "--no-check", "--preset", "generic", "--endpoint", endpoint]);
    const { stderr } = await m.run(["configure", "--yes", "--native", "logs"]);
    expect(stderr).toContain("Give --preset generic --endpoint ADDRESS as well.");
  });

  it("is to run it without --yes and without a terminal", async () => {
    const m = machine();
    const { exitCode, stderr } = await m.run(["configure"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Say yes beforehand: ccotel configure --preset otel-collector --yes\n");
    const named = await m.run(["configure", "--preset", "jaeger"]);
    expect(named.stderr).toContain("Say yes beforehand: run the same command with --yes.\n");
  });
});

describe("settings that cannot be edited", () => {
  test.each([
    ["a comment", '{\n  // mine\n  "model": "opus"\n}', ":2:3 cannot be edited"],
    ["a comma too many", '{\n  "model": "opus",\n}', ":2:18 cannot be edited"],
    ["half a file", '{"model": ', ":1:11 cannot be edited"],
    ["a list where an object belongs", '{"env": []}', '"env" has to be an object'],
  ])("with %s are reported, and nothing is installed", async (_, text, message) => {
    const m = machine();
    m.putSettings(text);
    const { exitCode, stderr } = await m.run(toCollector("http://localhost:4318"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(m.settings()).toBe(text);
    expect(m.files()).toEqual([join(".claude", "settings.json")]);
  });
});

describe("every preset", () => {
  test.each(PRESETS.map((preset) => [preset.name, preset] as const))(
    "%s can be set up",
    async (name, preset) => {
      const m = machine();
      const fields = Object.entries(preset.fields).flatMap(([key, field]) => {
        const value = field.oneOf?.[0] ?? field.default ?? field.example ?? "x";
        return field.optional ? [] : ["--field", `${key}=${value}`];
      });
      const ran = await m.run(["configure", "--preset", name, ...fields, "--yes", "--no-check"]);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const status = JSON.parse((await m.run(["status", "--json"])).stdout);
      expect(status).toMatchObject({ preset: name, readiness: "ready", problems: [] });
    },
  );
});
