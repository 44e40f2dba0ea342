// The programs that the tests with real backends start, built from Go modules or installed from the Python package
// index. Versions are exact, so that a failing test points to a change in ccotel.

export const recipes = [
  {
    kind: "builder",
    name: "otelcol",
    title: "OpenTelemetry Collector",
    version: "0.161.0",
    manifest: "otelcol.yaml",
    programs: ["otelcol"],
  },
  {
    // The Collector above lacks the connector that session-cost.yaml needs. The module proxy has the connector with all
    // its dependencies only in this version.
    kind: "builder",
    name: "otelcol-sessions",
    title: "OpenTelemetry Collector that counts sessions",
    version: "0.155.0",
    manifest: "otelcol-sessions.yaml",
    programs: ["otelcol-sessions"],
  },
  {
    kind: "go",
    name: "jaeger",
    title: "Jaeger",
    // Jaeger 2 has two version numbers. This is 2.13.
    version: "1.76.0",
    module: "github.com/jaegertracing/jaeger",
    packages: ["cmd/jaeger"],
    programs: ["jaeger"],
  },
  {
    kind: "go",
    name: "prometheus",
    title: "Prometheus",
    // As a Go module, Prometheus 3.15 is 0.315.
    version: "0.315.0",
    module: "github.com/prometheus/prometheus",
    packages: ["cmd/prometheus", "cmd/promtool"],
    tags: "netgo,remove_all_sd",
    programs: ["prometheus", "promtool"],
  },
  {
    kind: "go",
    name: "victorialogs",
    title: "VictoriaLogs",
    version: "1.52.2",
    module: "github.com/VictoriaMetrics/VictoriaLogs",
    packages: ["app/victoria-logs"],
    programs: ["victoria-logs"],
  },
  {
    kind: "go",
    name: "victoriametrics",
    title: "VictoriaMetrics",
    version: "1.151.0",
    module: "github.com/VictoriaMetrics/VictoriaMetrics",
    packages: ["app/victoria-metrics"],
    programs: ["victoria-metrics"],
  },
  {
    kind: "go",
    name: "alertmanager",
    title: "Alertmanager",
    // The newest version whose module contains the web page. Later versions do not compile without it.
    version: "0.31.1",
    module: "github.com/prometheus/alertmanager",
    packages: ["cmd/alertmanager", "cmd/amtool"],
    programs: ["alertmanager", "amtool"],
  },
  {
    kind: "go",
    name: "compose",
    // The parser and checks of `docker compose`, without an engine.
    title: "Compose file checker",
    version: "2.16.2",
    module: "github.com/compose-spec/compose-go/v2",
    packages: ["cmd"],
    rename: { cmd: "compose" },
    programs: ["compose"],
  },
  {
    kind: "python",
    name: "phoenix",
    title: "Phoenix",
    version: "20.26.1",
    package: "arize-phoenix",
    programs: ["phoenix"],
  },
  {
    kind: "python",
    name: "mlflow",
    title: "MLflow",
    version: "3.17.2",
    package: "mlflow",
    programs: ["mlflow"],
  },
  {
    kind: "python",
    name: "ddapm-test-agent",
    title: "Datadog's test agent",
    version: "1.69.1",
    package: "ddapm-test-agent",
    programs: ["ddapm-test-agent"],
  },
];
