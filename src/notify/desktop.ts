import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** PowerShell starts in one to three seconds, and shows a notification for five. */
const LONGEST_SHOW_MS = 15_000;

/**
 * Shows a notification where the system has a program for it: `notify-send` on Linux, `osascript` on macOS, PowerShell
 * on Windows. Returns whether one was started. Texts are arguments or come through the environment, never part of a
 * script: a project may be called anything.
 */
export function showOnDesktop(text: string, platform: NodeJS.Platform = process.platform): boolean {
  const call = callOf(text, platform);
  if (call === undefined) return false;
  // On Windows a child ends with its parent unless it is detached, and PowerShell does not run detached: there, this
  // process stays until the notification is gone. Elsewhere the child goes on by itself.
  const isWindows = platform === "win32";
  const child = spawn(call.program, call.args, {
    env: { ...process.env, ...call.env },
    stdio: "ignore",
    windowsHide: true,
    ...(isWindows ? { timeout: LONGEST_SHOW_MS } : { detached: true }),
  });
  // A desktop without notifications is none of our business.
  child.on("error", () => {});
  if (!isWindows) child.unref();
  return true;
}

interface Call {
  program: string;
  args: string[];
  env?: Record<string, string>;
}

/** What shows a text on this system; undefined where nothing does. */
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
  // The worker's environment has no session bus; systemd puts it here.
  const bus = `/run/user/${process.getuid?.() ?? 0}/bus`;
  const env = existsSync(bus) ? { DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` } : {};
  return { program, args: ["--app-name=ccotel", "--", "ccotel", markup(text)], env };
}

/** Most desktops take the text of a notification for markup: a project called `<a href=…>` shall be no link. */
function markup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
