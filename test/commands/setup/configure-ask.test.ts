import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { collector, faults } from "../../support/otlp-server.ts";
import { program } from "../../support/run-tool.ts";
import { machine, person } from "../../support/setup-machine.ts";

describe("configure at a terminal", () => {
  it("asks for the backend and the content level, shows the change, and asks before it writes", async () => {
    const { url } = await collector();
    const m = machine();
    const { atTerminal, asked } = person(["jaeger", url.replace("http://", ""), "details", true]);
    const { exitCode, stdout } = await m.run(["configure"], atTerminal);
    expect(exitCode).toBe(0);
    expect(asked().map(({ question }) => question)).toEqual([
      "Where do you want to send your sessions?",
      "Jaeger v2: host and port (where it runs)",
      "Which content do you want to send?",
      "Write this?",
    ]);
    expect(stdout).toContain("Content  details: also paths");
    expect(m.env()).toMatchObject({
      CCOTEL_ENDPOINT: url,
      CCOTEL_CONTENT: "details",
      CCOTEL_DIALECT: "jaeger",
    });
  });

  it("does not ask for what flags already say", async () => {
    const { url } = await collector();
    const m = machine();
    const { atTerminal, asked } = person([true]);
    const flags = ["--preset", "phoenix", "--endpoint", url, "--field", "apiKey=k", "--content", "none"];
    expect((await m.run(["configure", ...flags], atTerminal)).exitCode).toBe(0);
    expect(asked().map(({ kind }) => kind)).toEqual(["agree"]);
  });

  it("asks for a key without showing it, and for an optional field as well", async () => {
    const m = machine();
    const { atTerminal, asked } = person([
      "honeycomb",
      "api.honeycomb.io",
      "hc-key",
      "metrics",
      "none",
      false,
    ]);
    const { exitCode, stdout, stderr } = await m.run(["configure", "--no-check"], atTerminal);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Nothing was changed.");
    expect(asked().map(({ kind }) => kind)).toEqual([
      "choose",
      "choose",
      "secret",
      "type",
      "choose",
      "agree",
    ]);
    expect(stdout).not.toContain("hc-key");
    expect(m.files()).toEqual([]);
  });

  it("offers to keep the backend", async () => {
    const { url } = await collector();
    const m = machine();
    await m.run(["configure", "--preset", "otel-collector", "--endpoint", url, "--yes"]);
    const before = m.env();
    const { atTerminal, asked } = person(["(as it is)", "full", true]);
    await m.run(["configure"], atTerminal);
    expect(asked()[0]?.more[1]).toBe("(as it is)");
    expect(m.env()).toEqual({ ...before, CCOTEL_CONTENT: "full" });
  });

  it.each([
    ["at the first question", [null]],
    ["at a part of the address", ["jaeger", null]],
    ["at the second question", ["jaeger", "localhost:4318", null]],
    ["at the last question", ["jaeger", "localhost:4318", "none", null]],
  ])("changes nothing if the user cancels %s", async (_, answers) => {
    const m = machine();
    const { exitCode, stderr } = await m.run(["configure", "--no-check"], person(answers).atTerminal);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "Nothing was changed.\n" });
    expect(m.files()).toEqual([]);
  });

  it("lets the user save settings that did not pass the test", async () => {
    const { url } = await collector(faults.status(503));
    const flags = ["configure", "--preset", "jaeger", "--endpoint", url, "--content", "none"];
    const m = machine();
    expect((await m.run(flags, person([false]).atTerminal)).exitCode).toBe(1);
    expect(m.files()).toEqual([]);
    const { atTerminal, asked } = person([true]);
    expect((await m.run(flags, atTerminal)).exitCode).toBe(0);
    expect(asked()[0]?.question).toBe("The test did not arrive. Save the settings anyway?");
    expect(m.env().CCOTEL_ENDPOINT).toBe(url);
  });

  it("asks nothing with --yes, and with --dry-run only for what flags do not say", async () => {
    const jaeger = ["configure", "--preset", "jaeger", "--field", "host=h:4318", "--no-check"];
    const m = machine();
    expect((await m.run([...jaeger, "--dry-run"], person(["none"]).atTerminal)).exitCode).toBe(0);
    expect(m.files()).toEqual([]);
    const { exitCode, stderr } = await m.run([...jaeger, "--json"], person([]).atTerminal);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Pass --yes to write, or --dry-run to see the change.");
    expect((await m.run([...jaeger, "--json", "--yes"], person([]).atTerminal)).exitCode).toBe(0);
    expect((await m.run([...jaeger, "--yes"], person([]).atTerminal)).exitCode).toBe(0);
  });
});

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

describe.skipIf(!hasTmux)("the built program in a terminal", () => {
  it("takes typed answers", async () => {
    const { url } = await collector();
    const m = machine();
    const terminal = openTerminal(m.homeDir, ["configure"]);
    await terminal.shows(/Where do you want to send your sessions\?/);
    await terminal.type("jaeg");
    await terminal.shows(/Jaeger v2/);
    await terminal.press("Enter");
    await terminal.shows(/host and port/);
    // The input line contains the default, which can be edited.
    for (let count = 0; count < "localhost:4318".length; count++) await terminal.press("BSpace");
    await terminal.type(url.replace("http://", ""));
    await terminal.press("Enter");
    await terminal.shows(/Which content do you want to send\?/);
    await terminal.press("Down");
    await terminal.press("Enter");
    await terminal.shows(/Write this\?/);
    expect(terminal.screen()).toContain('CCOTEL_CONTENT": "details"');
    await terminal.press("Enter");
    await terminal.shows(/ended with 0/);
    expect(m.env()).toMatchObject({ CCOTEL_ENDPOINT: url, CCOTEL_CONTENT: "details" });
  });

  it("changes nothing after Ctrl-C", async () => {
    const m = machine();
    const terminal = openTerminal(m.homeDir, ["configure"]);
    await terminal.shows(/Where do you want to send your sessions\?/);
    await terminal.press("C-c");
    await terminal.shows(/Nothing was changed\.[\s\S]*ended with 1/);
    expect(m.files()).toEqual([]);
  });
});

function openTerminal(homeDir: string, args: readonly string[]) {
  const socket = join(homeDir, "bin", "tmux");
  const tmux = (...words: string[]) => {
    const { stdout, stderr, status } = spawnSync("tmux", ["-S", socket, "-f", "/dev/null", ...words], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", TERM: "xterm-256color" },
    });
    if (status !== 0) throw new Error(`tmux ${words[0]}: ${stderr}`);
    return stdout;
  };
  const env = `env -i HOME='${homeDir}' PATH='${homeDir}/bin' TERM=xterm-256color LANG=C.UTF-8`;
  const command = `${env} '${process.execPath}' '${program}' ${args.join(" ")}; echo ended with $?; sleep 60`;
  // tmux would run a single word in the user's shell, which may be nologin.
  tmux("new-session", "-d", "-x", "120", "-y", "60", "/bin/sh", "-c", command);
  onTestFinished(() => void spawnSync("tmux", ["-S", socket, "kill-server"]));
  const screen = () => tmux("capture-pane", "-p", "-S", "-200");
  return {
    screen,
    shows: (text: RegExp) => expect.poll(screen).toMatch(text),
    async type(text: string) {
      tmux("send-keys", "-l", text);
      await sleep(100);
    },
    async press(key: string) {
      tmux("send-keys", key);
      await sleep(30);
    },
  };
}
