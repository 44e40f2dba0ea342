import { maskUrl } from "../config/text/secret.ts";
import { deliverSession, saveProgress } from "../delivery/deliver.ts";
import {
  createDestination,
  type Destination,
  noteAccepted,
  noteTrouble,
  openPosition,
} from "../delivery/destination.ts";
import { type Prepared, prepare } from "../delivery/load/load.ts";
import { type OpenPlace, openPlace, saveState } from "../delivery/open-place.ts";
import type { SessionToDeliver, Watch } from "../delivery/reading.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import { destinationUrl, keyOf } from "../state/destinations/destination-place.ts";
import { furtherFault, readFurther } from "../state/destinations/further.ts";
import { adoptEarlier } from "../state/migrate.ts";
import { withFiles } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";
import { VERSION } from "../version.ts";
import { type NoticePort, openNotices } from "./notice-port.ts";
import { configDirOf, placesOf } from "./places.ts";
import type { Port, Verdict } from "./port.ts";
import { createQueue, type Queue } from "./queue.ts";

/** The destinations of a worker. */
export interface Destinations {
  /**
   * The destinations of the session with this transcript, or why nothing may be sent: nothing is set up
   * (`unconfigured`), or a setting is wrong (`faulty`).
   */
  forSession(path: string): Promise<readonly Port[] | "unconfigured" | "faulty">;
  /** All destinations that were used. */
  used(): readonly Destination[];
  /** The ports of the session that `forSession` was last called for. */
  last(): readonly Port[];
  /** Messages that say why sessions could not be delivered to a destination. */
  faults(): readonly string[];
  /** Sends alerts and pings that are due. */
  tell(): Promise<void>;
  /** Saves how the sending went, for `status` and the next worker. */
  saveState(): void;
}

