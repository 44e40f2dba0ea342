import {
  CONTENT_LEVEL_WORDS,
  CONTENT_LEVELS,
  DIALECTS,
  METRIC_ATTRIBUTES,
  SEMCONVS,
  TEMPORALITY_PREFERENCES,
  TRACE_SCOPES,
} from "../../choices.ts";
import {
  duration,
  keyValues,
  no,
  oneOf,
  onOff,
  share,
  showDuration,
  specBoolean,
  text,
  wholeNumber,
  wordsOf,
  yes,
} from "../text/parse.ts";
import { maskUrl } from "../text/secret.ts";
import { type Option, showOnOff } from "./option.ts";
import type { GlobalValues } from "./values.ts";

/** OpenTelemetry's default. No span of ccotel reaches it. */
export const DEFAULT_MAX_ATTRIBUTES = 128;

const path = { takes: "a path", parse: text, secret: false } as const;
const hour = 3_600_000;

/** The settings that apply to all signals. */
export const globalOptions: { readonly [K in keyof GlobalValues]: Option<GlobalValues[K]> } = {
  home: {
    ...path,
    env: ["CCOTEL_HOME"],
    default: "~/.ccotel",
    meaning: "The folder for ccotel's state and log.",
  },
  sdkDisabled: {
    env: ["OTEL_SDK_DISABLED"],
    takes: "true, false",
    default: false,
    meaning: "Turns ccotel off completely.",
    secret: false,
    parse: specBoolean,
  },
  traces: {
    env: ["CCOTEL_TRACES"],
    takes: "on, off",
    default: true,
    meaning: "Whether traces are sent.",
    secret: false,
    parse: onOff,
    show: showOnOff,
  },
  metrics: {
    env: ["CCOTEL_METRICS"],
    flag: "metrics",
    placeholder: "on|off",
    takes: "on, off",
    default: true,
    meaning: "Whether metrics are sent.",
    secret: false,
    parse: onOff,
    show: showOnOff,
  },
  logs: {
    env: ["CCOTEL_LOGS"],
    flag: "logs",
    placeholder: "on|off",
    takes: "on, off",
    default: false,
    meaning: "Whether log records are sent: errors, denials, interrupts, compactions, limits and findings.",
    secret: false,
    parse: onOff,
    show: showOnOff,
  },
  findings: {
    env: ["CCOTEL_FINDINGS"],
    flag: "findings",
    placeholder: "on|off",
    takes: "on, off",
    default: undefined,
    defaultText: "on where log records are sent, otherwise off",
    meaning: "Whether the ids of findings about tool calls are on spans, in metrics and in log records.",
    secret: false,
    parse: onOff,
    show: showOnOff,
  },
  traceScope: {
    env: ["CCOTEL_TRACE_SCOPE"],
    flag: "trace-scope",
    placeholder: TRACE_SCOPES.join("|"),
    takes: TRACE_SCOPES.join(", "),
    default: "session",
    meaning: "Whether one trace holds a run of a session or a single turn.",
    secret: false,
    parse: oneOf(...TRACE_SCOPES),
  },
  content: {
    env: ["CCOTEL_CONTENT"],
    flag: "content",
    placeholder: CONTENT_LEVELS.join("|"),
    takes: CONTENT_LEVELS.join(", "),
    default: "none",
    meaning: `Which content leaves the machine: ${CONTENT_LEVELS.map((level) => `${level} (${CONTENT_LEVEL_WORDS[level]})`).join(", ")}.`,
    secret: false,
    parse: oneOf(...CONTENT_LEVELS),
  },
  redact: {
    env: ["CCOTEL_REDACT"],
    flag: "redact",
    placeholder: "on|off|PATH",
    takes: "on, off, or a path",
    default: "off",
    meaning:
      "Whether content is replaced by its kind and length; a path names a file with your own rules. Secrets are always removed.",
    secret: false,
    parse: (value) => {
      const word = onOff(value);
      return yes(word.ok ? showOnOff(word.value) : value);
    },
  },
  prices: {
    ...path,
    env: ["CCOTEL_PRICES"],
    default: undefined,
    defaultText: "the built-in list prices",
    meaning: "Your own price file, which overrides the built-in prices.",
  },
  tracesSample: {
    env: ["CCOTEL_TRACES_SAMPLE"],
    takes: "0 to 1",
    default: 1,
    meaning: "The share of sessions whose traces are sent; metrics count all of them.",
    secret: false,
    parse: share,
  },
  repository: {
    env: ["CCOTEL_REPOSITORY"],
    takes: "on, off",
    default: false,
    meaning:
      "Whether spans name the git repository, its owner, its address and the worktree of the folder that a session began in.",
    secret: false,
    parse: onOff,
    show: showOnOff,
  },
  userId: {
    env: ["CCOTEL_USER_ID"],
    takes: "none, hash, or a value",
    default: "none",
    meaning:
      "The user.id of all telemetry: none, a hash of the account's name on this machine, or the value that you give.",
    secret: false,
    parse: (value) => yes(/^(none|hash)$/i.test(value) ? value.toLowerCase() : value),
  },
  maxSpansPerTrace: {
    env: ["CCOTEL_MAX_SPANS_PER_TRACE"],
    takes: "a number",
    default: 2000,
    meaning: "How many spans a session's trace may hold before the next turn starts a new one.",
    secret: false,
    parse: wholeNumber(10, 1_000_000),
  },
  maxAttributesPerSpan: {
    env: ["CCOTEL_MAX_ATTRIBUTES_PER_SPAN", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"],
    takes: "a number",
    default: DEFAULT_MAX_ATTRIBUTES,
    meaning: "How many attributes a span may have; the span says how many did not fit.",
    secret: false,
    parse: wholeNumber(16, 1_000_000),
  },
  maxAttributesPerLogRecord: {
    env: ["CCOTEL_MAX_ATTRIBUTES_PER_LOG_RECORD", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"],
    takes: "a number",
    default: DEFAULT_MAX_ATTRIBUTES,
    meaning: "How many attributes a log record may have; the record says how many did not fit.",
    secret: false,
    parse: wholeNumber(12, 1_000_000),
  },
  idleCloseMs: {
    env: ["CCOTEL_IDLE_CLOSE"],
    takes: "a duration",
    default: 6 * hour,
    defaultText: "6h",
    meaning: "How long a session must be silent for its next prompt to start a new run.",
    secret: false,
    parse: duration({ minMs: 60_000, maxMs: 30 * 24 * hour, example: "30m or 6h" }),
    show: showDuration,
  },
  metricAttributes: {
    env: ["CCOTEL_METRIC_ATTRIBUTES"],
    takes: METRIC_ATTRIBUTES.join(", "),
    default: [],
    defaultText: "none",
    meaning: "Additional attributes of metric points; each value multiplies the number of series.",
    secret: false,
    parse: wordsOf(...METRIC_ATTRIBUTES),
    show: (value) => value.join(",") || "none",
  },
  temporality: {
    env: ["CCOTEL_METRICS_TEMPORALITY", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"],
    takes: TEMPORALITY_PREFERENCES.join(", "),
    default: "cumulative",
    meaning: "Whether metric points carry totals (cumulative) or increases (delta).",
    secret: false,
    parse: oneOf(...TEMPORALITY_PREFERENCES),
  },
  dialect: {
    env: ["CCOTEL_DIALECT"],
    takes: DIALECTS.join(", "),
    default: "none",
    meaning: "The backend whose own attribute names are added to the standard ones.",
    secret: false,
    parse: oneOf(...DIALECTS),
  },
  semconv: {
    env: ["CCOTEL_SEMCONV", "OTEL_SEMCONV_STABILITY_OPT_IN"],
    takes: `${SEMCONVS.join(", ")}, or a list with gen_ai_latest_experimental in it`,
    default: "v1.41",
    meaning: "Which names of the GenAI conventions spans and metrics have.",
    secret: false,
    parse: (value) => {
      const words = value.split(",").map((word) => word.trim().toLowerCase());
      if (words.includes("latest") || words.includes("gen_ai_latest_experimental")) return yes("latest");
      // OpenTelemetry's variable also holds opt-ins for other conventions. Ignore them.
      const isMeant =
        words.length === 1 && /^(lat|v?\d)/.test(words[0] ?? "") && !/^v?1\.41$/.test(words[0] ?? "");
      return isMeant ? no("must be v1.41 or latest") : yes("v1.41");
    },
  },
  serviceName: {
    env: ["CCOTEL_SERVICE_NAME", "OTEL_SERVICE_NAME"],
    takes: "a name",
    default: undefined,
    defaultText: "service.name of the resource attributes, else claude-code",
    meaning: "The service.name of all telemetry.",
    secret: false,
    parse: text,
  },
  resourceAttributes: {
    env: ["CCOTEL_RESOURCE_ATTRIBUTES", "OTEL_RESOURCE_ATTRIBUTES"],
    takes: "k=v,k2=v2",
    default: {},
    defaultText: "none",
    meaning: "Further resource attributes, percent-encoded.",
    secret: false,
    parse: keyValues,
    show: (value) =>
      Object.entries(value)
        .map(([key, entry]) => `${key}=${entry}`)
        .join(",") || "none",
  },
  httpProxy: proxyOption("http:", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
  httpsProxy: proxyOption("https:", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
  noProxy: {
    env: ["no_proxy", "NO_PROXY"],
    takes: "hosts",
    default: undefined,
    defaultText: "none",
    meaning:
      "Hosts that are reached without a proxy: names, .suffixes, addresses, CIDR ranges or *. Loopback never uses a proxy.",
    secret: false,
    parse: text,
  },
};

function proxyOption(scheme: "http:" | "https:", env: readonly string[]): Option<string | undefined> {
  return {
    env,
    takes: "a URL",
    default: undefined,
    defaultText: "none",
    meaning: `The proxy through which ${scheme}// endpoints are reached.`,
    secret: false,
    parse: (value) => {
      // A proxy without a scheme ("proxy:3128") is common and means http.
      const url = value.includes("://") ? value : `http://${value}`;
      return /^https?:\/\//i.test(url) && URL.canParse(url)
        ? yes(url)
        : no(
            "must be the URL of an HTTP proxy, such as http://proxy.example:3128; list hosts that need none in NO_PROXY",
          );
    },
    show: maskUrl,
  };
}
