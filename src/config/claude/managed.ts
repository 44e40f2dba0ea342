import { posix, win32 } from "node:path";

/** Where the administrator's settings are. */
export interface ManagedPaths {
  readonly file: string;
  /** Its `*.json` files add to `file`, in the order of their names. */
  readonly folder: string;
}

/** Returns the places where Claude Code looks (code.claude.com, "Deploy managed settings"). */
export function managedSettingsPaths(platform: NodeJS.Platform): ManagedPaths {
  const { join } = platform === "win32" ? win32 : posix;
  const base =
    {
      darwin: "/Library/Application Support/ClaudeCode",
      win32: "C:\\Program Files\\ClaudeCode",
    }[platform as string] ?? "/etc/claude-code";
  return { file: join(base, "managed-settings.json"), folder: join(base, "managed-settings.d") };
}
