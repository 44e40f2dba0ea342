/** A program that runs another one. The fields say which of its arguments come before the other program's name. */
interface Wrapper {
  /** Options that take a value as the next argument. */
  valued?: RegExp;
  /** Number of arguments other than options before the command. */
  words?: number;
  /** `NAME=value` may stand before the command. */
  assignments?: true;
  isPrivileged?: true;
  /** Its option `-S` holds the command as one text. */
  splits?: true;
  /** It adds words from its input to the command. */
  isFed?: true;
  /** The wrapper's own command, without which it runs nothing: `npm exec`. */
  verbs?: RegExp;
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
  ["env", { valued: /^-[uC]$|^--(unset|chdir)$/, assignments: true, splits: true }],
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
  ["xargs", { valued: /^-[IELnPsda]$|^--(max-args|max-procs|arg-file|delimiter|replace)$/, isFed: true }],
  ["parallel", { valued: /^-[jN]$|^--jobs$/, isFed: true }],
  ["watch", { valued: /^-n$|^--interval$/ }],
  ["busybox", {}],
  ["strace", { valued: /^-[eopsuP]$/ }],
  ["flock", { valued: /^-[cwE]$|^--(timeout|wait|conflict-exit-code)$/, words: 1 }],
  ["caffeinate", { valued: /^-[tw]$/ }],
  ["runuser", { valued: /^-[cugG]$|^--(user|group)$/, isPrivileged: true }],
  ["chroot", { valued: /^--(userspec|groups)$/, words: 1, isPrivileged: true }],
  ["systemd-run", { valued: /^-[pEMGu]$|^--(unit|property|uid|gid)$/ }],
  ["npx", { valued: /^-p$|^--package$/ }],
  ["bunx", {}],
  ["uvx", { valued: /^--(from|with|python)$/ }],
  ["npm", { verbs: /^(exec|x)$/ }],
  ["pnpm", { verbs: /^(exec|dlx)$/ }],
  ["yarn", { verbs: /^(exec|dlx)$/ }],
  ["bundle", { verbs: /^exec$/ }],
  ["poetry", { verbs: /^run$/ }],
  ["uv", { verbs: /^run$/, valued: /^--(with|python|project)$/ }],
  ["pipenv", { verbs: /^run$/ }],
]);

interface Unwrapped {
  words: string[];
  isPrivileged: boolean;
  isFed: boolean;
}

/** Removes wrappers: `sudo env X=1 rm x` → `rm x`. A wrapper without a command after it is itself the command. */
export function unwrapped(words: readonly string[]): Unwrapped {
  let rest = [...words];
  let isPrivileged = false;
  let isFed = false;
  // Each round removes at least one word, so the loop ends.
  for (;;) {
    const [first = ""] = rest;
    const wrapper = WRAPPERS.get(first.split("/").at(-1) ?? "");
    const inner = wrapper === undefined ? [] : commandBehind(wrapper, rest.slice(1));
    if (wrapper === undefined || inner.length === 0) return { words: rest, isPrivileged, isFed };
    isPrivileged ||= wrapper.isPrivileged === true;
    isFed ||= wrapper.isFed === true;
    rest = inner;
  }
}

function commandBehind(wrapper: Wrapper, args: readonly string[]): string[] {
  const { verbs } = wrapper;
  if (verbs !== undefined) return verbs.test(args[0] ?? "") ? behind(wrapper, args.slice(1)) : [];
  const split = wrapper.splits ? args.findIndex((arg) => arg === "-S" || arg === "--split-string") : -1;
  if (split !== -1) return [...(args[split + 1] ?? "").split(/\s+/), ...args.slice(split + 2)];
  const inner = behind(wrapper, args);
  // Without a command, such a program opens a shell, or takes one as an option (`-c`).
  return inner[0]?.startsWith("-") ? [] : inner;
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
