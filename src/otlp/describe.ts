import { isLoopback } from "../config/text/endpoint.ts";
import { maskHost, maskPath, maskUrl } from "../config/text/secret.ts";
import { plural } from "../units.ts";
import { isPlainOnTls, LONGEST_HOLD_MS, type Outcome } from "./outcome.ts";

/** How the reader corrects what a backend rejects, in the words of the place where the description appears. */
export interface Remedies {
  /** What sets the address. */
  readonly address: string;
  /** Sentences about a token that is missing or denied. */
  readonly token: string;
  /** Sentences about a path that the backend does not know. */
  readonly path: string;
}

const SETTINGS: Remedies = {
  address: "CCOTEL_ENDPOINT",
  token: "Check the token in CCOTEL_HEADERS or CCOTEL_HEADERS_FILE, and that it may write.",
  path: "Check the path of CCOTEL_ENDPOINT. CCOTEL_TRACES_ENDPOINT, CCOTEL_METRICS_ENDPOINT and CCOTEL_LOGS_ENDPOINT give each signal its own; CCOTEL_METRICS=off or CCOTEL_LOGS=off turns off a signal that the backend does not accept.",
};

/**
 * Describes in one or two sentences what happened to a request and what to do next, for `status`, `doctor` and the log.
 * `url`: the full URL of the request. Secrets in it are masked. `isTest`: nothing is sent again, because the request
 * was only a test.
 */
export function describeOutcome(
  outcome: Outcome,
  url: string,
  isTest = false,
  remedies: Remedies = SETTINGS,
): string {
  const shown = maskUrl(url);
  switch (outcome.kind) {
    case "success":
      return `${shown} accepted everything.`;
    case "partial":
      return outcome.rejected > 0
        ? `${shown} accepted the request but dropped ${outcome.rejected} of its items${because(outcome.message)}. ccotel does not send them again: see the backend's limits and its rules for what it keeps.`
        : `${shown} accepted everything, with a remark${because(outcome.message)}.`;
    case "retryable":
      return outcome.status ? describeBusy(outcome, shown, isTest) : describeTrouble(outcome, url, remedies);
    case "server_error":
      return `${shown} failed with ${outcome.status}${because(outcome.message)}. The fault is in the backend: see its log.${isTest ? "" : " ccotel retries."}`;
    case "refused":
      return `${shown} rejected the data with ${outcome.status}${because(outcome.message)}.${isTest ? "" : " ccotel splits the batch to find the rejected items, and delivers the rest."}${gzipHint(outcome)}`;
    case "too_large":
      if (isTest)
        return `${shown} rejected the test as too large (413). Raise its limit (nginx: client_max_body_size).`;
      return `${shown} rejected the request as too large (413). ccotel sends it again in halves; a higher limit there (nginx: client_max_body_size) saves requests.`;
    case "blocked":
      return describeBlocked(outcome, url, remedies);
  }
}

/** Describes a rejection after which the backend has accepted nothing, so that the cause is not yet known. */
export function describeDoubt(outcome: Outcome, url: string): string {
  const status = "status" in outcome ? ` with ${outcome.status}` : "";
  const said = "message" in outcome ? because(outcome.message) : "";
  return `${maskUrl(url)} rejected the data${status}${said}, and has accepted nothing since. ccotel assumes that the backend is at fault: it sets nothing aside, and sends the session again with the next event.${outcome.kind === "refused" ? gzipHint(outcome) : ""}`;
}

/** Describes a rejection that items caused: the backend has accepted others since. */
export function describeSetAside(outcome: Outcome, url: string, items: number): string {
  const status = "status" in outcome ? ` with ${outcome.status}` : "";
  const said = "message" in outcome ? because(outcome.message) : "";
  return `${maskUrl(url)} rejected ${plural(items, "item")}${status}${said}, and has accepted others since. rejected.jsonl lists what was set aside; after a repair, ccotel export --rejected sends it again.`;
}

