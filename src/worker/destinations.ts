import { maskUrl } from "../config/text/secret.ts";
import { createDestination, type Destination } from "../delivery/destination.ts";
import { type Prepared, prepare } from "../delivery/load/load.ts";
import { openPlace, saveState } from "../delivery/open-place.ts";
import type { Watch } from "../delivery/reading.ts";
import { destinationUrl, keyOf } from "../state/destinations/destination-place.ts";
import { furtherFault, readFurther } from "../state/destinations/further.ts";
import { adoptEarlier } from "../state/migrate.ts";
import type { World } from "../state/world.ts";
import { VERSION } from "../version.ts";
import { destinationPort, type QueuedPlace } from "./destination-port.ts";
import { type NoticePort, openNotices } from "./notice-port.ts";
import { configDirOf, placesOf } from "./places.ts";
import type { Port } from "./port.ts";
import { createQueue } from "./queue.ts";

type Opened = readonly Port[] | "unconfigured" | "faulty";

/** The destinations of a worker. */
export interface Destinations {
  /**
   * The destinations of the session with this transcript, or why nothing may be sent: nothing is set up
   * (`unconfigured`), or a setting is wrong (`faulty`).
   */
  forSession(path: string): Promise<Opened>;
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
  const known = new Map<string, Promise<Opened>>();
  const places = new Map<string, QueuedPlace>();
  const setup = placesOf(world.home, world.env);
  const used: Destination[] = [];
  const faults: string[] = [];
  let last: readonly Port[] = [];
  let notices: NoticePort | undefined;

  async function open(configDir: string): Promise<Opened> {
    const usual = await preparedFor(configDir, setup.homeDir, world);
    const named = openOne(usual, true);
    if (named === "faulty") return "faulty";
    const ports = named === "unconfigured" ? [] : [named];
    for (const { env } of readFurther(world.home)) {
      // A destination with wrong settings does not hold up the others: its positions do not move.
      const port = openOne(await preparedFor(configDir, setup.homeDir, world, env), false);
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

  /** Opens the destination that the settings name (`isFirst`), or an additional one with its own settings. */
  function openOne(prepared: Prepared, isFirst: boolean): Port | "unconfigured" | "faulty" {
    const whose = isFirst ? "" : `${endpointOf(prepared)}: `;
    for (const { severity, message } of prepared.problems)
      if (severity !== "note") world.log(`${whose}${message.replaceAll("\n", " ")}`);
    if (prepared.readiness === "disabled" || prepared.readiness === "unconfigured") return "unconfigured";
    const fault = faultOf(prepared);
    if (fault !== undefined) {
      faults.push(isFirst ? fault : `The additional destination ${endpointOf(prepared)}: ${fault}`);
      return "faulty";
    }
    return portOf(prepared, isFirst) ?? "faulty";
  }

  function portOf(prepared: Prepared, isFirst: boolean): Port | undefined {
    const key = keyOf(prepared);
    if (key === undefined) return undefined;
    const opened = places.get(key) ?? { ...openPlace(key, world), enqueue: createQueue() };
    places.set(key, opened);
    if (isFirst) adoptEarlier(world.home, opened.place);
    opened.state.usedMs = world.nowMs();
    const destination = createDestination(opened, prepared, world, { counts: "hooked" });
    used.push(destination);
    return destinationPort(opened, destination, world, watch);
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

/**
 * What sending needs, from the settings in a configuration folder. `instead`: the settings of an additional
 * destination.
 */
function preparedFor(
  configDir: string,
  homeDir: string,
  { env }: World,
  instead?: Record<string, string>,
): Promise<Prepared> {
  return prepare({
    env: { ...env, CLAUDE_CONFIG_DIR: configDir },
    isInstalled: true,
    otelFromEnvironment: false,
    userAgent: `ccotel/${VERSION}`,
    homeDir,
    ...(instead === undefined ? {} : { instead }),
  });
}

/** Why nothing may be sent with these settings; undefined if something may. */
function faultOf({ config: { traces }, problems, readiness, sender }: Prepared): string | undefined {
  const errors = problems.filter(({ severity }) => severity === "error");
  // If spans should be sent but cannot be, positions must not move.
  const lacksTraces =
    traces.enabled &&
    (errors.some(({ signal }) => signal === "traces") ||
      (traces.url !== undefined && sender.traces === undefined));
  if (readiness !== "faulty" && !lacksTraces) return undefined;
  return errors.map(({ message }) => message).join(" ") || "a setting is wrong";
}

function endpointOf({ config }: Prepared): string {
  return maskUrl(destinationUrl(config) ?? "without an endpoint");
}
