import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** PowerShell starts in one to three seconds and shows a notification for five. */
const LONGEST_SHOW_MS = 15_000;

/**
 * Shows a notification with the system's program: `notify-send` on Linux, `osascript` on macOS, PowerShell on Windows.
 * Returns whether one was started. Passes texts as arguments or in the environment, never as part of a script, since a
 * project can have any name.
 */
export function showOnDesktop(text: string, platform: NodeJS.Platform = process.platform): boolean {
  const call = callOf(text, platform);
  if (call === undefined) return false;
  // On Windows a child ends with its parent unless it is detached, and PowerShell does not run detached. There, this
  // process keeps running until the notification is gone. On other systems the child outlives this process.
  const isWindows = platform === "win32";
  const child = spawn(call.program, call.args, {
    env: { ...process.env, ...call.env },
    stdio: "ignore",
    windowsHide: true,
    ...(isWindows ? { timeout: LONGEST_SHOW_MS } : { detached: true }),
  });
  // ccotel ignores a desktop without notifications.
  child.on("error", () => {});
  if (!isWindows) child.unref();
  return true;
}

interface Call {
  program: string;
  args: string[];
  env?: Record<string, string>;
}

/** Returns the call that shows a text on this system, or undefined if no program can. */
export function callOf(text: string, platform: NodeJS.Platform): Call | undefined {
  if (platform === "darwin") {
    const script = 'on run argv\ndisplay notification (item 1 of argv) with title "ccotel"\nend run';
    return { program: "/usr/bin/osascript", args: ["-e", script, text] };
  }
  if (platform === "win32") {
    const script =
      "Add-Type -AssemblyName System.Windows.Forms; $n = New-Object System.Windows.Forms.NotifyIcon; $n.Icon = [System.Drawing.SystemIcons]::Information; $n.Visible = $true; $n.ShowBalloonTip(5000, 'ccotel', $env:CCOTEL_NOTICE, 'Info'); Start-Sleep 5; $n.Dispose()";
    const args = ["-NoProfile", "-NonInteractive", "-Command", script];
    return { program: "powershell.exe", args, env: { CCOTEL_NOTICE: text } };
  }
  const program = ["/usr/bin/notify-send", "/usr/local/bin/notify-send"].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  // The worker's environment has no session bus. systemd puts it here.
  const bus = `/run/user/${process.getuid?.() ?? 0}/bus`;
  const env = existsSync(bus) ? { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` } : {};
  return { program, args: ["--app-name=ccotel", "--", "ccotel", markup(text)], env };
}

/**
 * Escapes markup, which most desktops interpret in a notification: a project named `<a href=…>` must not become a link.
 */
function markup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
