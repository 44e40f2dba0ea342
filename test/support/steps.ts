// Faults for a process. Importing this file makes the process die at its n-th step, or makes a step fail as the system
// would. A step is anything that changes the world outside the process: each change of a file and each request.

const fs = require("node:fs") as Record<string, (...args: unknown[]) => unknown>;
const http = require("node:http") as typeof import("node:http");

const { CCOTEL_HOME = "", STEPS_FILE, DIE_AT, FAIL_FROM, FAIL_CODE = "ENOSPC" } = process.env;
/** The unchanged functions, for calls that are not steps. */
export const original = { ...fs };
const stepsFd = STEPS_FILE === undefined ? undefined : original.openSync?.(STEPS_FILE, "a");
let count = 0;
/** True inside one of these functions. Some call others; the outer call counts as one step. */
let inside = false;

/** Reports the next step. If it is the chosen one, the process dies before it, or half-way through it. */
function step(name: string, { half, grows = false }: { half?: () => void; grows?: boolean } = {}): void {
  const index = count++;
  if (stepsFd !== undefined) original.writeSync?.(stepsFd, `${name}\n`);
  if (DIE_AT === String(index)) die();
  if (DIE_AT === `${index}.5` && half !== undefined) {
    half();
    die();
  }
  if (grows && FAIL_FROM !== undefined && index >= Number(FAIL_FROM)) {
    half?.();
    throw Object.assign(new Error(`${FAIL_CODE}: simulated, ${name}`), { code: FAIL_CODE });
  }
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // Wait for the signal.
  for (;;);
}

const nameOf = (path: unknown) =>
  String(path)
    .replace(`${CCOTEL_HOME}/`, "")
    .replace(/\.\d+-\d+\.tmp$/, ".tmp")
    .replace(/lock\.[0-9a-f]{16}/, "lock.token")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "id");
const paths = new Map<unknown, string>();

interface Around {
  /** Name of the step. Undefined if the call changes nothing. */
  name: (args: unknown[]) => string | undefined;
  half?: (args: unknown[]) => void;
  /** The step needs space on the disk. */
  grows?: boolean;
}

function around(call: string, { name, half, grows = false }: Around) {
  const real = original[call] as (...args: unknown[]) => unknown;
  fs[call] = (...args: unknown[]) => {
    const described = inside ? undefined : name(args);
    if (described !== undefined)
      step(described, half === undefined ? { grows } : { grows, half: () => half(args) });
    const outermost = !inside;
    inside = true;
    try {
      const result = real(...args);
      if (call === "openSync") paths.set(result, nameOf(args[0]));
      return result;
    } finally {
      if (outermost) inside = false;
    }
  };
}

const halfOf = (data: unknown) =>
  Buffer.from(data as string).subarray(0, Buffer.byteLength(data as string) / 2);
around("openSync", {
  name: ([path, flags]) => (/[wa]/.test(String(flags)) ? `open ${nameOf(path)}` : undefined),
  grows: true,
});
around("writeSync", {
  name: ([fd]) => `write ${paths.get(fd)}`,
  half: ([fd, data, , , position]) => {
    const bytes = halfOf(data);
    original.writeSync?.(fd, bytes, 0, bytes.length, position);
  },
  grows: true,
});
for (const call of ["fsyncSync", "fsync"]) around(call, { name: ([fd]) => `fsync ${paths.get(fd)}` });
around("writeFileSync", {
  name: ([path]) => `write ${nameOf(path)}`,
  half: ([path, data, options]) => original.writeFileSync?.(path, halfOf(data), options),
  grows: true,
});
around("appendFileSync", { name: ([path]) => `append to ${nameOf(path)}`, grows: true });
around("renameSync", { name: ([from, to]) => `rename ${nameOf(from)} to ${nameOf(to)}` });
around("linkSync", { name: ([from, to]) => `link ${nameOf(from)} as ${nameOf(to)}`, grows: true });
around("unlinkSync", { name: ([path]) => `remove ${nameOf(path)}` });
around("rmSync", { name: ([path]) => `remove ${nameOf(path)}` });
around("utimesSync", { name: ([path]) => `touch ${nameOf(path)}` });

const request = http.request;
http.request = ((...args: Parameters<typeof request>) => {
  step("request");
  const made = request(...args);
  made.once("finish", () => step("request sent"));
  made.once("response", (response) => response.once("end", () => step("answer")));
  return made;
}) as typeof request;
