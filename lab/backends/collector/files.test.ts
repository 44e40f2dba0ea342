import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { breakEachKey } from "../support/break-keys.ts";
import { BACKENDS, has, pathOf } from "../support/programs.ts";
import { collectorFile, collectorFiles, SESSION_COST, understood } from "../support/stores/otelcol.ts";
import { ROOT, temporaryFolder } from "../support/tool.ts";

// For each file that users copy, the program that reads it checks the unchanged file, and copies with one key misspelt.
const FILES = join(ROOT, "collector-config");

interface Check {
  program: string;
  files: string[];
  arguments: (file: string) => string[];
  /** Paths of keys that are ccotel's own names. The program reports a misspelt one only when it starts. */
  names?: RegExp;
  /** Finds further errors in a file that the program accepts. */
  andThen?: (file: string, stdout: string) => string | undefined;
}

const CHECKS: Check[] = [
  {
    program: "otelcol",
    files: [
      ...collectorFiles().map((name) => join("collector", name)),
      "gateway/balancer.yaml",
      "gateway/sampler.yaml",
      "gateway/metrics.yaml",
    ],
    // Prints the parsed configuration if it is valid.
    arguments: (file) => ["print-config", "--mode=unredacted", "--format=json", "--config", file],
    names: / > headers > | > policies > ottl_condition$| > pipelines > \w+\/[\w-]+$/,
    andThen: unknownKey,
  },
  {
    program: "otelcol-sessions",
    files: [join("collector", SESSION_COST)],
    arguments: (file) => ["print-config", "--mode=unredacted", "--format=json", "--config", file],
    names: / > pipelines > \w+\/[\w-]+$/,
    andThen: unknownKey,
  },
  {
    program: "otelcol",
    // An addition to another file.
    files: ["gateway/metrics-by-machine.yaml"],
    arguments: (file) => {
      const files = [join(FILES, "gateway/balancer.yaml"), file].flatMap((path) => ["--config", path]);
      return ["print-config", "--mode=unredacted", "--format=json", ...files];
    },
    andThen: unknownKey,
  },
  {
    program: "jaeger",
    files: ["jaeger/memory.yaml", "jaeger/badger.yaml"],
    arguments: (file) => ["validate", "--config", file],
    names: / > backends > sessions$/,
  },
  {
    program: "promtool",
    files: ["prometheus/prometheus.yaml", "prometheus/scrape.yaml"],
    arguments: (file) => ["check", "config", file],
  },
  {
    program: "amtool",
    files: ["alertmanager/alertmanager.yaml"],
    arguments: (file) => ["check-config", file],
  },
  {
    program: "compose",
    files: ["compose/compose.yaml"],
    arguments: (file) => [file],
    names: /^x-collector$|^(services|volumes) > [^>]+$| > environment > /,
  },
  {
    // Tempo has no package. The check runs if a `tempo` is in the folder of the other programs.
    program: "tempo",
    files: ["tempo/tempo.yaml"],
    arguments: (file) => ["-target=all", "-config.expand-env=true", "-config.verify", `-config.file=${file}`],
    // Tempo checks these keys only at its start.
    names: / > receivers > otlp/,
  },
];

/** Blocks already checked. A block that is the same in many files is checked once. */
const seen = new Set<string>();

for (const check of CHECKS) {
  describe.skipIf(!has(check.program))(`read by ${check.program}`, { retry: 0 }, () => {
    test.each(check.files)("%s is valid, and the program reports every misspelt key", async (name) => {
      const file = join(FILES, name);
      expect(await verdict(check, file)).toBeUndefined();
      const broken = breakEachKey(readFileSync(file, "utf8")).filter(({ path }) => {
        const isNew = !seen.has(`${check.program} ${path}`);
        seen.add(`${check.program} ${path}`);
        return isNew && check.names?.test(path) !== true;
      });
      const folder = temporaryFolder();
      for (const { path, text } of broken) {
        const copy = join(folder, "broken.yaml");
        writeFileSync(copy, text);
        expect(await verdict(check, copy), path).toBeDefined();
      }
    });
  });
}

