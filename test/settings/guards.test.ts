import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, configureText, uninstallText } from "../../src/settings/edit.ts";
import { GUARD_NAMES, GUARDS, guardsOf, parseGuards, rulesOf } from "../../src/settings/guards.ts";
import { parseManifest } from "../../src/settings/manifest.ts";
import { runs } from "../support/runs.ts";
import { settingsText } from "./arbitrary.ts";
import { changeFor } from "./fixtures.ts";

const deny = rulesOf(["secrets", "destructive"]);
const change: Change = { ...changeFor(""), deny };
const rest: Change = changeFor("");

function done(text: string | null, wanted: Change, earlier?: ReturnType<typeof parseManifest>) {
  const result = configureText(text, wanted, earlier);
  if (result.kind === "refused") throw new Error(JSON.stringify(result.problem));
  const manifest = parseManifest(JSON.parse(JSON.stringify(result.manifest)));
  if (manifest === undefined) throw new Error("the manifest does not read back");
  return { text: result.text, manifest };
}

const denyIn = (text: string | null) => JSON.parse(text ?? "{}").permissions?.deny;
const uninstalled = (text: string, manifest: ReturnType<typeof parseManifest>) => {
  const result = uninstallText(text, manifest);
  return result.kind === "done" ? result.text : result;
};

describe("deny rules in the settings", () => {
  test("are added after existing ones, and uninstall restores the file", () => {
    const before = '{\n  "permissions": { "allow": ["Bash(ls *)"], "deny": ["WebFetch"] }\n}\n';
    const after = done(before, change);
    expect(denyIn(after.text)).toEqual(["WebFetch", ...deny]);
    expect(JSON.parse(after.text).permissions.allow).toEqual(["Bash(ls *)"]);
    expect(uninstalled(after.text, after.manifest)).toBe(before);
  });

  test("that the user already had stay after uninstall", () => {
    const own = ["Read(//**/.env)", "Bash(rm -rf*)"];
    const before = JSON.stringify({ permissions: { deny: own } });
    const after = done(before, change);
    expect(after.manifest.denied).not.toContain(own[0]);
    expect(denyIn(after.text).filter((rule: string) => rule === own[0])).toHaveLength(1);
    expect(uninstalled(after.text, after.manifest)).toBe(before);
    // A second configure does not claim them either.
    const again = done(after.text, change, after.manifest);
    expect(again).toEqual(after);
    expect(uninstalled(again.text, again.manifest)).toBe(before);
  });

  test("stay after a configure without --deny, and are removed with --deny off", () => {
    const first = done("{}\n", change);
    const second = done(first.text, rest, first.manifest);
    expect(denyIn(second.text)).toEqual(deny);
    expect(second.manifest.denied).toEqual(deny);
    const third = done(second.text, { ...rest, deny: [] }, second.manifest);
    expect(JSON.parse(third.text).permissions).toBeUndefined();
    expect(uninstalled(third.text, third.manifest)).toBe("{}\n");
  });

  test("of one group can be removed while those of the other stay", () => {
    const both = done(null, change);
    const one = done(both.text, { ...rest, deny: rulesOf(["secrets"]) }, both.manifest);
    expect(denyIn(one.text)).toEqual(GUARDS.secrets);
    expect(uninstalled(one.text, one.manifest)).toBeNull();
  });

  test("that the user removed or added in the meantime stay as they are", () => {
    const after = done("{}\n", change);
    const settings = JSON.parse(after.text);
    settings.permissions.deny = ["Read(./mine)", ...deny.slice(3), "WebSearch"];
    expect(denyIn(uninstalled(JSON.stringify(settings), after.manifest) as string)).toEqual([
      "Read(./mine)",
      "WebSearch",
    ]);
  });

  test("are not written if permissions is not an object", () => {
    const result = configureText('{"permissions": []}', change);
    expect(result).toMatchObject({
      kind: "refused",
      problem: { reason: '"permissions" has to be an object in { }' },
    });
  });

  test("are removed from any settings file byte for byte", () => {
    fc.assert(
      fc.property(settingsText, (text) => {
        const result = configureText(text, change);
        if (result.kind === "refused") return;
        expect(uninstalled(result.text, result.manifest)).toBe(text);
      }),
      { numRuns: runs(300) },
    );
  });
});

test("only the names of groups are accepted", () => {
  expect(parseGuards("secrets,destructive")).toEqual(GUARD_NAMES);
  expect(parseGuards("off")).toEqual([]);
  for (const wrong of ["", "secret", "secrets,off", "constructor", "__proto__"])
    expect(parseGuards(wrong), wrong).toBeUndefined();
  expect(guardsOf(rulesOf(["destructive"]))).toEqual(["destructive"]);
});
