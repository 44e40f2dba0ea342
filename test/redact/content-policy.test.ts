import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openContent } from "../../src/delivery/load/content-policy.ts";
import { sayPath, sayText } from "../../src/telemetry/content/text.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "ccotel-content-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const open = (config: Partial<Parameters<typeof openContent>[0]>, makeSalt?: boolean) =>
  openContent({ content: "full", redact: "off", home: "/nowhere", ...config }, "/home/me", makeSalt);

test("at level none, a missing file of rules is not a problem", async () => {
  const { policy, problems } = await open({ content: "none", redact: "/nowhere/rules.txt" });
  expect(policy.level).toBe("none");
  expect(problems).toEqual([]);
});

test("secrets are removed, and the user's home folder becomes a tilde", async () => {
  const { policy } = await open({});
  const text = "DB_PASSWORD=hunter2xyz in /home/me/shop/.env, not /home/meg";
  expect(sayText(policy, text)).toBe("DB_PASSWORD=[secret: password] in ~/shop/.env, not /home/meg");
});

test("the user's rules apply before ccotel's own", async () => {
  const file = join(folder(), "rules.txt");
  writeFileSync(file, "# ours\nshop-\\d+\n");
  const { policy, problems } = await open({ redact: file });
  expect(problems).toEqual([]);
  expect(sayText(policy, "shop-12 has password=hunter2xyz")).toBe(
    "[own rule: line 2] has password=[secret: password]",
  );
});

test("a missing or invalid file of rules is an error that names the line, and no content is sent", async () => {
  const file = join(folder(), "rules.txt");
  writeFileSync(file, "fine\n(open\n");
  const broken = await open({ redact: file });
  expect(broken.policy.level).toBe("none");
  expect(broken.problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    `error: ${file}: Line 2 is no regular expression: /(open/g: Unterminated group.`,
  ]);
  const missing = await open({ redact: "/nowhere/rules.txt" });
  expect(missing.policy.level).toBe("none");
  expect(missing.problems[0]?.message).toMatch(
    /^CCOTEL_REDACT must be on, off or a file of rules, but \/nowhere/,
  );
});

test("hashes of paths are the same in all processes of an installation, and different in another installation", async () => {
  const home = folder();
  const first = await open({ redact: "on", home });
  const again = await open({ redact: "on", home });
  const other = await open({ redact: "on", home: folder() });
  const path = "/home/me/shop/src/cart.test.ts";
  expect(sayPath(first.policy, path)).toMatch(/^[0-9a-f]{16}\.ts$/);
  expect(sayPath(again.policy, path)).toBe(sayPath(first.policy, path));
  expect(sayPath(other.policy, path)).not.toBe(sayPath(first.policy, path));
  expect(sayPath(first.policy, "/home/me/shop/.env")).toMatch(/^[0-9a-f]{16}$/);
  expect(statSync(join(home, "path-salt")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, "path-salt"), "utf8")).toMatch(/^[0-9a-f]{32}\n$/);
});

test("a dry run uses the installation's salt if there is one, and does not write one", async () => {
  const home = folder();
  const dry = await open({ redact: "on", home }, false);
  expect(existsSync(join(home, "path-salt"))).toBe(false);
  const real = await open({ redact: "on", home });
  const dryAgain = await open({ redact: "on", home }, false);
  expect(sayPath(dryAgain.policy, "/a.ts")).toBe(sayPath(real.policy, "/a.ts"));
  expect(sayPath(dry.policy, "/a.ts")).not.toBe(sayPath(real.policy, "/a.ts"));
});
