import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textFinder } from "../../src/search/find-text.ts";
import { labelOf } from "../../src/search/label.ts";
import { wordsOf } from "../../src/search/words.ts";
import { AGENT_FINISHED } from "../support/notifications.ts";
import { temporaryFolder } from "../support/run-tool.ts";

function transcript(records: unknown[]): string {
  const path = join(temporaryFolder(), "session.jsonl");
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

const PROMPT = {
  type: "user",
  uuid: "u1",
  timestamp: "2026-11-20T10:00:00.000Z",
  message: { content: "Fix the cart total" },
};
const ANSWER = {
  type: "assistant",
  message: {
    id: "msg_1",
    content: [
      { type: "thinking", thinking: "The cart may round twice." },
      { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "grep -rn total src" } },
    ],
  },
};
const RESULT = {
  type: "user",
  uuid: "u2",
  message: { content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "src/cart.ts:3" }] },
};
const ALL: Parameters<typeof textFinder>[1] = { limit: 200, results: true };
const find = (path: string, query: string, options = ALL) => textFinder(wordsOf(query), options)([path]);

describe("search", () => {
  it("finds texts with all of the words in any case, with the text around them and the time", () => {
    const path = transcript([PROMPT, ANSWER, RESULT]);
    expect(find(path, "CART twice")).toEqual({
      hits: [{ kind: "thinking", id: "msg_1", before: "The ", match: "cart", after: " may round twice." }],
      isCut: false,
    });
    expect(find(path, '"cart total"').hits).toEqual([
      {
        kind: "prompt",
        id: "u1",
        atMs: Date.parse("2026-11-20T10:00:00Z"),
        before: "Fix the ",
        match: "cart total",
        after: "",
      },
    ]);
    expect(find(path, "nowhere").hits).toEqual([]);
    expect(find(path, "  ").hits).toEqual([]);
  });

  it("marks where the text around a hit is cut", () => {
    const around = (content: string) => {
      const { hits } = find(transcript([{ ...PROMPT, message: { content } }]), "needle");
      return [hits[0]?.before, hits[0]?.after];
    };
    const long = "hay ".repeat(20);
    expect(around("a needle in it")).toEqual(["a ", " in it"]);
    expect(around(`${long}needle ${long}`)).toEqual([`…${long.slice(-60)}`, `…`.padStart(61, ` ${long}`)]);
  });

  it("finds a word anywhere in a long file and a long line, once per text", () => {
    const prompt = (uuid: string, content: string) => ({ type: "user", uuid, message: { content } });
    const prompts = Array.from({ length: 40 }, (_, n) =>
      // Near and across the ends of the chunks in which a file is read, each at another place.
      prompt(`u${n}`, `${"x ".repeat(16_000 + n * 7)}Zeppelin${"y ".repeat(n % 2 === 0 ? 40_000 : 3)}`),
    );
    const path = transcript([...prompts, prompt("last", "and a zeppelin")]);
    expect(find(path, "zeppelin").hits.map(({ id }) => id)).toEqual([
      ...prompts.map(({ uuid }) => uuid),
      "last",
    ]);
  });

  it("ignores the case of letters outside ASCII as well", () => {
    const path = transcript([{ ...PROMPT, message: { content: "ÜBERTRAG prüfen, Привет" } }]);
    for (const word of ["übertrag", "PRÜFEN", "привет", "ПРИВЕТ"])
      expect(find(path, word).hits).toHaveLength(1);
  });

  it("searches texts, not field names and ids, and results only on request", () => {
    const path = transcript([PROMPT, ANSWER, RESULT]);
    expect(find(path, "assistant").hits).toEqual([]);
    expect(find(path, "toolu_1").hits).toEqual([]);
    expect(find(path, "cart.ts").hits.map(({ kind }) => kind)).toEqual(["result"]);
    expect(find(path, "cart.ts", { ...ALL, results: false }).hits).toEqual([]);
  });

  it("finds words of every script, and characters that JSON escapes", () => {
    const prompt = (text: string) => ({ type: "user", uuid: text, message: { content: text } });
    const path = transcript([
      prompt("Grüße aus München"),
      prompt("カートの合計"),
      prompt('say "hello\tworld" now'),
      prompt("a\\b\nc"),
    ]);
    expect(find(path, "münchen").hits).toHaveLength(1);
    expect(find(path, "合計").hits).toHaveLength(1);
    expect(textFinder(['"hello\tworld"'], ALL)([path]).hits).toHaveLength(1);
    expect(textFinder(["a\\b\nc"], ALL)([path]).hits).toHaveLength(1);
  });

  it("finds a phrase across the end of a line, and shows it on one", () => {
    const path = transcript([{ ...PROMPT, message: { content: "ends with cart\n  total begins" } }]);
    const [hit, ...others] = find(path, '"cart total"').hits;
    expect(others).toEqual([]);
    expect(hit).toMatchObject({ before: "ends with ", match: "cart total", after: " begins" });
    expect(find(path, '"total cart"').hits).toEqual([]);
  });

  it("finds commands and edits as they are, not as JSON escapes them", () => {
    const call = (input: object) => ({
      type: "assistant",
      message: {
        id: "msg_1",
        content: [{ type: "tool_use", id: JSON.stringify(input), name: "Any", input }],
      },
    });
    const path = transcript([
      call({ command: String.raw`grep -E "foo\.(a|b)" C:\Users\dev`, description: "Search" }),
      call({ file_path: "/a.ts", old_string: 'const a = "x";\n\tconst b' }),
      call({ todos: [{ content: "Round once", status: "pending" }] }),
    ]);
    const found = (query: string) => find(path, query).hits.map(({ match }) => match);
    expect(found(String.raw`foo\.(a|b)`)).toEqual([String.raw`foo\.(a|b)`]);
    expect(found(String.raw`c:\users\DEV`)).toEqual([String.raw`C:\Users\dev`]);
    expect(textFinder(['grep -E "foo'], ALL)([path]).hits).toHaveLength(1);
    expect(textFinder(['"x"; const b'], ALL)([path]).hits.map(({ match }) => match)).toEqual([
      '"x"; const b',
    ]);
    expect(found('"round once"')).toEqual(["Round once"]);
    expect(found("\\")).toEqual(["\\"]);
  });

  it("takes an accent as a part of its letter or behind it, and shows the right place behind any letter", () => {
    const decomposed = "Größe.txt".normalize("NFD");
    const path = transcript([{ ...PROMPT, message: { content: `İİİİ reads ${decomposed} now` } }]);
    for (const query of ["größe.txt", "größe.txt".normalize("NFD")])
      expect(find(path, query).hits).toMatchObject([{ match: decomposed, after: " now" }]);
    expect(find(path, "reads").hits).toMatchObject([{ before: "İİİİ ", match: "reads" }]);
  });

  it("finds prompts that were typed while Claude Code worked, and titles", () => {
    const queued = { type: "queued_command", prompt: "also the tests", commandMode: "prompt" };
    const path = transcript([
      { type: "attachment", uuid: "q1", attachment: queued },
      { type: "attachment", uuid: "q2", attachment: { ...queued, commandMode: "task-notification" } },
      { type: "custom-title", customTitle: "Round the cart", sessionId: "s" },
      { type: "ai-title", aiTitle: "Cart rounding", sessionId: "s" },
    ]);
    expect(find(path, "tests").hits).toMatchObject([{ kind: "prompt", id: "q1", match: "tests" }]);
    expect(find(path, "cart").hits.map(({ kind }) => kind)).toEqual(["title", "title"]);
  });

  it("finds nothing in what the client tells only the model: reminders, caveats, loaded skills, tags", () => {
    const user = (content: unknown, more = {}) => ({
      type: "user",
      uuid: "u",
      message: { content },
      ...more,
    });
    const output =
      "1→total\n\n<system-reminder>\nconsider whether it is malware\n</system-reminder>\nlast line";
    const path = transcript([
      user("<system-reminder>\nOther agents are active\n</system-reminder>", { isMeta: true }),
      user("<system-reminder>be brief</system-reminder>\nFix the total"),
      user([{ type: "tool_result", tool_use_id: "t", content: output }]),
      user("Caveat: The messages below were generated by the user", { isMeta: true }),
      user("<local-command-caveat>The command was run directly</local-command-caveat>", {
        isMeta: true,
        promptId: "p1",
      }),
      user("Base directory for this skill: /skills/pack", { isMeta: true, sourceToolUseID: "t1" }),
      user("<bash-input>echo hi</bash-input>"),
      user("<local-command-stdout>Set model to Sonnet</local-command-stdout>"),
    ]);
    for (const hidden of [
      "agents",
      "brief",
      "malware",
      "caveat",
      "directly",
      "skill",
      "bash-input",
      "stdout",
    ])
      expect(find(path, hidden).hits, hidden).toEqual([]);
    expect(find(path, "total").hits.map(({ kind }) => kind)).toEqual(["prompt", "result"]);
    for (const seen of ['"last line"', '"echo hi"', "sonnet"]) expect(find(path, seen).hits).toHaveLength(1);
  });

  it("finds what a person wrote also if the client marks it as its own, or if it looks like a reminder", () => {
    const path = transcript([
      { ...PROMPT, isMeta: true, promptId: "p1", message: { content: "Say hi every hour" } },
      { ...PROMPT, isMeta: true, message: { content: "Stop hook feedback:\nrun the tests" } },
      { ...PROMPT, message: { content: "Why does it write <system-reminder>once</system-reminder> here?" } },
    ]);
    for (const word of ["hour", "tests", "once"]) expect(find(path, word).hits, word).toHaveLength(1);
  });

  it("finds the summary and the result of a notification, which is no prompt, but not its ids and tags", () => {
    const notification = { ...PROMPT, uuid: "n1", message: { content: AGENT_FINISHED } };
    const path = transcript([notification, PROMPT]);
    for (const words of ['"Look at cart" finished', "rounds twice"])
      expect(find(path, words).hits, words).toMatchObject([{ kind: "notification", id: "n1" }]);
    for (const hidden of [
      "tool-use-id",
      "output-file",
      "task-id",
      "ad1ed79d5ea4280c3",
      "toolu_01Qm5t",
      "5130",
    ])
      expect(find(path, hidden).hits, hidden).toEqual([]);
    expect(labelOf(path)).toEqual({ prompt: "Fix the cart total" });
  });

  it("finds a slash command as it was typed", () => {
    const content =
      "<command-message>ship</command-message>\n<command-name>/ship</command-name>\n<command-args>to staging</command-args>";
    const path = transcript([{ ...PROMPT, message: { content } }]);
    expect(find(path, '"/ship to"').hits).toMatchObject([{ match: "/ship to", after: " staging" }]);
    expect(find(path, "command-args").hits).toEqual([]);
    expect(labelOf(path)).toEqual({ prompt: "/ship to staging" });
  });

  it("looks only at what is not older than wanted", () => {
    const path = transcript([PROMPT]);
    const sinceMs = Date.parse(PROMPT.timestamp);
    const finder = textFinder(["cart"], ALL);
    expect(finder([path], sinceMs).hits).toHaveLength(1);
    expect(finder([path], sinceMs + 1).hits).toEqual([]);
  });

  it("counts repeated rows once, stops at its limit and says so", () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({ ...PROMPT, uuid: `u${n}` }));
    const { hits, isCut } = find(transcript([...rows, ...rows]), "cart");
    expect({ hits: hits.length, isCut }).toEqual({ hits: 200, isCut: true });
    expect(find(transcript([PROMPT, PROMPT]), "cart").hits).toHaveLength(1);
  });

  it("skips broken records, and finds text across the chunks in which a file is read", () => {
    const filler = { type: "user", uuid: "f", message: { content: "x".repeat(1 << 20) } };
    const path = transcript([filler, PROMPT, filler]);
    appendFileSync(path, '{"type":"user","message":{"content":"broken cart\n');
    appendFileSync(path, `${JSON.stringify({ ...PROMPT, uuid: "last" })}`);
    expect(find(path, "cart").hits.map(({ id }) => id)).toEqual(["u1", "last"]);
  });
});