type Of<K extends Outcome["kind"]> = Extract<Outcome, { kind: K }>;

function describeBusy(outcome: Of<"retryable">, shown: string, isTest: boolean): string {
  const { retryAfterMs } = outcome;
  const isLong = retryAfterMs !== undefined && retryAfterMs > LONGEST_HOLD_MS;
  const seconds = retryAfterMs === undefined || isLong ? undefined : Math.ceil(retryAfterMs / 1000);
  const tried = isLong
    ? "It asks to wait for more than an hour; ccotel retries in an hour"
    : seconds === undefined
      ? "ccotel retries later"
      : `It asks to wait ${seconds} s; ccotel retries then`;
  const next = isTest
    ? `Run the command again ${seconds === undefined ? "later" : `in ${seconds} s`}.`
    : `${tried}; nothing is lost.`;
  const what = outcome.status === 429 ? "limits the rate (429)" : `is not available (${outcome.status})`;
  return `${shown} ${what}${because(outcome.message)}. ${next}`;
}

function describeTrouble(outcome: Of<"retryable">, url: string, { address }: Remedies): string {
  const { code = "", message, under = {} } = outcome;
  const place = maskHost(url);
  if (under.proxy !== undefined) {
    const setting = new URL(url).protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
    return `The proxy ${under.proxy} (${setting}) cannot be reached (${code || message}), so nothing was sent to ${place}. Correct or unset ${setting}, or add the host to NO_PROXY. Nothing is lost.`;
  }
  if (isClientKey(code, message)) {
    return `The client certificate or its key cannot be used (${code || message}). Check that CCOTEL_CLIENT_CERTIFICATE and CCOTEL_CLIENT_KEY belong together, and check CCOTEL_CLIENT_KEY_PASSPHRASE. Until then nothing is sent, and nothing is lost.`;
  }
  const host = new URL(url).hostname;
  if (code === "ECONNREFUSED") {
    const next = isLoopback(url)
      ? `Start the collector, or set ${address} to one that is running`
      : "Check host and port, and whether the collector runs";
    return `Nothing listens at ${place} (connection refused). ${next}; nothing is lost meanwhile.`;
  }
  if (code === "timeout" || code === "ETIMEDOUT") {
    return `${place} did not answer in time (${message}). Check that this machine can reach it (firewall, VPN, proxy), or raise CCOTEL_TIMEOUT.`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    const network =
      code === "EAI_AGAIN"
        ? "The DNS server does not answer. Check the network."
        : `Check the spelling in ${address}.`;
    return `The host name ${host} cannot be resolved (${code}). ${network}`;
  }
  if (isPlaintextServer(code, message)) {
    return `${place} does not use TLS on this port. Use http:// in ${address}, or the port for TLS.`;
  }
  if (isClientCertificate(code, message)) {
    return `${place} requires a client certificate, or rejects this one (${code || message}). Set CCOTEL_CLIENT_CERTIFICATE and CCOTEL_CLIENT_KEY.`;
  }
  if (isUntrusted(code) && under.ownCa) {
    return `The certificate of ${place} is not signed by the authority in CCOTEL_CERTIFICATE (${code}). Put the certificate of the authority that signed it into that file, with any intermediate ones, or unset CCOTEL_CERTIFICATE if the authority is public.`;
  }
  if (isUntrusted(code)) {
    return `The certificate of ${place} is not trusted on this machine (${code}). Set CCOTEL_CERTIFICATE to the PEM file of the authority that signed it, or NODE_EXTRA_CA_CERTS.`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `The certificate of ${place} is for another host name (${message}). Use that name in ${address}.`;
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return `The certificate of ${place} is not valid today (${code}). Renew the certificate, or correct this machine's clock.`;
  }
  if (code.startsWith("HPE_")) {
    return `${place} does not answer in HTTP (${code}). This may be a gRPC or TLS port: ccotel sends http/protobuf, usually to port 4318.`;
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return `${place} closed the connection (${message}). ccotel retries; if it happens each time, see the log of the backend or of a proxy before it.`;
  }
  return `The connection to ${place} failed (${[code, message].filter(Boolean).join(": ")}). ccotel retries; nothing is lost.`;
}