/** The error in a file. Undefined if it is valid. */
function verdict({ program, arguments: args, andThen }: Check, file: string): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(pathOf(program), args(file), { cwd: dirname(file) }, (error, stdout, stderr) =>
      done(error === null ? andThen?.(file, stdout) : stderr || stdout || error.message),
    );
  });
}

/**
 * The Collector ignores unknown keys in its HTTP settings. The configuration it prints contains all known keys, so a
 * key that is missing there is unknown.
 */
function unknownKey(file: string, printed: string): string | undefined {
  const config: unknown = JSON.parse(printed);
  const paths = breakEachKey(readFileSync(file, "utf8")).map(({ path }) => path);
  // The Collector omits a queue that is switched off, and prints policies in another form. It checks the keys of both.
  const unprinted = / > headers > | > sending_queue > enabled$| > policies > /;
  return paths.find((path) => !unprinted.test(path) && !hasPath(config, path.split(" > ")));
}

function hasPath(value: unknown, path: string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (Array.isArray(value)) return value.some((item) => hasPath(item, path));
  return typeof value === "object" && value !== null && key in value && hasPath(Object(value)[key], rest);
}

describe.skipIf(!has("otelcol"))("the Collector's files", () => {
  test("have the same settings for components of the same name", () => {
    const known = new Map<string, { file: string; settings: unknown }>();
    for (const file of collectorFiles()) {
      const { receivers, processors, extensions } = understood(collectorFile(file));
      for (const [name, settings] of Object.entries({ ...receivers, ...processors, ...extensions })) {
        // Each file has the conditions of filter/native for its own signals.
        if (name === "filter/native") continue;
        const first = known.get(name);
        if (first === undefined) known.set(name, { file, settings });
        else expect(settings, `${name} of ${file}, as in ${first.file}`).toEqual(first.settings);
      }
    }
  });

  test("drop the same native telemetry", () => {
    const { "filter/native": all } = understood(collectorFile("otlp.yaml")).processors as Record<
      string,
      NativeFilter
    >;
    for (const file of collectorFiles()) {
      const { "filter/native": own } = understood(collectorFile(file)).processors as Record<
        string,
        NativeFilter
      >;
      if (own === undefined) continue;
      for (const signal of ["trace_conditions", "metric_conditions", "log_conditions"] as const) {
        if (own[signal] !== null) expect(own[signal], `${signal} of ${file}`).toEqual(all?.[signal]);
      }
    }
  });

  test("say how to start them, and with which versions they were tested", () => {
    for (const name of collectorFiles()) {
      const text = readFileSync(collectorFile(name), "utf8");
      expect(text, name).toContain(`--config ${name}`);
      expect(text, name).toContain("Tried with Collector 0.161");
    }
  });
});

type NativeFilter = Record<"trace_conditions" | "metric_conditions" | "log_conditions", unknown>;

