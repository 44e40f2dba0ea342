import type { MessageTable } from "../message-table.ts";

/** Findings about the client and how it is run. */
export interface ClientFindings {
  "client-missing": Record<never, never>;
  "client-too-old": { version: string };
  "client-untested": { version: string };
  "hooks-off-mode": { by: string };
  "no-transcript": { by: string };
  "folder-not-trusted": { folder: string };
}

export const clientMessages: MessageTable<ClientFindings> = {
  "client-missing": {
    say: () => "Claude Code was not found: `claude --version` does not run, so its version is unknown.",
    do: () =>
      "If an editor or another program starts Claude Code, ignore this. Otherwise add `claude` to your PATH.",
  },
  "client-too-old": {
    say: ({ version }) =>
      `Claude Code ${version} does not support hooks, which ccotel needs (1.0.38 or newer).`,
    do: () => "Update Claude Code.",
  },
  "client-untested": {
    say: ({ version }) =>
      `Claude Code ${version} is older than the oldest version that ccotel is tested with (1.0.128).`,
    do: () => "Update Claude Code if turns are missing or look wrong.",
  },
  "hooks-off-mode": {
    say: ({ by }) =>
      `Claude Code ignores your hooks when it runs with ${by}, so ccotel does not send those sessions automatically.`,
    do: () => "Remove that option, or send these sessions afterwards with `ccotel export`.",
  },
  "no-transcript": {
    say: ({ by }) => `Claude Code writes no transcript: ${by}.`,
    do: () =>
      "ccotel reads transcripts, so it cannot send these sessions. Let Claude Code write transcripts if you want to see them.",
  },
  "folder-not-trusted": {
    say: ({ folder }) =>
      `You have not told Claude Code to trust ${folder}, so interactive sessions there run no hooks.`,
    do: () => "Start `claude` there and accept its question about trust.",
  },
};
