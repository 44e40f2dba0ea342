import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Policy, policyEnv } from "./policy.ts";
import { freePort, type Program, startProgram } from "./program.ts";

export interface Gateway {
  /** The URL to which machines send. */
  url: string;
  token: string;
  /** The file with the tokens that machines may use. */
  tokensFile: string;
  /** PEM file of the authority that signed the gateway's certificate. */
  caFile: string;
  ca: string;
  balancer: Program;
  samplers: Program[];
  /** The Collectors in front of the Prometheus servers, if there are several. */
  metricsCollectors: Program[];
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** The repository's folder collector-config/gateway. */
  configs: string;
  /** Folder for certificates, tokens and queues. */
  folder: string;
  backend: string;
  /** Destination of metrics. Default: the backend. */
  metricsBackend?: string;
  /** URLs of several Prometheus servers that share the machines, each with a Collector in front. */
  prometheuses?: string[];
  samplers?: number;
  policy: Policy;
  /** Further environment variables of the samplers. */
  samplerEnv?: Record<string, string>;
  /** Further configuration files of the two tiers. */
  samplerOverride?: string;
  balancerOverride?: string;
}

/** Starts both tiers on loopback, with the files unchanged. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { configs, folder, backend, metricsBackend = backend, policy } = options;
  const files = makeCertificates(folder);
  const token = "a-token-of-the-fleet";
  const tokensFile = join(folder, "tokens");
  writeFileSync(tokensFile, `${token} # the fleet\n`);
  const config = (name: string) => join(configs, name);
  const args = (...paths: (string | undefined)[]) =>
    paths.flatMap((path) => (path === undefined ? [] : ["--config", path]));
  const samplers: Program[] = [];
  const addresses: string[] = [];
  const start = async (name: string, words: string[], env: Record<string, string>) => {
    const health = `127.0.0.1:${await freePort()}`;
    return startProgram({
      name: "otelcol",
      args: words,
      env: { HEALTH: health, QUEUE_FOLDER: join(folder, name), ...env },
      cwd: folder,
      health: `http://${health}`,
    });
  };
  for (let index = 0; index < (options.samplers ?? 2); index++) {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { OTLP_GRPC: address, BACKEND: backend, ...policyEnv(policy), ...options.samplerEnv };
    samplers.push(
      await start(`sampler-${index}`, args(config("sampler.yaml"), options.samplerOverride), env),
    );
    addresses.push(address);
  }
  const metricsCollectors: Program[] = [];
  const metricsAddresses: string[] = [];
  for (const [index, prometheus] of (options.prometheuses ?? []).entries()) {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { OTLP_GRPC: address, PROMETHEUS: prometheus };
    metricsCollectors.push(await start(`metrics-${index}`, args(config("metrics.yaml")), env));
    metricsAddresses.push(address);
  }
  const byMachine = metricsAddresses.length === 0 ? undefined : config("metrics-by-machine.yaml");
  const port = await freePort();
  const balancer = await start(
    "balancer",
    args(config("balancer.yaml"), byMachine, options.balancerOverride),
    {
      OTLP_HTTP: `127.0.0.1:${port}`,
      TLS_CERT: files.cert,
      TLS_KEY: files.key,
      TOKENS_FILE: tokensFile,
      SAMPLERS: `[${addresses.join(", ")}]`,
      METRICS_BACKEND: metricsBackend,
      METRICS_COLLECTORS: `[${metricsAddresses.join(", ")}]`,
      LOGS_BACKEND: backend,
    },
  );
  return {
    url: `https://127.0.0.1:${port}`,
    token,
    tokensFile,
    caFile: files.ca,
    ca: readFileSync(files.ca, "utf8"),
    balancer,
    samplers,
    metricsCollectors,
    async stop() {
      await Promise.all([balancer, ...samplers, ...metricsCollectors].map((program) => program.kill()));
    },
  };
}

/** Makes an authority and a certificate for this machine, with the commands of docs/operate/fleet.md. */
function makeCertificates(folder: string): { ca: string; cert: string; key: string } {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...ec,
    "-days",
    "3650",
    "-subj",
    "/CN=ccotel gateway CA",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  openssl("req", ...ec, "-subj", "/CN=gateway", "-keyout", "server.key", "-out", "server.csr");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signed = [
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "365",
    "-extfile",
    "names",
  ];
  openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.crt");
  return { ca: join(folder, "ca.crt"), cert: join(folder, "server.crt"), key: join(folder, "server.key") };
}
