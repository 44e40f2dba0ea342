import { answer, call, type Fields, prompt, result, textOf } from "./scripted-session.ts";

/** A tool call and its outcome. */
export interface SessionCall {
  name: string;
  input: Fields;
  /** A permission rule in the user's settings denied the call. */
  denied?: true;
  cwd?: string;
}

export const CALLS_SESSION = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

/** The transcript of a one-turn session with these calls in sequence, in the format of client 2.1.332. */
export function sessionOfCalls(calls: readonly SessionCall[], sessionId = CALLS_SESSION): string {
  const common = (cwd = "/home/dev/shop") => ({ sessionId, cwd, version: "2.1.332", gitBranch: undefined });
  const usage = { input_tokens: 10, output_tokens: 5 };
  const records = calls.flatMap(({ name, input, denied, cwd }, n) => [
    answer(1 + n * 2, `msg_c${n}`, call(`toolu_${n}`, name, input), {
      ...common(cwd),
      uuid: `ac${n}`,
      usage,
    }),
    result(2 + n * 2, `toolu_${n}`, {
      ...common(cwd),
      uuid: `r${n}`,
      parentUuid: `ac${n}`,
      content: denied ? `Permission to use ${name} has been denied.` : "done",
      is_error: denied === true,
      toolUseResult: denied ? "Error: denied" : { stdout: "ok" },
      ...(denied ? { toolDenialKind: "permission-rule" } : {}),
      permissionDecision: {
        decision: denied ? "reject" : "accept",
        source: denied ? "user_reject" : "config",
      },
    }),
  ]);
  return textOf([
    prompt(0, "please do the usual confidential things", { ...common(), uuid: "u0", promptSource: "typed" }),
    ...records,
    answer(1 + calls.length * 2, "msg_end", "All done.", { ...common(), uuid: "aend", usage }),
  ]);
}
