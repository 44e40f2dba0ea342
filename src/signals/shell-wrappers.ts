/** A program that runs another one. The fields say which of its arguments come before the other program's name. */
interface Wrapper {
  /** Options that take a value as the next argument. */
  valued?: RegExp;
  /** Number of arguments other than options before the command. */
  words?: number;
  /** `NAME=value` may stand before the command. */
  assignments?: true;
  isPrivileged?: true;
}

const WRAPPERS = new Map<string, Wrapper>([
  [
    "sudo",
    {
      valued: /^-[ugUhCpRTDrt]$|^--(user|group|host|prompt|chdir|chroot)$/,
      assignments: true,
      isPrivileged: true,
    },
  ],
  ["doas", { valued: /^-[uC]$/, isPrivileged: true }],
  ["pkexec", { valued: /^--user$/, isPrivileged: true }],
  ["env", { valued: /^-[uCS]$|^--(unset|chdir)$/, assignments: true }],
  ["nohup", {}],
  ["setsid", {}],
  ["command", {}],
  ["builtin", {}],
  ["exec", { valued: /^-a$/ }],
  ["time", { valued: /^-[fo]$/ }],
  ["nice", { valued: /^-n$/ }],
  ["ionice", { valued: /^-[cnp]$/ }],
  ["stdbuf", { valued: /^-[ioe]$/ }],
  ["timeout", { valued: /^-[ks]$|^--(kill-after|signal)$/, words: 1 }],
  ["chronic", {}],
  ["unbuffer", {}],
  ["xargs", { valued: /^-[IELnPsda]$|^--(max-args|max-procs|arg-file|delimiter|replace)$/ }],
  ["parallel", { valued: /^-[jN]$|^--jobs$/ }],
  ["watch", { valued: /^-n$|^--interval$/ }],
  ["busybox", {}],
  ["strace", { valued: /^-[eopsuP]$/ }],
]);

/** Removes wrappers: `sudo env X=1 rm x` → `rm x`. A wrapper without a command after it is itself the command. */
export function unwrapped(words: readonly string[]): { words: string[]; isPrivileged: boolean } {
  let rest = [...words];
  let isPrivileged = false;
  // Each round removes at least one word, so the loop ends.
  for (;;) {
    const [first = ""] = rest;
    const wrapper = WRAPPERS.get(first.split("/").at(-1) ?? "");
    const inner = wrapper === undefined ? [] : behind(wrapper, rest.slice(1));
    if (wrapper === undefined || inner.length === 0) return { words: rest, isPrivileged };
    isPrivileged ||= wrapper.isPrivileged === true;
    rest = inner;
  }
}

function behind({ valued, words = 0, assignments }: Wrapper, args: readonly string[]): string[] {
  let index = 0;
  let left = words;
  for (; index < args.length; index++) {
    const word = args[index] as string;
    if (word === "--") {
      index++;
      break;
    }
    if (valued?.test(word)) index++;
    else if (word.startsWith("-") && word.length > 1) continue;
    else if (assignments && /^\w+=/.test(word)) continue;
    else if (left > 0) left--;
    else break;
  }
  return args.slice(index);
}
