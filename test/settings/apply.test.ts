import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  applyChange,
  applyUninstall,
  configuredPaths,
  planChange,
  planUninstall,
} from "../../src/settings/apply.ts";
import { readInstallation } from "../../src/settings/installation/read-installation.ts";
import { cases, changeFor, readFixture } from "./fixtures.ts";

let folder: string;
let target: { path: string; home: string };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccotel-apply-"));
  target = { path: join(folder, "settings.json"), home: join(folder, "home") };
});
afterEach(() => rm(folder, { recursive: true }));

const text = () => readFile(target.path, "utf8").catch(() => null);

describe("configure and uninstall", () => {
  test("restore every fixture byte for byte", async () => {
    for (const name of cases()) {
      const before = readFixture(`${name}.before.json`);
      if (before === null || readFixture(`${name}.refused.txt`) !== null) continue;
      await writeFile(target.path, before);
      await applyChange(target, changeFor(name));
      expect(await text()).toBe(readFixture(`${name}.after.json`));
      await applyChange(target, {
        ...changeFor(name),
        env: { CCOTEL_ENDPOINT: "http://other.example:4318" },
      });
      await applyUninstall(target);
      expect(await text()).toBe(before);
    }
    expect((await readInstallation(target.home))?.settings).toEqual({});
  });

  test("show a diff first, which changes nothing", async () => {
    const plan = await planChange(target, changeFor(""));
    expect(plan.diff).toMatch(/^--- \/dev\/null\n\+\+\+ .*settings\.json\n@@ -0,0 \+1,/);
    expect([await text(), await readInstallation(target.home)]).toEqual([null, undefined]);
    await applyChange(target, changeFor(""));
    expect(await text()).toBe(plan.after);
    expect((await planChange(target, changeFor(""))).diff).toBe("");
    expect((await planUninstall(target)).after).toBeNull();
  });

  test("save a manifest even if the file already contains everything", async () => {
    const after = readFixture("plain.after.json") ?? "";
    await writeFile(target.path, after);
    await applyChange(target, changeFor(""));
    expect(await text()).toBe(after);
    expect(Object.keys((await readInstallation(target.home))?.settings ?? {})).toEqual([target.path]);
  });

  test("name the keys that uninstall leaves", async () => {
    await applyChange(target, changeFor(""));
    await writeFile(target.path, ((await text()) ?? "").replace("localhost", "mine.example"));
    expect((await applyUninstall(target)).result).toEqual(["env.CCOTEL_ENDPOINT"]);
  });

  test("list every file that was configured", async () => {
    await applyChange(target, changeFor(""));
    const other = { ...target, path: join(folder, "other.json") };
    await applyChange(other, changeFor(""));
    expect(await configuredPaths({ ...target, path: "/x" })).toEqual(["/x", target.path, other.path]);
  });

  test("reject a broken file, and save nothing about it", async () => {
    await writeFile(target.path, "{ // no\n}");
    await expect(applyChange(target, changeFor(""))).rejects.toThrow(`${target.path}:1:3`);
    await expect(planUninstall(target)).rejects.toThrow("cannot be edited");
    expect(await readInstallation(target.home)).toBeUndefined();
  });
});
