import { spawn } from "node:child_process";

/**
 * Asks the system to open an address. Returns false if the system cannot. ccotel makes the address, so it needs no
 * quotes.
 */
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
