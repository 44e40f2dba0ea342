import { findingsOfWrite, isTemporary, type Place } from "./paths.ts";
import { findingsOfCode } from "./rules/code.ts";
import { destroysData } from "./rules/data.ts";
import { deletions, isRiskyTree } from "./rules/deletion.ts";
import { git } from "./rules/git.ts";
import { network } from "./rules/network.ts";
import { secrets } from "./rules/secrets.ts";
import type { FindingId } from "./rules.ts";
import type { ShellCommand } from "./shell/command.ts";

/** Finds what one program of a command line does, as ids of rules. A rule may appear twice. */
export function findingsOfCommand(command: ShellCommand, place: Place): FindingId[] {
  if (command.elsewhere !== undefined) return findingsElsewhere(command);
  return [
    ...files(command, place),
    ...secrets(command),
    ...deletions(command, place),
    ...git(command),
    ...disks(command),
    ...destroysData(command),
    ...network(command),
    ...rights(command),
    ...guards(command),
    ...findingsOfCode(command, place, (path) => isRiskyTree(path, place)),
  ];
}

/**
 * What a program on another host or in a container does. Its files are not this project's, so only what is dangerous
 * anywhere counts.
 */
function findingsElsewhere(command: ShellCommand): FindingId[] {
  const found = [...destroysData(command), ...disks(command)];
  if (command.elsewhere === "container") return found;
  return [...found, ...git(command), ...deletions(command, {}), ...guards(command)];
}
/** Programs that write to their last argument. */
const COPIERS = new Set(["cp", "mv", "install", "ln", "rsync", "scp"]);

function files(command: ShellCommand, place: Place): FindingId[] {
  const { program, args, writes } = command;
  const plain = args.filter((arg) => !arg.startsWith("-"));
  const written = [...writes];
  if (program === "tee" || program === "sponge") written.push(...plain);
  if (program === "dd") written.push(...args.flatMap((arg) => (arg.startsWith("of=") ? arg.slice(3) : [])));
  if (COPIERS.has(program) && plain.length > 1) written.push(plain.at(-1) ?? "");
  if (["sed", "perl"].includes(program) && args.some((arg) => /^-[a-z]*i/.test(arg)))
    written.push(...plain.slice(1));
  if (
    program === "claude" &&
    /^(mcp (add|remove)|plugin (install|enable|disable|uninstall))/.test(args.join(" "))
  )
    return ["write.agent-settings"];
  if (program === "crontab" && !args.some((arg) => arg === "-l")) return ["write.startup"];
  return written.flatMap((path) => (isTemporary(path) ? [] : findingsOfWrite(path, place)));
}

const DEVICE = /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk\d|rdisk\d|mapper\/)/;

function disks({ program, args, writes }: ShellCommand): FindingId[] {
  const onDevice =
    (program === "tee" && args.some((arg) => DEVICE.test(arg))) ||
    (COPIERS.has(program) && DEVICE.test(args.at(-1) ?? "")) ||
    writes.some((path) => DEVICE.test(path)) ||
    (program === "dd" && args.some((arg) => arg.startsWith("of=") && DEVICE.test(arg.slice(3)))) ||
    /^mkfs(\.\w+)?$/.test(program) ||
    (["wipefs", "blkdiscard", "sgdisk", "shred", "mkswap"].includes(program) &&
      args.some((arg) => DEVICE.test(arg))) ||
    (program === "diskutil" && args.some((arg) => /^(erase|reformat|partition)/i.test(arg)));
  return onDevice ? ["destroy.disk"] : [];
}

function rights({ program, args, isPrivileged }: ShellCommand): FindingId[] {
  const found: FindingId[] = [];
  if (isPrivileged || program === "su") found.push("privilege.root");
  const isOpen =
    program === "chmod" &&
    args.some((arg) =>
      /^0?[0-7]?[0-7]{2}[2367]$|^0?[4-7][0-7]{3}$|^([ugoa]*o[ugoa]*|a)?\+[rx]*w|^[ug]*\+[rwx]*s/.test(arg),
    );
  const makesOpen =
    program === "install" &&
    args.some(
      (arg, index) => /^(-m|--mode)$/.test(args[index - 1] ?? "") && /^[2467][0-7]{3}$|[2367]$/.test(arg),
    );
  if ((isOpen || makesOpen) && !args.includes("--help")) found.push("privilege.permissions");
  return found;
}

function guards({ program, args, sets }: ShellCommand): FindingId[] {
  const line = `${program} ${args.join(" ")}`.slice(0, 2000);
  const found: FindingId[] = [];
  if (
    /^claude(-code)?$/.test(program) &&
    /--(allow-)?dangerously-skip-permissions|--permission-mode[ =]bypassPermissions/.test(line)
  )
    found.push("guard.permissions-off");
  const hides =
    /^(history -c|unset HISTFILE|setenforce 0|ufw disable|iptables (-F|--flush)|csrutil disable|spctl --master-disable|auditctl -e 0|systemctl (stop|disable|mask) (auditd|firewalld|ufw|apparmor|falcon-sensor|crowdstrike))/.test(
      line,
    ) || /^(rm|shred|truncate) .*(\.(bash|zsh)_history|\/var\/log\/(auth|secure|audit|syslog))/.test(line);
  if (hides || sets.some((set) => /^(HISTFILE=(\/dev\/null)?|HISTSIZE=0)$/.test(set)))
    found.push("guard.traces-off");
  return found;
}
