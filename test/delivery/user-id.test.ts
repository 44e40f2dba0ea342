import { expect, test } from "vitest";
import { userIdOf } from "../../src/delivery/load/user-id.ts";

test("the user id is absent with none, the hash of the account with hash, and otherwise the value itself", () => {
  expect(userIdOf("none", () => "ann")).toBeUndefined();
  expect(userIdOf("team-7", () => "ann")).toBe("team-7");
  const hash = userIdOf("hash", () => "ann");
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(userIdOf("hash", () => "ann")).toBe(hash);
  expect(userIdOf("hash", () => "bob")).not.toBe(hash);
  const lost = () => {
    throw new Error("no account");
  };
  expect(userIdOf("hash", lost)).toBeUndefined();
});
