import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canMount, fill, smallDisk } from "../support/full-disk.ts";
import { collector } from "../support/otlp-server.ts";
import { recording, runTool, temporaryFolder } from "../support/run-tool.ts";
import { machine } from "../support/setup-machine.ts";

/** ccotel explains users' mistakes with exit code 2 or 1. Exit code 3 is for bugs. */
describe("a password with a percent sign that encodes nothing", () => {
  test.each(["p%zz", "100%", "%", "a%2", "p%C3x"])("is sent as it is: %s", async (password) => {
    const { url, requests } = await collector();
    const endpoint = url.replace("http://", `http://ada:${password}@`);
    const { exitCode, stderr } = await runTool(["export", recording, "--endpoint", endpoint]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { authorization } = requests[0]?.headers ?? {};
    const sent = Buffer.from(String(authorization).replace("Basic ", ""), "base64").toString();
    expect(sent).toBe(`ada:${password}`);
  });

  test("is not reported as a bug in a proxy's address either", async () => {
    const env = { HTTP_PROXY: "http://ada:%zz@127.0.0.1:1", PATH: "/nowhere" };
    const args = [
      "configure",
      "--preset",
      "otel-collector",
      "--endpoint",
      "http://backend.invalid:4318",
      "--yes",
    ];
    const { exitCode, stderr } = await machine({ env }).run(args, { env });
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain("bug");
  });
});

test.each(["http://proxy.example:99999", "http://[bad", "://", "http://"])(
  "a malformed proxy URL is named: %s",
  async (proxy) => {
    const { exitCode, stderr } = await runTool(
      ["export", recording, "--endpoint", "http://backend.invalid:4318"],
      {
        env: { HTTP_PROXY: proxy },
      },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("must be the URL of an HTTP proxy");
  },
);

test.each([
  [["sessions", "\u001b[31mred"]],
  [["stats", "--project", "\u001b[31mred"]],
  [["errors", "--project", "\u001b[31mred"]],
  [["insights", "--project", "\u001b[31mred"]],
])("what was asked for is repeated without colors of its own: %j", async (args) => {
  const claude = temporaryFolder();
  const projects = join(claude, "projects");
  cpSync(recording, join(projects, "shop"), { recursive: true });
  const { stdout, stderr } = await runTool(args, { env: { CLAUDE_CONFIG_DIR: claude } });
  expect(`${stdout}${stderr}`).toContain("?[31mred");
  expect(`${stdout}${stderr}`).not.toContain("\u001b");
});

describe("a folder that cannot be used", () => {
  const file = () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    return path;
  };
  const configure = ["configure", "--preset", "otel-collector", "--yes", "--no-check"];

  test.each([
    ["configure", configure],
    ["export", ["export", recording, "--endpoint", "http://127.0.0.1:9"]],
    ["status", ["status"]],
    ["doctor", ["doctor", "--no-send"]],
    ["uninstall", ["uninstall", "--yes"]],
    ["show", ["show", recording]],
  ])("as CCOTEL_HOME, as home or as CLAUDE_CONFIG_DIR is not reported as a bug by %s", async (_, args) => {
    for (const more of [
      { env: { CCOTEL_HOME: file() } },
      { env: { CCOTEL_HOME: join(file(), "below") } },
      { homeDir: join(file(), "home") },
      { env: { CLAUDE_CONFIG_DIR: file() } },
    ]) {
      const { exitCode, stderr } = await runTool(args, more);
      expect(stderr).not.toContain("This is a bug");
      expect(exitCode).toBeLessThan(3);
    }
  });

  test("is named by configure, with what to do", async () => {
    const path = file();
    const { exitCode, stderr } = await runTool(configure, { env: { CCOTEL_HOME: path } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(path);
    expect(stderr.split("\n").length).toBeGreaterThan(2);
  });
});

test.skipIf(!canMount)("a read-only home folder is reported, with what to do", async () => {
  const folder = join(temporaryFolder(), "disk");
  smallDisk(folder, "64k");
  spawnSync("mount", ["-o", "remount,ro", folder]);
  for (const args of [
    ["configure", "--endpoint", "http://127.0.0.1:9", "--yes", "--no-check"],
    ["export", recording, "--endpoint", "http://127.0.0.1:9"],
  ]) {
    const { exitCode, stderr } = await runTool(args, { homeDir: folder });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        `${join(folder, ".ccotel")} cannot be written (EROFS).\nThe file system is read-only. Set CCOTEL_HOME`,
      ),
    });
  }
});

