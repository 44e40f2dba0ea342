import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../src/config/user-error.ts";
import { configureText } from "../../src/settings/edit.ts";
import {
  installFiles,
  listFiles,
  removeFiles,
  removeHome,
  saveManifest,
  writeSecretFile,
} from "../../src/settings/installation/install.ts";
import { formatInstallation, parseInstallation } from "../../src/settings/installation/installation.ts";
import { readInstallation } from "../../src/settings/installation/read-installation.ts";
import { changeFor } from "./fixtures.ts";

let folder: string;
let home: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccotel-install-"));
  home = join(folder, ".ccotel");
  await writeFile(join(folder, "hook.sh"), "#!/bin/sh\n");
});
afterEach(() => rm(folder, { recursive: true }));

const about = { version: "1.2.3", node: "/usr/bin/node" };
const sources = () => [
  { name: "hook.sh", from: join(folder, "hook.sh"), executable: true },
  { name: "node", text: "/usr/bin/node\n" },
];
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const manifest = () => {
  const done = configureText("{}", changeFor(""));
  if (done.kind === "refused") throw new Error("refused");
  return done.manifest;
};

describe("an installation", () => {
  test("has private files in a private folder, and installation.json lists them", async () => {
    await installFiles(home, sources(), { ...about, preset: "jaeger" });
    expect(await listFiles(home)).toEqual(["hook.sh", "node"]);
    expect(await readFile(join(home, "bin", "node"), "utf8")).toBe("/usr/bin/node\n");
    expect(await Promise.all([modeOf(home), modeOf(join(home, "bin"))])).toEqual([0o700, 0o700]);
    expect(await modeOf(join(home, "bin", "hook.sh"))).toBe(0o700);
    expect(await modeOf(join(home, "bin", "node"))).toBe(0o600);
    expect(await modeOf(join(home, "installation.json"))).toBe(0o600);
    expect(await readInstallation(home)).toMatchObject({
      version: "1.2.3",
      node: "/usr/bin/node",
      preset: "jaeger",
      files: ["hook.sh", "node"],
    });
  });

  test("keeps its id after updates, and after removing and installing again", async () => {
    const { serviceInstanceId } = await installFiles(home, sources(), about);
    expect(serviceInstanceId).toMatch(/^[0-9a-f-]{36}$/);
    const updated = await installFiles(home, sources(), { ...about, version: "2.0.0" });
    expect(updated).toMatchObject({ serviceInstanceId, version: "2.0.0" });
    await removeFiles(home);
    expect((await installFiles(home, sources(), about)).serviceInstanceId).toBe(serviceInstanceId);
  });

  test("removes files that a newer version does not have", async () => {
    await installFiles(home, sources(), about);
    await installFiles(home, sources().slice(0, 1), about);
    expect(await listFiles(home)).toEqual(["hook.sh"]);
  });

  test("sets an open folder's mode to 700", async () => {
    await mkdir(home, { mode: 0o755 });
    await chmod(home, 0o755);
    await installFiles(home, sources(), about);
    expect(await modeOf(home)).toBe(0o700);
  });

  test("leaves other files when it is removed", async () => {
    await installFiles(home, sources(), about);
    await writeFile(join(home, "bin", "mine"), "");
    await writeFile(join(home, "metrics.json"), "{}");
    await removeFiles(home);
    expect(await listFiles(home)).toEqual(["mine"]);
    expect((await readdir(home)).sort()).toEqual(["bin", "installation.json", "metrics.json"]);
    expect(await readInstallation(home)).not.toHaveProperty("version");
  });

  test("can be removed if it is missing", async () => {
    expect(await removeFiles(home)).toBeUndefined();
    expect(await removeHome(folder)).toBe(false);
    await installFiles(home, sources(), about);
    expect(await removeHome(home)).toBe(true);
    expect(await readdir(folder)).toEqual(["hook.sh"]);
  });

  test("saves a manifest for each settings file", async () => {
    await saveManifest(home, "/a/settings.json", manifest());
    await installFiles(home, sources(), about);
    await saveManifest(home, "/b/settings.json", { ...manifest(), values: [] });
    expect((await readInstallation(home))?.settings).toEqual({
      "/a/settings.json": manifest(),
      "/b/settings.json": { ...manifest(), values: [] },
    });
    await saveManifest(home, "/a/settings.json", undefined);
    expect(Object.keys((await readInstallation(home))?.settings ?? {})).toEqual(["/b/settings.json"]);
  });

  test("that fails says what to do", async () => {
    await writeFile(home, "a file in the way");
    const error = await installFiles(home, sources(), about).catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error.hint).toContain("CCOTEL_HOME");
  });
});

describe("installation.json", () => {
  test("is read as it was written", () => {
    const installation = { serviceInstanceId: "i", files: ["hook.sh"], settings: { "/s": manifest() } };
    expect(parseInstallation(formatInstallation(installation))).toEqual(installation);
  });

  test("is ignored if it is broken, and so are wrong parts of it", () => {
    expect(parseInstallation("{")).toBeUndefined();
    expect(parseInstallation("[]")).toBeUndefined();
    expect(
      parseInstallation(
        '{"serviceInstanceId":"i","version":1,"files":["../../etc/passwd","a.cjs",3],"settings":{"/s":{"bin":1}}}',
      ),
    ).toEqual({ serviceInstanceId: "i", files: ["a.cjs"], settings: {} });
  });
});

test("a file with secrets has mode 600", async () => {
  const path = join(folder, "deep", "headers");
  await writeSecretFile(path, "api-key: x\n");
  expect([await readFile(path, "utf8"), await modeOf(path)]).toEqual(["api-key: x\n", 0o600]);
});