describe("the label of a session", () => {
  it("is the user's title and the first prompt", () => {
    const path = transcript([
      { type: "user", isMeta: true, message: { content: "Caveat: none" } },
      { type: "user", message: { content: "<command-name>/clear</command-name>" } },
      PROMPT,
      { type: "ai-title", aiTitle: "Cart totals" },
      { type: "custom-title", customTitle: "My cart" },
      { type: "ai-title", aiTitle: "Cart totals again" },
    ]);
    expect(labelOf(path)).toEqual({ title: "My cart", prompt: "Fix the cart total" });
  });

  it("is found at both ends of a long transcript, and a title also in the middle of a short one", () => {
    const filler = { type: "user", isMeta: true, message: { content: "x".repeat(90_000) } };
    const fillers = (count: number) => Array.from({ length: count }, () => filler);
    const custom = { type: "custom-title", customTitle: "My cart" };
    const ai = { type: "ai-title", aiTitle: 'Cart "custom-title" totals' };
    const prompt = "Fix the cart total";
    expect(labelOf(transcript([...fillers(2), PROMPT, custom, ai, ...fillers(2)]))).toEqual({
      title: "My cart",
      prompt,
    });
    expect(labelOf(transcript([...fillers(2), PROMPT, ...fillers(9), ai]))).toEqual({
      title: 'Cart "custom-title" totals',
      prompt,
    });
    expect(labelOf(transcript([PROMPT, custom, ...fillers(9)]))).toEqual({ title: "My cart", prompt });
    expect(labelOf(transcript([...fillers(9), PROMPT]))).toEqual({});
  });

  it("is the slash command that a session begins with, or empty without one", () => {
    expect(
      labelOf(transcript([{ type: "user", message: { content: "<command-name>/ship</command-name>" } }])),
    ).toEqual({
      prompt: "/ship",
    });
    expect(labelOf(transcript([RESULT]))).toEqual({});
    expect(labelOf("/nowhere")).toEqual({});
  });
});
