import type { Code, MessageTable } from "./finding.ts";

/** The client, and how it is run. */
export const clientMessages = {
  "client-missing": {
    say: () => "No Claude Code was found (`claude --version`), so its version could not be looked at.",
    do: () => "Nothing needs doing where it is started by an editor or another program.",
  },
  "client-too-old": {
    say: ({ version }) => `Claude Code ${version} has no hooks; they came with 1.0.38.`,
    do: () => "Update Claude Code.",
  },
  "client-untested": {
    say: ({ version }) =>
      `Claude Code ${version} is older than the oldest one that ccotel was tried with (1.0.128).`,
    do: () => "Update Claude Code if turns are missing or look wrong.",
  },
  "hooks-off-mode": {
    say: ({ by }) =>
      `A Claude Code that is run with ${by} runs no hooks of yours, so its sessions are not sent by themselves.`,
    do: () => "Leave it out, or send such sessions with `ccotel export` afterwards.",
  },
  "no-transcript": {
    say: ({ by }) => `There is no transcript to read: ${by}.`,
    do: () =>
      "Without a transcript nothing can be sent. Let Claude Code write it where the session shall be seen.",
  },
  "folder-not-trusted": {
    say: ({ folder }) =>
      `Claude Code was not told to trust ${folder}: interactive sessions there run no hooks, yours included.`,
    do: () => "Answer the question that Claude Code asks when it is started there.",
  },
} satisfies Partial<MessageTable<Code>>;
