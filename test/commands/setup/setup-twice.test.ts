import { execFile } from "node:child_process";
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { collector, spansOf } from "../../support/otlp-server.ts";
import { program, recording, runTool, temporaryFolder } from "../../support/run-tool.ts";
import { machine } from "../../support/setup-machine.ts";
import { scribe } from "../../support/transcripts/transcript.ts";

const run = promisify(execFile);
const to = (endpoint: string, ...more: string[]) => [
  "configure",
  "--preset",
  "otel-collector",
  "--endpoint",
  endpoint,
  "--yes",
  "--no-check",
  ...more,
];

describe("several configure runs at once", () => {
  it("run one after another, so uninstall restores the original settings", async () => {
    const m = machine();
    const before = '{\n  "model": "opus",\n  "env": { "OTEL_METRICS_EXPORTER": "console" }\n}\n';
    m.putSettings(before);
    const env = { HOME: m.homeDir, PATH: `${join(m.homeDir, "bin")}:/usr/bin:/bin` };
    const ccotel = (...args: string[]) => run(process.execPath, [program, ...args], { env, cwd: m.homeDir });
    const ports = [1, 2, 3, 4];
    await Promise.all(
      ports.map((port) =>
        ccotel(...to(`http://127.0.0.1:${port}`, "--native", port % 2 ? "metrics" : "off")),
      ),
    );
    expect(m.settings()).not.toBe(before);
    const { endpoint } = { endpoint: m.env().CCOTEL_ENDPOINT };
    expect(ports.map((port) => `http://127.0.0.1:${port}`)).toContain(endpoint);
    await ccotel("uninstall", "--yes");
    expect(m.settings()).toBe(before);
    expect(existsSync(join(m.state, "setup.lock"))).toBe(false);
  });
});

describe("two configure runs at once for two config folders, one with spaces and umlauts in its name", () => {
  it("are both recorded: each folder's sessions go to its own backend, and uninstall restores both", async () => {
    const m = machine();
    const [own, work] = [await collector(), await collector()];
    const folders = [join(m.homeDir, "mein Ordner für Claude"), join(m.homeDir, "work")] as const;
    const before = '{"a": 1}\n';
    for (const folder of folders) mkdirSync(folder);
    for (const folder of folders) writeFileSync(join(folder, "settings.json"), before);
    const env = { HOME: m.homeDir, PATH: `${join(m.homeDir, "bin")}:/usr/bin:/bin` };
    const ccotel = (folder: string, ...args: string[]) =>
      run(process.execPath, [program, ...args], {
        env: { ...env, CLAUDE_CONFIG_DIR: folder },
        cwd: m.homeDir,
      });
    const urls = [own.url, work.url];
    await Promise.all(
      folders.map((folder, index) => ccotel(folder, ...to(urls[index] ?? "", "--metrics", "off"))),
    );
    const { settings } = JSON.parse(m.read(join(m.state, "installation.json")));
    expect(Object.keys(settings).sort()).toEqual(
      folders.map((folder) => join(folder, "settings.json")).sort(),
    );
    for (const folder of folders) {
      const session = scribe(folder);
      const path = join(folder, "projects", "-home-dev-shop", `${session.sessionId}.jsonl`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, [...session.turn(), ...session.end()].join(""));
      const event = { session_id: session.sessionId, transcript_path: path, hook_event_name: "SessionEnd" };
      const { command, args } = JSON.parse(m.read(join(folder, "settings.json"))).hooks.SessionEnd[0]
        .hooks[0];
      const hook = run(command, args, { env });
      hook.child.stdin?.end(JSON.stringify(event));
      await hook;
    }
    for (const { requests } of [own, work]) await expect.poll(() => spansOf(...requests).length).toBe(6);
    await expect.poll(() => existsSync(join(m.state, "worker.lock"))).toBe(false);
    await ccotel(folders[0], "uninstall", "--yes");
    for (const folder of folders) expect(m.read(join(folder, "settings.json"))).toBe(before);
  });
});

