import type { CacheMiss } from "../session/model.ts";
import type { Rule } from "./insight.ts";

/** What each rule means, and what to do about it. */
export const MEANINGS: Readonly<Record<Rule, { title: string; advice: string }>> = {
  "read-again": {
    title: "Read again while still in the context",
    advice: "Ask for the part that is needed, or split the file.",
  },
  "read-at-every-start": {
    title: "Read at the start of most sessions",
    advice: "Put what Claude looks for there into CLAUDE.md.",
  },
  "failing-command": {
    title: "Commands that fail in session after session",
    advice: "Put the command that works into CLAUDE.md.",
  },
  "edit-churn": {
    title: "Text written and replaced again",
    advice: "Say what the result must be, or have it planned first.",
  },
  loop: {
    title: "The same call with the same result, over and over",
    advice: "Interrupt such a turn early, and say what is missing.",
  },
  "cache-miss": {
    title: "Cached context paid for again",
    advice: "Keep one model within a session, and go on before the cache expires.",
  },
  compaction: {
    title: "Contexts that filled up",
    advice: "Begin a new session for a new task, and leave long output to subagents.",
  },
  "slow-hook": {
    title: "Hooks that cost seconds",
    advice: "Let the hook return at once and work in the background, or narrow its matcher.",
  },
  "expensive-session": {
    title: "Sessions far above the median",
    advice: "ccotel show tells where the money went.",
  },
};

/** Why a request did not find its context in the cache. */
export const MISS_CAUSES: Readonly<Record<CacheMiss["cause"], string>> = {
  model_changed: "the model changed",
  expired_5m: "a pause of more than 5 minutes",
  expired_1h: "a pause of more than 60 minutes",
  prompt_changed: "the beginning of the prompt changed",
};