describe.skipIf(!canMount)("a full disk", () => {
  const full = () => {
    const folder = join(temporaryFolder(), "disk");
    smallDisk(folder, "64k");
    return folder;
  };

  test.each([
    ["configure", ["configure", "--endpoint", "http://127.0.0.1:9", "--yes", "--no-check"]],
    ["export", ["export", recording, "--endpoint", "http://127.0.0.1:9"]],
    ["view --out", ["view", recording, "--out", "DISK/session.html"]],
  ])("is named by %s, with the file that cannot be written and what to do", async (_, args) => {
    const folder = full();
    fill(folder);
    const words = args.map((word) => word.replace("DISK", folder));
    const { exitCode, stderr } = await runTool(words, { env: { CCOTEL_HOME: join(folder, "state") } });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^\/.+\/disk\/\S+ cannot be written \(ENOSPC\)\.\nThe disk is full/m),
    });
  });

  test("stops an export before it sends, if its result could not be saved", async () => {
    const { url, requests } = await collector();
    const folder = full();
    const { exitCode, stderr } = await runTool(["export", recording, "--endpoint", url], {
      env: { CCOTEL_HOME: folder },
    });
    expect(stderr).toBe(
      `${folder} cannot be written (ENOSPC).\nThe disk is full: make room on it, then run the command again.\n`,
    );
    expect({ exitCode, sent: requests.length }).toEqual({ exitCode: 2, sent: 0 });
  });
});

describe("an invalid price file", () => {
  const broken = () => {
    const path = join(temporaryFolder(), "prices.json");
    writeFileSync(path, '{"models": {"m": {"input": "3"}}}');
    return path;
  };

  test.each([
    ["show", ["show", recording]],
    ["audit", ["audit", recording]],
    ["export", ["export", recording, "--endpoint", "http://127.0.0.1:9"]],
    ["export --dry-run", ["export", recording, "--dry-run"]],
  ])("stops %s with the same message", async (_, args) => {
    const path = broken();
    const { exitCode, stderr } = await runTool(args, { env: { CCOTEL_PRICES: path } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `The price file ${path} (CCOTEL_PRICES) cannot be used:\nmodels.m.input must be`,
    );
  });

  test("is a finding of doctor, and a problem in status", async () => {
    const path = broken();
    const m = machine();
    m.putSettings(JSON.stringify({ env: { CCOTEL_PRICES: path, CCOTEL_ENDPOINT: "http://127.0.0.1:9" } }));
    const doctor = JSON.parse((await m.run(["doctor", "--no-send", "--json"])).stdout);
    const found = doctor.findings.find(({ code }: { code: string }) => code === "prices-wrong");
    expect(found.say).toContain("models.m.input must be");
    const { stdout } = await m.run(["status"]);
    expect(stdout.replace(/\s+/g, " ")).toContain("models.m.input must be");
  });

  test("is also reported if it is a folder or missing", async () => {
    const folder = join(temporaryFolder(), "prices.json");
    mkdirSync(folder);
    for (const path of [folder, "/nowhere/prices.json"]) {
      const { exitCode, stderr } = await runTool(["show", recording], { env: { CCOTEL_PRICES: path } });
      expect({
        exitCode,
        isReported: stderr.includes(`The price file ${path} cannot be read`),
      }).toEqual({
        exitCode: 2,
        isReported: true,
      });
    }
  });
});
