import {
  again,
  copyOf,
  forkOf,
  IMAGE_PROMPT,
  keepsTimes,
  type Row,
  retold,
  Session,
  START_MS,
  type Store,
  toolId,
  use,
  uuid,
} from "../support/transcripts/store.ts";
import { type Case, when } from "./case.ts";

/** Sessions that start with a copy of another session's history. */
export const FORKS: Case[] = [
  when("a fork and its source that both continue", () => {
    const source = new Session();
    source.turns(3, { tools: true });
    const fork = forkOf(source);
    fork.turns(2, { tools: true });
    source.clock = fork.clock + 1000;
    source.turns(2, { tools: true });
    return together(source, fork);
  }),
  when("a fork of a compacted session, with its workflow's agents copied", () => {
    const source = new Session();
    source.prompt("Workflow");
    const call = toolId();
    source.answer(use(call, "Workflow"));
    for (let member = 0; member < 2; member++) {
      const agent = source.agent({ folder: "workflows/wf_1", meta: { agentType: "workflow-subagent" } });
      agent.prompt("Part");
      agent.answer("Fine.");
    }
    source.result(call, { toolUseResult: { runId: "wf_1", status: "completed" } });
    source.answer("Done.");
    source.stop();
    source.compact();
    source.turns(2);
    const fork = forkOf(source);
    fork.turns(2);
    const copies = Object.entries(source.store()).map(([path, content]) => [
      path.replace(source.id, fork.id),
      content,
    ]);
    return {
      store: { ...Object.fromEntries(copies), ...source.store(), ...fork.store() },
      truth: source.truth,
    };
  }),
  when("a fork that begins after a compaction", () => {
    const source = new Session();
    source.turns(3);
    const before = source.rows.length;
    source.compact();
    source.turns(2);
    const fork = forkOf(source, source.rows.slice(before));
    fork.turns(2);
    return together(source, fork);
  }),
  when("two forks whose source is missing", () => {
    const source = new Session();
    source.turns(3);
    const fork = forkOf(source);
    fork.turns(1);
    const other = forkOf(source, source.rows.slice(0, 9), { afterMs: 600_000 });
    other.turns(1);
    return together(fork, other);
  }),
  when("a fork of a fork, all with the first session's id in their rows", () => {
    const source = new Session({ version: "2.1.222" });
    source.turns(3);
    const fork = forkOf(source, source.rows, { keepsIds: true });
    fork.turns(2);
    const next = forkOf(fork, fork.rows, { keepsIds: true });
    next.turns(1);
    return together(source, fork, next);
  }),
  when("a fork in print mode, half a second later", () => {
    const source = new Session({ entrypoint: "sdk-cli" });
    source.turns(2);
    const fork = forkOf(source, source.rows, { sentBy: true, beginsLate: true, afterMs: 400 });
    fork.turns(1);
    return together(source, fork);
  }),
  when("rows of another session that are not copies", () => {
    const session = new Session();
    session.turns(2);
    const other = uuid();
    for (const row of session.rows.slice(0, 3)) row.sessionId = other;
    return together(session);
  }),
  when("a fork without turns of its own", () => {
    const source = new Session();
    source.turns(3);
    return together(source, forkOf(source));
  }),
  when("a fork in the folder of another project", () => {
    const source = new Session();
    source.turns(3);
    const fork = forkOf(source, source.rows, { forkedFrom: true });
    fork.turns(1);
    const elsewhere = fork.store(fork.rows, "-home-dev-acme-shop--worktrees-x");
    return { store: { ...source.store(), ...elsewhere }, truth: source.truth };
  }),
  when("a fork of a session with an agent of 2.0", () => {
    const source = new Session({ version: "2.0.76" });
    const { call, agent } = source.delegate({ id: "ab12cd3", folder: "beside" });
    agent.answer("Found.");
    source.completed(call, agent);
    const fork = forkOf(source);
    fork.turns(1);
    return together(source, fork);
  }),
  when("a fork whose client writes the history again", () => {
    const source = new Session();
    source.turns(4, { tools: true });
    const fork = forkOf(source);
    fork.turns(2);
    fork.compact();
    fork.rows.push(...again(fork.rows.slice(0, -2)));
    fork.turns(1);
    return together(source, fork);
  }),
  when("a fork whose source is cut off", () => {
    const source = new Session();
    source.turns(4);
    const fork = forkOf(source);
    fork.turns(1);
    return { store: { ...source.store(source.rows.slice(0, 6)), ...fork.store() }, truth: source.truth };
  }),
  ...[{}, { sentBy: true }, { forkedFrom: true }, { keepsIds: true }].flatMap((style) =>
    [false, true].map((goesOn) =>
      when(`a fork in which all rows have the same time (${JSON.stringify(style)}, ${goesOn})`, () => {
        const source = new Session({ version: "2.1.150" });
        source.turns(2);
        const fork = forkOf(source, source.rows, style);
        fork.turns(1);
        if (goesOn) source.turns(2);
        const store = together(source, fork);
        for (const row of Object.values(store.store).flat() as Row[])
          row.timestamp = new Date(START_MS).toISOString();
        return store;
      }),
    ),
  ),
  ...["2.0.76", "2.1.150", "2.1.332"].map((version) =>
    when(`a fork by the Agent SDK, and one of that (${version})`, () => {
      const source = new Session({ version });
      source.turns(3, { tools: true });
      const fork = forkOf(source, source.rows, { renewed: true });
      fork.turns(1, { tools: true });
      const next = forkOf(fork, fork.rows, { renewed: true });
      next.turns(1);
      source.clock = next.clock;
      source.turns(1);
      return together(source, fork, next);
    }),
  ),
  ...["1.0.128", "2.0.29", "2.0.30", "2.1.29"].map((version) =>
    when(`a fork behind a prompt of two blocks (${version})`, () => {
      const source = new Session({ version });
      source.turns(1, { tools: true });
      const from = source.rows.length;
      source.prompt("", { message: IMAGE_PROMPT });
      source.step();
      source.answer("Done.");
      const fork = forkOf(source, [], { beginsLate: keepsTimes(version) });
      const retimed = keepsTimes(version)
        ? undefined
        : { timestamp: new Date(fork.clock).toISOString(), requestId: undefined };
      const copies = [
        ...copyOf(source.rows.slice(0, from)).map((row) => ({ ...row, ...retimed })),
        ...retold(source.rows.slice(from), retimed?.timestamp),
      ].map((row): Row => ({ ...row, sessionId: fork.id }));
      fork.rows.push(...copies);
      fork.last = copies.at(-1)?.uuid as string;
      fork.turns(2, { tools: true });
      return together(source, fork);
    }),
  ),
  when("two forks from the same point", () => {
    const source = new Session();
    source.turns(3, { tools: true });
    const forks = [1, 2].map((nth) => forkOf(source, source.rows.slice(0, 7), { afterMs: nth * 40_000 }));
    for (const fork of forks) fork.turns(2);
    return together(source, ...forks);
  }),
];

function together(...sessions: Session[]): { store: Store; truth: Session["truth"] } {
  const [first] = sessions as [Session];
  return { store: Object.assign({}, ...sessions.map((session) => session.store())), truth: first.truth };
}
