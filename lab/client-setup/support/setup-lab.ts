// A lab without ccotel, with a collector for all three signals and the built command line.

import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createCollectorHandler } from "../../../src/collector/collector.ts";
import { usualName } from "../../../test/support/span-names.ts";
import { type Backend, type WholeSpan, wholeSpans } from "../../client/support/backend.ts";
import type { Client } from "../../client/support/clients.ts";
import { dist } from "../../client/support/installation.ts";
import { createLab, type Lab } from "../../client/support/lab.ts";
import type { Reply } from "../../client/support/messages-api.ts";

/** Everything that the collector received. */
export interface Arrived {
  readonly spans: WholeSpan[];
  /** Names of metrics. */
  readonly metrics: string[];
  /** Requests to /v1/logs. */
  logs: number;
}

export interface SetupLab extends Lab {
  readonly arrived: Arrived;
  readonly settingsPath: string;
  /** Runs any program in the lab's environment. */
  run(program: string, args: readonly string[]): Promise<Ran>;
  /** Runs the built command line as the user of the lab. */
  ccotel(...args: string[]): Promise<Ran>;
  /** Runs the client without a prompt, as in `claude plugin list`. */
  claude(...args: string[]): Promise<Ran>;
  /** Runs a session of one turn and waits until it is delivered. */
  session(): Promise<void>;
  forget(): void;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `script`: the model's answers. By default, each prompt gets a short text. */
export async function createSetupLab(
  client: Client,
  env: Record<string, string> = {},
  script: Reply[] = [],
): Promise<SetupLab> {
  const arrived: Arrived = { spans: [], metrics: [], logs: 0 };
  const backend = await startBackend(arrived);
  const lab = await createLab({ client, script, hooks: "none", backend });
  Object.assign(lab.env, env);
  const run = (program: string, args: readonly string[]) =>
    new Promise<Ran>((resolve) => {
      const options = { cwd: lab.work, env: { ...lab.env, CLAUDE_BIN: client.bin } };
      const child = execFile(program, [...args], options, (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  return {
    ...lab,
    arrived,
    run,
    settingsPath: join(lab.configDir, "settings.json"),
    ccotel: (...args) => run(process.execPath, [join(dist, "ccotel.cjs"), ...args]),
    claude: (...args) => run(client.bin, args),
    async session() {
      await lab.print("Hello");
      await lab.delivered();
    },
    forget() {
      arrived.spans.length = 0;
      arrived.metrics.length = 0;
      arrived.logs = 0;
    },
  };
}

async function startBackend(arrived: Arrived): Promise<Backend> {
  const { handler } = createCollectorHandler({
    onTraces: (traces) => arrived.spans.push(...traces.flatMap(wholeSpans)),
    onMetrics: (metrics) =>
      arrived.metrics.push(...metrics.flatMap((group) => group.metrics.map(({ name }) => name))),
  });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== "/v1/logs") return handler(request, response);
    arrived.logs++;
    request
      .resume()
      .on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const down = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(down);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans: arrived.spans, up: async () => {}, down };
}

/** Names of the received spans, without those of connection tests. */
export function spanNames({ spans }: Arrived): string[] {
  return spans.map(({ name }) => usualName(name)).filter((name) => name !== "ccotel.test");
}