function describeBlocked(outcome: Of<"blocked">, url: string, { address, token, path }: Remedies): string {
  const { status, message } = outcome;
  const shown = maskUrl(url);
  if (status < 300) {
    return `${shown} answered ${status}, but not as an OTLP endpoint does (${message}): it may be a login page or a web server. Check the URL in ${address}, and whether a proxy or captive portal is in between.`;
  }
  if (status < 400) {
    return `${shown} redirects (${status} ${message}), and ccotel follows no redirects. Set ${address} to that address if it is the one you mean.`;
  }
  if (isPlainOnTls(message)) {
    return `${maskHost(url)} uses TLS on this port (${status}${because(message)}). Use https:// in ${address}.`;
  }
  if (status === 407 || message.startsWith("the proxy ")) {
    return `A proxy rejected the request to ${shown} (${status}${because(message)}). Put user and password into HTTPS_PROXY, or add the host to NO_PROXY.`;
  }
  if (status === 401 || status === 403) {
    return `${shown} denies access (${status}${because(message)}). ${token}`;
  }
  if (status === 404 || status === 405) {
    const { pathname } = new URL(url);
    return `${maskHost(url)} does not accept telemetry at ${maskPath(pathname)} (${status}${because(message)}). ${path}`;
  }
  if (status === 415) {
    if (outcome.under?.gzip) {
      return `${shown} does not accept what ccotel sends (415${because(message)}): protobuf, compressed with gzip. Set CCOTEL_COMPRESSION=none. If it still answers 415, it does not accept protobuf: set ${address} to an OTLP endpoint that does, or to a Collector.`;
    }
    return `${shown} does not accept protobuf (415${because(message)}). ccotel sends http/protobuf only: set ${address} to an OTLP endpoint that accepts it, or to a Collector.`;
  }
  return `${shown} rejects every request (${status}${because(message)}). ccotel sends nothing more until that is repaired; nothing is lost meanwhile.`;
}

/** A backend that does not decompress the body cannot parse it as protobuf. */
function gzipHint({ under, message }: Of<"refused">): string {
  const isAboutForm = /gzip|encod|compress|deflate|magic|unmarshal|proto|pars|decod|wire|invalid/i.test(
    message,
  );
  return under?.gzip && (isAboutForm || message === "")
    ? " If it cannot decompress gzip, set CCOTEL_COMPRESSION=none."
    : "";
}

/** Whether the error is about the user's client key. Such errors occur before anything is sent. */
function isClientKey(code: string, message: string): boolean {
  return (
    /^ERR_OSSL_(X509_KEY_VALUES_MISMATCH|EVP_|PEM_|BAD_DECRYPT|WRONG_|UNSUPPORTED|ASN1_|CRYPTO_|DECODER)/.test(
      code,
    ) ||
    /key values mismatch|bad decrypt|bad password read|no start line|unsupported.*DECODER|interrupted or cancelled/i.test(
      message,
    )
  );
}

function because(message: string): string {
  return message ? `: ${message.replace(/[.\s]+$/, "")}` : "";
}

function isPlaintextServer(code: string, message: string): boolean {
  return code === "EPROTO" && /wrong version number|packet length too long/i.test(message);
}

function isClientCertificate(code: string, message: string): boolean {
  return (
    /ERR_SSL_TLSV1.*(CERTIFICATE_REQUIRED|UNKNOWN_CA)|SSLV3_ALERT_(BAD_)?CERTIFICATE/.test(code) ||
    /alert (certificate required|unknown ca|bad certificate)/i.test(message)
  );
}

function isUntrusted(code: string): boolean {
  return /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|INVALID_CA/.test(code);
}
