// An interactive session in a separate terminal (tmux).

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { type Lab, until } from "./lab.ts";

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
if (!hasTmux) console.log("There is no tmux: the tests of interactive sessions are skipped.");

export interface Terminal {
  /** The client's process id. */
  pid: number;
  /** Types a line and sends it. */
  say(line: string): Promise<void>;
  /** Presses a key, given by its name in tmux. */
  press(key: string): void;
  /** Waits until the screen matches `text`. */
  shows(text: RegExp): Promise<void>;
  /** Waits until the client exits and returns its exit code. */
  ended(): Promise<number>;
}

/** Starts the client without a prompt and waits until it accepts one. No screen may ever mention a hook. */
export async function openTerminal(lab: Lab, args: string[] = []): Promise<Terminal> {
  // Each has a server of its own, so that the end of one does not end another.
  const socket = join(mkdtempSync(join(lab.folder, "tmux-")), "socket");
  const tmux = (...words: string[]) =>
    execFileSync("tmux", ["-S", socket, ...words], {
      encoding: "utf8",
      env: { ...lab.env, LC_ALL: "C.UTF-8" },
    });
  const variables = Object.entries(lab.env).map(([name, value]) => `${name}=${value}`);
  const command = ["exec", "env", "-i", ...variables, lab.client.bin, ...args].map(quoted).join(" ");
  tmux("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "50", "-c", lab.work, command);
  // Keep the screen readable after the client exits.
  tmux("set-option", "-g", "remain-on-exit", "on");
  const pane = (format: string) => tmux("list-panes", "-F", format).trim();
  const pid = Number(pane("#{pane_pid}"));
  onTestFinished(() => {
    if (pane("#{pane_dead}") !== "1") process.kill(pid, "SIGKILL");
    spawnSync("tmux", ["-S", socket, "kill-server"]);
  });

  const screen = () => {
    const text = tmux("capture-pane", "-p", "-S", "-200");
    // While a hook runs, the client says so beside its spinner. That is allowed.
    expect(text.replaceAll(/\(running .* hooks? .*\)/g, "")).not.toMatch(/hook/i);
    return text;
  };
  const terminal: Terminal = {
    pid,
    async say(line) {
      tmux("send-keys", "-l", line);
      // The client treats keys that arrive together as pasted text.
      await sleep(300);
      tmux("send-keys", "Enter");
    },
    press: (key) => void tmux("send-keys", key),
    shows: (text) =>
      until(
        () => text.test(screen()),
        () => `${text} on the screen:\n${screen()}`,
        20_000,
      ),
    async ended() {
      await until(() => pane("#{pane_dead}") === "1", screen, 20_000);
      screen();
      return Number(pane("#{pane_dead_status}"));
    },
  };
  await terminal.shows(/❯/);
  // The client draws the prompt before it accepts keys.
  await sleep(700);
  return terminal;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