/** The destinations of a worker that holds the lock. Reads settings only when a session needs them. */
export function createDestinations(world: World, watch: Watch): Destinations {
  const known = new Map<string, Promise<readonly Port[] | "unconfigured" | "faulty">>();
  const places = new Map<string, OpenPlace & { enqueue: Queue }>();
  const setup = placesOf(world.home, world.env);
  const used: Destination[] = [];
  const faults: string[] = [];
  let last: readonly Port[] = [];
  let notices: NoticePort | undefined;

  function placeOf(key: string): OpenPlace & { enqueue: Queue } {
    const opened = places.get(key) ?? { ...openPlace(key, world), enqueue: createQueue() };
    places.set(key, opened);
    return opened;
  }

  async function open(configDir: string): Promise<readonly Port[] | "unconfigured" | "faulty"> {
    const usual = await preparedFor(configDir, undefined);
    const named = openOne(usual, true);
    if (named === "faulty") return "faulty";
    const ports = named === "unconfigured" ? [] : [named];
    for (const { env } of readFurther(world.home)) {
      // A destination with wrong settings does not hold up the others: its positions do not move.
      const port = openOne(await preparedFor(configDir, env), false);
      if (typeof port !== "string" && ports.every(({ key }) => key !== port.key)) ports.push(port);
    }
    const unread = furtherFault(world.home);
    if (unread !== undefined) {
      world.log(unread);
      faults.push(unread);
    }
    notices ??= openNotices(usual, world, watch);
    if (notices !== undefined) ports.push(notices.port);
    return ports.length > 0 ? ports : "unconfigured";
  }

  function preparedFor(configDir: string, instead: Record<string, string> | undefined): Promise<Prepared> {
    return prepare({
      env: { ...world.env, CLAUDE_CONFIG_DIR: configDir },
      isInstalled: true,
      otelFromEnvironment: false,
      userAgent: `ccotel/${VERSION}`,
      homeDir: setup.homeDir,
      ...(instead === undefined ? {} : { instead }),
    });
  }

  /** Opens the destination that the settings name (`isFirst`), or an additional one with its own settings. */
  function openOne(prepared: Prepared, isFirst: boolean): Port | "unconfigured" | "faulty" {
    const errors = prepared.problems.filter(({ severity }) => severity === "error");
    const whose = isFirst ? "" : `${endpointOf(prepared)}: `;
    for (const { severity, message } of prepared.problems)
      if (severity !== "note") world.log(`${whose}${message.replaceAll("\n", " ")}`);
    if (prepared.readiness === "disabled" || prepared.readiness === "unconfigured") return "unconfigured";
    // If spans should be sent but cannot be, positions must not move.
    const { traces } = prepared.config;
    const lacksTraces =
      traces.enabled &&
      (errors.some(({ signal }) => signal === "traces") ||
        (traces.url !== undefined && prepared.sender.traces === undefined));
    if (prepared.readiness === "faulty" || lacksTraces) {
      const why = errors.map(({ message }) => message).join(" ") || "a setting is wrong";
      faults.push(isFirst ? why : `The additional destination ${endpointOf(prepared)}: ${why}`);
      return "faulty";
    }
    return portOf(prepared, isFirst) ?? "faulty";
  }

  function portOf(prepared: Prepared, isFirst: boolean): Port | undefined {
    const key = keyOf(prepared);
    if (key === undefined) return undefined;
    const opened = placeOf(key);
    if (isFirst) adoptEarlier(world.home, opened.place);
    opened.state.usedMs = world.nowMs();
    const destination = createDestination(opened, prepared, world, { counts: "hooked" });
    used.push(destination);
    return {
      key,
      idleCloseMs: destination.session.idleCloseMs,
      open: (sessionId, path) =>
        withFiles(opened.place, openPosition(destination, sessionId, path, world.log)),
      // One delivery at a time, because all share the metrics, the connection and the backoff.
      deliver: (session, lookNow) => opened.enqueue(() => deliverTo(destination, session, lookNow)),
      keep: (session) => saveProgress(session, world, watch),
      isDoubted: (sessionId) => opened.state.doubted?.includes(sessionId) === true,
    };
  }

  async function deliverTo(
    destination: Destination,
    session: SessionToDeliver,
    lookNow: () => FileFacts,
  ): Promise<Verdict> {
    const { backoff, state } = destination;
    const held = verdictOf(backoff.waitMs(world.ticks()));
    if (held !== undefined) return held;
    const result = await deliverSession(session, lookNow(), destination, world, watch);
    if (result.kind === "lost_lock") return { kind: "stop", reason: "lock" };
    const others = (state.doubted ?? []).filter((id) => id !== session.hook.sessionId);
    state.doubted = others;
    noteAccepted(destination, result.accepted, world.nowMs());
    if (result.kind === "delivered") return { kind: "delivered" };
    noteTrouble(destination, result.outlet.signal, result.trouble, world);
    if (result.trouble.isDoubt) {
      state.doubted = [...others, session.hook.sessionId].slice(-MAX_DOUBTED);
      backoff.doubted();
      return { kind: "stop", reason: "session" };
    }
    backoff.failed(result.trouble.outcome, world.ticks());
    return verdictOf(backoff.waitMs(world.ticks())) ?? { kind: "wait", ms: 0 };
  }

  return {
    // The settings that a session runs under determine its destinations. Nothing in the session itself does.
    async forSession(path) {
      const configDir = configDirOf(path, setup);
      const ports = known.get(configDir) ?? open(configDir);
      known.set(configDir, ports);
      const opened = await ports;
      if (typeof opened !== "string") last = opened;
      return opened;
    },
    used: () => used,
    last: () => last,
    faults: () => faults,
    async tell() {
      await notices?.flush();
    },
    saveState() {
      for (const opened of places.values()) saveState(opened);
    },
  };
}

function endpointOf({ config }: Prepared): string {
  return maskUrl(destinationUrl(config) ?? "without an endpoint");
}

const MAX_DOUBTED = 100;

function verdictOf(waitMs: number | undefined): Verdict | undefined {
  if (waitMs === undefined) return { kind: "stop", reason: "destination" };
  return waitMs > 0 ? { kind: "wait", ms: waitMs } : undefined;
}
