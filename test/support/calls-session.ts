/** A call of a tool, and what became of it. */
export interface ToldCall {
  name: string;
  input: object;
  /** Denied by a rule of the user's settings. */
  denied?: true;
  cwd?: string;
}

export const CALLS_SESSION = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const ROOT = "/home/dev/shop";

/** The transcript of a session of one turn with these calls, one after the other, in client 2.1.332's records. */
export function sessionOfCalls(calls: readonly ToldCall[], sessionId = CALLS_SESSION): string {
  let second = 0;
  const at = () => new Date(Date.UTC(2026, 10, 20, 10, 0, second++)).toISOString();
  const common = (cwd = ROOT) => ({
    sessionId,
    cwd,
    version: "2.1.332",
    entrypoint: "cli",
    isSidechain: false,
  });
  const promptId = "6f0c2f0e-98a5-4a25-8ba6-6a0e07d0a111";
  const assistant = (n: string, block: object, stop_reason: string, cwd?: string) => ({
    type: "assistant",
    uuid: `a${n}`,
    parentUuid: "u0",
    timestamp: at(),
    requestId: `req_${n}`,
    requestedModel: "claude-opus-5-5",
    message: {
      id: `msg_${n}`,
      model: "claude-opus-5-5",
      stop_reason,
      usage: { input_tokens: 10, output_tokens: 5 },
      content: [block],
    },
    ...common(cwd),
  });
  const records = [
    {
      type: "user",
      uuid: "u0",
      parentUuid: null,
      promptId,
      turnOrigin: "human",
      promptSource: "typed",
      timestamp: at(),
      message: { role: "user", content: "please do the usual confidential things" },
      ...common(),
    },
    ...calls.flatMap(({ name, input, denied, cwd }, n) => [
      assistant(`c${n}`, { type: "tool_use", id: `toolu_${n}`, name, input }, "tool_use", cwd),
      {
        type: "user",
        uuid: `r${n}`,
        parentUuid: `ac${n}`,
        promptId,
        timestamp: at(),
        toolUseResult: denied ? "Error: denied" : { stdout: "ok" },
        ...(denied ? { toolDenialKind: "permission-rule" } : {}),
        permissionDecision: {
          decision: denied ? "reject" : "accept",
          source: denied ? "user_reject" : "config",
        },
        message: {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: `toolu_${n}`,
              is_error: denied === true,
              content: denied ? `Permission to use ${name} has been denied.` : "done",
            },
          ],
        },
        ...common(cwd),
      },
    ]),
    assistant("end", { type: "text", text: "All done." }, "end_turn"),
  ];
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
