import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { machine } from "../../support/setup-machine.ts";

const OWN = `{
  "model": "opus",
  "statusLine": { "type": "command", "command": "~/.claude/mine.sh --fancy", "padding": 0 }
}
`;
const configure = ["configure", "--preset", "jaeger", "--yes", "--no-check"];
const lineOf = (m: ReturnType<typeof machine>) => JSON.parse(m.settings() ?? "{}").statusLine;

it("configure --statusline wraps the user's own line, and uninstall restores it byte for byte", async () => {
  const m = machine();
  m.putSettings(OWN);
  expect((await m.run([...configure, "--statusline"])).exitCode).toBe(0);
  expect(lineOf(m)).toMatchObject({ type: "command", padding: 0 });
  expect(lineOf(m).command).toContain(join(m.state, "bin", "statusline.sh"));
  const noted = join(m.state, "bin", "statusline-command");
  expect(readFileSync(noted, "utf8")).toBe("~/.claude/mine.sh --fancy\n");
  // A second run, with or without the flag, does not change it.
  const wrapped = m.settings();
  await m.run([...configure, "--statusline"]);
  await m.run(["configure", "--yes"]);
  expect(m.settings()).toBe(wrapped);
  expect(readFileSync(noted, "utf8")).toBe("~/.claude/mine.sh --fancy\n");
  await m.run(["uninstall", "--yes"]);
  expect(m.settings()).toBe(OWN);
  expect(existsSync(noted)).toBe(false);
});

it("configure --no-statusline restores the user's own line and leaves the rest", async () => {
  const m = machine();
  m.putSettings(OWN);
  await m.run([...configure, "--statusline"]);
  await m.run(["configure", "--no-statusline", "--yes"]);
  expect(lineOf(m)).toEqual({ type: "command", command: "~/.claude/mine.sh --fancy", padding: 0 });
  expect(m.env().CCOTEL_ENDPOINT).toBeDefined();
  await m.run(["uninstall", "--yes"]);
  expect(m.settings()).toBe(OWN);
});

it("configure --statusline adds a line if there is none, and needs no backend", async () => {
  const m = machine();
  expect(await m.run(["configure", "--statusline", "--yes"])).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await m.run(["doctor", "--no-send"])).stdout).not.toContain("unconfigured");
  expect(lineOf(m).type).toBe("command");
  expect(existsSync(join(m.state, "bin", "statusline-command"))).toBe(false);
  await m.run(["uninstall", "--yes"]);
  expect(m.settings()).toBeNull();
});

it("status says whose status line is drawn", async () => {
  const m = machine();
  const said = async () => ({
    json: JSON.parse((await m.run(["status", "--json"])).stdout).statusLines,
    text: (await m.run(["status"])).stdout.replace(/\s+/g, " "),
  });
  const path = m.settingsPath;
  await m.run(configure);
  const without = await said();
  expect(without.json).toEqual([]);
  expect(without.text).not.toContain("Status line");
  await m.run([...configure, "--statusline"]);
  const ours = await said();
  expect(ours.json).toEqual([{ path, isInPlace: true }]);
  expect(ours.text).toContain(`Status line through ccotel in ${path}`);
  m.putSettings(JSON.stringify({ ...JSON.parse(m.settings() ?? ""), statusLine: { command: "mine" } }));
  const theirs = await said();
  expect(theirs.json).toEqual([{ path, isInPlace: false }]);
  expect(theirs.text).toContain(`Status line in ${path}: another one replaced ccotel's`);
});