describe("a second state folder", () => {
  it("takes the hooks over from the first one: there is one set, which uninstall removes", async () => {
    const m = machine();
    const before = '{\n  "model": "opus"\n}\n';
    m.putSettings(before);
    const first = { PATH: join(m.homeDir, "bin"), CCOTEL_HOME: join(m.homeDir, "first") };
    const second = { ...first, CCOTEL_HOME: join(m.homeDir, "second") };
    await m.run(to("http://127.0.0.1:1"), { env: first });
    const { exitCode } = await m.run(to("http://127.0.0.1:2"), { env: second });
    expect(exitCode).toBe(0);
    const { hooks } = JSON.parse(m.settings() ?? "");
    for (const event of ["Stop", "SessionEnd", "SessionStart"]) expect(hooks[event]).toHaveLength(1);
    expect(m.settings()).not.toContain("first");
    await m.run(["uninstall", "--yes"], { env: first });
    expect(m.settings()).toContain("second");
    await m.run(["uninstall", "--yes"], { env: second });
    expect(m.settings()).toBe(before);
  });
});

describe("a second config folder", () => {
  const prepared = async () => {
    const m = machine();
    m.putSettings("{}\n");
    const alt = join(m.homeDir, "alt");
    mkdirSync(alt);
    writeFileSync(join(alt, "settings.json"), '{"a": 1}\n');
    const env = { PATH: join(m.homeDir, "bin"), CLAUDE_CONFIG_DIR: alt };
    await m.run(to("http://127.0.0.1:1"));
    await m.run(to("http://127.0.0.1:2"), { env });
    return { m, env, alt: () => readFileSync(join(alt, "settings.json"), "utf8") };
  };

  it("is named before uninstall removes ccotel from both", async () => {
    const { m, env, alt } = await prepared();
    const { stdout } = await m.run(["uninstall", "--yes", "--dry-run"], { env });
    expect(stdout).toContain("ccotel is set up in 2 folders of Claude Code, and leaves all of them");
    expect(stdout).toContain(m.settingsPath);
    await m.run(["uninstall", "--yes"], { env });
    expect([m.settings(), alt()]).toEqual(["{}\n", '{"a": 1}\n']);
  });

  it("is the only one that uninstall --only-here changes, and the programs stay for the first one", async () => {
    const { m, env, alt } = await prepared();
    const { stdout } = await m.run(["uninstall", "--yes", "--only-here"], { env });
    expect(alt()).toBe('{"a": 1}\n');
    expect(m.settings()).toContain("CCOTEL_ENDPOINT");
    expect(stdout).toContain(`The programs in ${m.state}/bin stay for ${m.settingsPath}.`);
    expect(existsSync(join(m.state, "bin", "hook.sh"))).toBe(true);
  });
});