describe.skipIf(!has("compose"))("compose.yaml", () => {
  const project = (): { services: Record<string, Service>; volumes: Record<string, unknown> } => {
    const cwd = join(FILES, "compose");
    const args = ["--format", "json", "compose.yaml"];
    return JSON.parse(execFileSync(pathOf("compose"), args, { cwd, encoding: "utf8" }));
  };
  const services = () => project().services;

  test("starts its programs with the files of this repository", () => {
    const mounted = Object.values(services()).flatMap(({ volumes = [] }) =>
      volumes.flatMap(({ type, source }) => (type === "bind" ? [source] : [])),
    );
    for (const path of mounted) {
      expect(existsSync(path), path).toBe(true);
      expect(path.startsWith(FILES) || path.startsWith(join(ROOT, "examples")), path).toBe(true);
    }
    for (const [name, service] of Object.entries(services())) {
      for (const file of configFiles(service)) expect(existsSync(file), `${name}: ${file}`).toBe(true);
    }
  });

  test("has exactly the volumes that its services use", () => {
    const used = Object.values(services()).flatMap(({ volumes = [] }) =>
      volumes.flatMap(({ type, source }) => (type === "volume" ? [source] : [])),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(project().volumes).sort());
  });

  test("opens ports only on loopback", () => {
    const ports = Object.values(services()).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(3);
    for (const { host_ip } of ports) expect(host_ip).toBe("127.0.0.1");
  });

  test("gives Prometheus the rules and Grafana the dashboards of examples/", () => {
    const { prometheus, grafana } = services();
    // prometheus.yaml names the rules by a relative path. From /etc/prometheus, it leads to the root folder.
    const rules = prometheus?.volumes?.find(({ target }) => target === "/examples/alerts");
    expect(rules?.source).toBe(join(ROOT, "examples/alerts"));
    expect(readFileSync(join(FILES, "prometheus/prometheus.yaml"), "utf8")).toContain(
      "../../examples/alerts/",
    );
    const dashboards = grafana?.volumes?.find(({ source }) => source === join(ROOT, "examples/grafana"));
    const provider = readFileSync(join(FILES, "compose/grafana/dashboards.yaml"), "utf8");
    expect(provider).toContain(`path: ${dashboards?.target}\n`);
  });

  test("gives Grafana the data sources of its dashboards", () => {
    const sources = readFileSync(join(FILES, "compose/grafana/datasources.yaml"), "utf8");
    const folder = join(ROOT, "examples/grafana");
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
      const { templating, uid } = JSON.parse(readFileSync(join(folder, name), "utf8")) as Dashboard;
      const [variable] = templating.list.filter(({ type }) => type === "datasource");
      expect(sources, name).toContain(`type: ${variable?.query}\n`);
      expect(`${uid}.json`).toBe(name);
    }
  });

  test("has the Alertmanager at the address in prometheus.yaml", () => {
    const prometheus = readFileSync(join(FILES, "prometheus/prometheus.yaml"), "utf8");
    const [, host, port] = /targets: \[([\w-]+):(\d+)\]/.exec(prometheus) ?? [];
    expect(Object.keys(services())).toContain(host);
    expect(services()[String(host)]?.ports?.map(({ target }) => String(target))).toEqual([port]);
  });

  test("pins the version of each image, and of the tested Collector", () => {
    const images = Object.values(services()).map(({ image }) => image);
    for (const image of images) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    expect(images).toContain("otel/opentelemetry-collector-contrib:0.161.0");
  });

  test.skipIf(!has("otelcol"))("gives each Collector files that are one valid configuration", () => {
    const collectors = Object.entries(services()).filter(([name]) => name.startsWith("collector"));
    expect(collectors).toHaveLength(2);
    for (const [name, service] of collectors) {
      // The last file needs a connector that this Collector lacks. alerts-session-cost.test.ts checks its other parts.
      const files = configFiles(service);
      expect(files.pop()).toBe(collectorFile(SESSION_COST));
      const args = files.flatMap((file) => ["--config", file]);
      expect(args).toHaveLength(4);
      expect(execFileSync(pathOf("otelcol"), ["validate", ...args], { stdio: "pipe" }), name).toBeDefined();
    }
  });

  interface Dashboard {
    uid: string;
    templating: { list: { type: string; query?: string }[] };
  }

  interface Service {
    image: string;
    command?: string[];
    volumes?: { type: string; source: string; target: string }[];
    ports?: { host_ip: string; target: number }[];
  }

  /** Paths on this machine of the files that a service's command names by their paths in the container. */
  function configFiles({ command = [], volumes = [] }: Service): string[] {
    return command.flatMap((word) => {
      const path = /^-+config(?:\.file)?=(.+)$/.exec(word)?.[1];
      if (path === undefined) return [];
      const volume = volumes.find(({ target }) => path.startsWith(`${target}/`));
      return [resolve(volume?.source ?? "nowhere", relative(volume?.target ?? "/", path))];
    });
  }
});

test("these tests check every file of collector-config", () => {
  const checked = CHECKS.flatMap(({ files }) => files);
  const all = readdirSync(FILES, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".yaml"),
  );
  // Files for Grafana, which these tests do not run.
  const others = ["compose/grafana/dashboards.yaml", "compose/grafana/datasources.yaml"];
  expect(all.sort()).toEqual([...checked, ...others].sort());
  expect(BACKENDS).not.toContain(ROOT);
});
