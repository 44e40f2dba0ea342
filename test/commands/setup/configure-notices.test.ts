import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callOf } from "../../../src/notify/desktop.ts";
import { receiver } from "../../support/receiver.ts";
import { temporaryFolder } from "../../support/run-tool.ts";
import { machine } from "../../support/setup-machine.ts";

const saved = (m: ReturnType<typeof machine>) =>
  JSON.parse(readFileSync(join(m.state, "notices.json"), "utf8"));

describe("configure with alerts and no backend", () => {
  it("tests the receiver, installs only the hooks, and says which alerts go where", async () => {
    const m = machine();
    const { url, bodies } = await receiver();
    const { exitCode, stdout, stderr } = await m.run([
      ...["configure", "--alert-session", "5,20", "--alert-day", "20", "--webhook", url, "--yes"],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Backend +none: sessions are not sent$/m);
    expect(stdout).not.toMatch(/unset|export --all/);
    expect(bodies).toMatchObject([{ event: "test" }]);
    expect(stdout).toContain(
      "Alerts about a session above $5.00, $20.00 and a day above $20.00 go to 127.0.0.1",
    );
    expect(stdout).not.toContain("secret");
    expect(m.env()).toEqual({});
    expect(Object.keys(JSON.parse(m.settings() ?? "{}").hooks)).toContain("Stop");
    expect(saved(m)).toMatchObject({ sessionUsd: [5, 20], dayUsd: [20], webhooks: [url] });
    expect(statSync(join(m.state, "notices.json")).mode & 0o777).toBe(0o600);
    expect(existsSync(join(m.state, "bin", "notices.cjs"))).toBe(true);
    const doctor = await m.run(["doctor", "--no-send"]);
    expect(doctor.stdout).not.toContain("unconfigured");
    expect((await m.run(["status"])).stdout).toMatch(
      /No backend is set up: ccotel configure can add one\.\n$/,
    );
    expect((await m.run(["status"])).stdout).toContain(
      "Alerts about a session above $5.00, $20.00 and a day above $20.00",
    );
  });

  it("prints limits as they were set, also small ones", async () => {
    const m = machine();
    const { url } = await receiver();
    const limits = ["--alert-session", "0.001", "--alert-day", "0.125,7.5"];
    const { stdout } = await m.run(["configure", ...limits, "--webhook", url, "--yes"]);
    const line = "Alerts about a session above $0.001 and a day above $0.125, $7.50 go to 127.0.0.1";
    expect(stdout).toContain(line);
    expect((await m.run(["status"])).stdout).toContain(
      "a session above $0.001 and a day above $0.125, $7.50",
    );
  });

  it.skipIf(callOf("", process.platform) !== undefined)(
    "changes nothing for alerts on a desktop that shows none",
    async () => {
      const m = machine();
      const wish = ["configure", "--alert-day", "9", "--alert-desktop", "on", "--yes"];
      const { exitCode, stderr } = await m.run(wish);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining("there is no notify-send.\nInstall it"),
      });
      expect(m.files()).toEqual([]);
      expect((await m.run([...wish, "--no-check"])).exitCode).toBe(0);
      const off = ["configure", "--alert-day", "off", "--yes"];
      expect((await m.run(off)).stderr).toContain("--alert-desktop off");
      expect((await m.run([...off, "--alert-desktop", "off"])).exitCode).toBe(0);
    },
  );

  it("quotes a receiver that redirects, without its address", async () => {
    const m = machine();
    const { url, answers } = await receiver();
    answers.push({ status: 307, headers: { location: "https://hooks.example/hook/secret" } });
    const { exitCode, stdout, stderr } = await m.run([
      "configure",
      "--alert-day",
      "9",
      "--webhook",
      url,
      "--yes",
    ]);
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("HTTP 307: a redirect, which is not followed");
    expect(stdout + stderr).not.toContain("secret");
  });

  it("changes nothing when the receiver does not accept the test", async () => {
    const m = machine();
    const { url, answers } = await receiver();
    answers.push(404);
    const { exitCode, stderr } = await m.run([
      ...["configure", "--alert-day", "20", "--webhook", url, "--yes"],
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("nothing was changed");
    expect(m.files()).toEqual([]);
  });

  it("changes only the given settings, and switches off those that are set to off", async () => {
    const m = machine();
    const { url, bodies } = await receiver();
    await m.run(["configure", "--alert-session", "5", "--webhook", url, "--yes"]);
    await m.run(["configure", "--alert-session", "7", "--yes"]);
    await m.run(["configure", "--ping", url, "--ping-events", "failure", "--yes"]);
    expect(saved(m)).toMatchObject({ sessionUsd: [7], webhooks: [url], ping: { url, events: ["failure"] } });
    // The same address is not tested again.
    expect(bodies).toHaveLength(1);
    await m.run(["configure", "--ping", "off", "--alert-session", "off", "--webhook", "off", "--yes"]);
    expect(saved(m)).toMatchObject({ sessionUsd: [], webhooks: [] });
    expect(saved(m).ping).toBeUndefined();
  });

  it("reads an address from a file", async () => {
    const m = machine();
    const { url } = await receiver();
    const file = join(temporaryFolder(), "url.txt");
    writeFileSync(file, `${url}\n`);
    expect((await m.run(["configure", "--alert-day", "9", "--webhook", `@${file}`, "--yes"])).exitCode).toBe(
      0,
    );
    expect(saved(m).webhooks).toEqual([url]);
  });

  it("does not change the settings of a configured backend", async () => {
    const m = machine();
    const { url } = await receiver();
    await m.run(["configure", "--preset", "jaeger", "--yes", "--no-check"]);
    const before = m.settings();
    await m.run(["configure", "--alert-day", "9", "--webhook", url, "--yes", "--no-check"]);
    expect(m.settings()).toBe(before);
  });

  it("is undone by uninstall", async () => {
    const m = machine();
    const { url } = await receiver();
    m.putSettings('{"model": "opus"}\n');
    await m.run(["configure", "--alert-day", "9", "--webhook", url, "--yes"]);
    await m.run(["uninstall", "--yes"]);
    expect(m.settings()).toBe('{"model": "opus"}\n');
    expect(existsSync(join(m.state, "notices.json"))).toBe(false);
  });

  it.each([
    [["--alert-session", "5"], "An alert needs a receiver."],
    [["--webhook", "https://hooks.example/x"], "A receiver of alerts is set, but no limit."],
    [["--alert-session", "much"], "must be an amount in USD"],
    [["--alert-day", "0"], "must be an amount in USD"],
    [["--webhook", "hooks.example/secret"], "not a URL that starts with http"],
    [["--ping-events", "turn"], "no address is set"],
    [["--ping", "http://127.0.0.1:9/", "--ping-events", "turns"], "must be some of turn, failure, tool"],
    [["--alert-desktop", "yes"], "must be on or off"],
  ])("says what is wrong with %j", async (flags, message) => {
    const { exitCode, stderr } = await machine().run(["configure", ...flags, "--yes", "--no-check"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("secret");
  });
});