describe("settings with null or a wrong type", () => {
  it.each([
    '{"hooks": {"SessionEnd": null}}\n',
    '{"hooks": null, "env": null}\n',
    '{\n  "env": null,\n  "hooks": {"Stop": null, "PreToolUse": []}\n}\n',
  ])("are configured if it is null, and uninstall restores them byte for byte: %j", async (text) => {
    const m = machine();
    m.putSettings(text);
    const { exitCode, stderr } = await m.run(to("http://127.0.0.1:1"));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(m.settings() ?? "").hooks.SessionEnd).toHaveLength(1);
    await m.run(["uninstall", "--yes"]);
    expect(m.settings()).toBe(text);
  });

  it("are rejected with the reason if a part has a wrong type", async () => {
    const m = machine();
    m.putSettings('{"hooks": {"Stop": "x"}}\n');
    const { exitCode, stderr } = await m.run(to("http://127.0.0.1:1"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"hooks.Stop" has to be a list in [ ]');
    expect(stderr).not.toContain("does not load this file");
  });
});

test("uninstall removes the skills folder that configure created, but not one with other skills", async () => {
  for (const others of [false, true]) {
    const m = machine();
    m.putSettings("{}\n");
    const skills = join(m.homeDir, ".claude", "skills");
    if (others) mkdirSync(join(skills, "mine"), { recursive: true });
    await m.run(to("http://127.0.0.1:1", "--plugin"));
    expect(existsSync(join(skills, "ccotel"))).toBe(true);
    await m.run(["uninstall", "--yes"]);
    expect(existsSync(skills)).toBe(others);
  }
});

describe("a secret in the address", () => {
  it("as user and password becomes a header in a file that only its owner can read", async () => {
    const { url, requests } = await collector();
    const m = machine();
    m.putSettings("{}\n");
    const address = url.replace("http://", "http://ada:s3cr3t-word@");
    const { exitCode, stdout, stderr } = await m.run(["configure", "--endpoint", address, "--yes"]);
    expect(exitCode).toBe(0);
    expect(stdout + stderr + m.settings()).not.toContain("s3cr3t");
    expect(m.env().CCOTEL_ENDPOINT).toBe(url);
    expect(m.mode(String(m.env().CCOTEL_HEADERS_FILE))).toBe("600");
    const sent = requests.map(({ headers }) => String(headers.authorization));
    expect(new Set(sent)).toEqual(new Set([`Basic ${Buffer.from("ada:s3cr3t-word").toString("base64")}`]));
  });

  it.each([
    ["the query", "?api_key=s3cr3t", "api_key"],
    ["the path", "s3cr3tOf4Backend5WithKey", "a key in its path"],
  ])("in %s causes a warning, and doctor reports it", async (_, secret, name) => {
    const m = machine();
    m.putSettings("{}\n");
    const args = ["configure", "--endpoint", `http://127.0.0.1:9/${secret}`, "--yes", "--no-check"];
    const { stdout, stderr } = await m.run(args);
    expect(stderr.replace(/\s+/g, " ")).toContain(
      `The address with ${name} is written to settings.json in plain text`,
    );
    expect(stdout + stderr).not.toContain("s3cr3t");
    const doctor = JSON.parse((await m.run(["doctor", "--no-send", "--json"])).stdout);
    const codes = doctor.findings.map(({ code }: { code: string }) => code);
    expect(codes.some((code: string) => /settings-exposed|secret-in-settings/.test(code))).toBe(true);
  });
});

test("export takes a header's value from a file, as docs/operate/rollout.md says", async () => {
  const { url, requests } = await collector();
  const folder = temporaryFolder();
  writeFileSync(join(folder, "token.txt"), "Bearer abc\n");
  const args = ["export", recording, "--endpoint", url, "--header", "authorization=@token.txt"];
  const { exitCode } = await runTool(args, { cwd: folder });
  expect(exitCode).toBe(0);
  expect(requests[0]?.headers.authorization).toBe("Bearer abc");
});

describe.skipIf(process.getuid?.() !== 0)("configure as root in another user's home folder", () => {
  const ADA = 12_345;
  const adasMachine = () => {
    const m = machine();
    chownSync(m.homeDir, ADA, ADA);
    return m;
  };
  const owners = (m: ReturnType<typeof machine>) =>
    m.files().map((path) => [path, lstatSync(join(m.homeDir, path)).uid]);

  it("creates files and folders that belong to that user", async () => {
    const m = adasMachine();
    await m.run(to("http://127.0.0.1:1", "--header", "x=1"));
    expect(owners(m).filter(([, uid]) => uid !== ADA)).toEqual([]);
    for (const folder of [".ccotel", ".ccotel/bin", ".claude"])
      expect([folder, lstatSync(join(m.homeDir, folder)).uid]).toEqual([folder, ADA]);
  });

  it("gives that user what an earlier run as root created", async () => {
    const m = adasMachine();
    mkdirSync(join(m.state, "inbox"), { recursive: true });
    writeFileSync(join(m.state, "ccotel.log"), "");
    await m.run(to("http://127.0.0.1:1"));
    expect(owners(m).filter(([, uid]) => uid !== ADA)).toEqual([]);
    expect(lstatSync(join(m.state, "inbox")).uid).toBe(ADA);
  });
});
