import { expect, it } from "vitest";
import { shownJson } from "../../src/serve/shown-json.ts";

it("characters that reorder text are visible, whatever they are in, and all others stay", () => {
  const value = {
    about: "rm \u202egpj.evil\u202c",
    "\u2066key": ["\u2069", { deep: "\u202a\u202b\u202d\u2067\u2068" }],
    plain: "👩‍👩‍👧 שלום \u200f <b> \u001b[31m",
  };
  expect(JSON.parse(shownJson(value))).toEqual({
    about: "rm ⟨U+202E⟩gpj.evil⟨U+202C⟩",
    "⟨U+2066⟩key": ["⟨U+2069⟩", { deep: "⟨U+202A⟩⟨U+202B⟩⟨U+202D⟩⟨U+2067⟩⟨U+2068⟩" }],
    plain: value.plain,
  });
});
