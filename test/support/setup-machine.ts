// A user's machine for the commands that set up ccotel: its own home folder, a client that only prints its version,
// and, in tests that need one, a user at the terminal.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Io } from "../../src/cli/io.ts";
import { PROGRAMS } from "../../src/setup/apply.ts";
import { program, type Ran, runTool, temporaryFolder } from "./run-tool.ts";

export interface Machine {
  readonly homeDir: string;
  readonly settingsPath: string;
  readonly state: string;
  run(args: readonly string[], more?: Partial<Io>): Promise<Ran>;
  /** The settings file's text. Null if the file is missing. */
  settings(): string | null;
  putSettings(text: string): void;
  /** The `env` block of the settings file. */
  env(): Record<string, string>;
  read(path: string): string;
  mode(path: string): string;
  /** Paths of everything in the home folder except the client. */
  files(): string[];
}

export interface MachineOptions {
  /** The client's version. With `null`, no client is installed. */
  client?: string | null;
  env?: Record<string, string>;
}

export function machine({ client = "2.1.329", env = {} }: MachineOptions = {}): Machine {
  const homeDir = temporaryFolder();
  const bin = join(homeDir, "bin");
  mkdirSync(bin);
  if (client !== null) {
    writeFileSync(join(bin, "claude"), `#!/bin/sh\necho '${client} (Claude Code)'\n`);
    chmodSync(join(bin, "claude"), 0o755);
  }
  const configDir = env.CLAUDE_CONFIG_DIR ?? join(homeDir, ".claude");
  const settingsPath = join(configDir, "settings.json");
  const read = (path: string) => readFileSync(path, "utf8");
  const settings = () => (existsSync(settingsPath) ? read(settingsPath) : null);
  return {
    homeDir,
    settingsPath,
    state: join(homeDir, ".ccotel"),
    run: (args, more = {}) =>
      runTool(args, {
        homeDir,
        cwd: homeDir,
        env: { PATH: bin, ...env },
        now: Date.now,
        // `uninstall` does not wait for running clients. With the real client, lab/client-setup/ tests that it does.
        sleep: async () => {},
        ...more,
      }),
    settings,
    putSettings(text) {
      mkdirSync(dirname(settingsPath), { recursive: true });
      writeFileSync(settingsPath, text);
    },
    env: () => JSON.parse(settings() ?? "{}").env ?? {},
    read,
    mode: (path) => (statSync(path).mode & 0o777).toString(8),
    files: () =>
      readdirSync(homeDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(homeDir.length + 1))
        .filter((path) => path !== join("bin", "claude"))
        .sort(),
  };
}

/**
 * A user at the terminal who gives these answers in sequence. `null` is Ctrl-C. `asked` contains the questions.
 * The rest of the program is the real one.
 */
export function person(answers: readonly (string | boolean | null)[]) {
  const folder = temporaryFolder();
  for (const name of PROGRAMS) symlinkSync(join(dirname(program), name), join(folder, name));
  const log = join(folder, "asked.jsonl");
  writeFileSync(log, "");
  writeFileSync(
    join(folder, "prompts.cjs"),
    `const { appendFileSync } = require("node:fs");
     const answers = ${JSON.stringify(answers)};
     const ask = (kind) => async (question, ...more) => {
       appendFileSync(${JSON.stringify(log)}, JSON.stringify({ kind, question, more }) + "\\n");
       if (answers.length === 0) throw new Error("Unexpected question: " + question);
       return answers.shift() ?? undefined;
     };
     exports.createPrompter = () => ({
       choose: ask("choose"), type: ask("type"), secret: ask("secret"), agree: ask("agree"),
     });`,
  );
  return {
    atTerminal: {
      program: join(folder, "ccotel.cjs"),
      isTerminal: { stdin: true, stdout: true, stderr: true },
    },
    asked: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { kind: string; question: string; more: unknown[] }),
  };
}
