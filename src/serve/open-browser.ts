import { spawn } from "node:child_process";

/** Asks the system to open an address; false where it has no way to. The address is ours: it needs no quoting. */
export function openBrowser(url: string, platform: NodeJS.Platform): boolean {
  const [command, ...args] = opener(platform, url);
  if (command === undefined) return false;
  try {
    const child = spawn(command, args, { detached: true, stdio: "ignore", windowsHide: true });
    child.on("error", () => {});
    child.unref();
    return child.pid !== undefined;
  } catch {
    return false;
  }
}

function opener(platform: NodeJS.Platform, url: string): string[] {
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}
