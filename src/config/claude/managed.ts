import { posix, win32 } from "node:path";

/** Where an administrator's settings are. */
export interface ManagedPaths {
  readonly file: string;
  /** Its `*.json` files are added to the file, in the order of their names. */
  readonly folder: string;
}

/** The places that Claude Code looks at (code.claude.com, "Deploy managed settings"). */
export function managedSettingsPaths(platform: NodeJS.Platform): ManagedPaths {
  const { join } = platform === "win32" ? win32 : posix;
  const base =
    {
      darwin: "/Library/Application Support/ClaudeCode",
      win32: "C:\\Program Files\\ClaudeCode",
    }[platform as string] ?? "/etc/claude-code";
  return { file: join(base, "managed-settings.json"), folder: join(base, "managed-settings.d") };
}
