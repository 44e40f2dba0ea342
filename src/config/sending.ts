import { statSync } from "node:fs";
import { MAX_BYTES, readText, whyUnread } from "../disk/read.ts";
import type { Config, ProxyConfig } from "./load.ts";
import type { SignalConfig } from "./load-signal.ts";
import { envNames } from "./options/option.ts";
import { signalOptions } from "./options/signal-options.ts";
import { distinctProblems, type Problem } from "./problem.ts";
import type { Signal } from "./signals.ts";
import { signals } from "./signals.ts";
import type { Env } from "./source.ts";
import { type Headers, parseHeadersFile } from "./text/headers.ts";

/** Everything that a sender needs, with files read and headers complete. Contains secrets: never log it. */
export interface SenderConfig extends Readonly<Partial<Record<Signal, Target>>> {
  readonly proxy: ProxyConfig;
  /** Precedes the exporter's own user agent. */
  readonly userAgent: string;
}

/** Where and how to send one signal. */
export interface Target {
  readonly url: string;
  readonly headers: Headers;
  readonly compression: "gzip" | "none";
  readonly timeoutMs: number;
  readonly tls: TlsFiles;
}

/** The content of PEM files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/**
 * Reads what the configuration refers to: headers file, `otelHeadersHelper`, certificates. If one of them cannot be
 * read, the signal gets a problem and no target: ccotel never sends without the headers that the user set.
 */
export async function resolveSending(
  config: Config,
  options: { env: Env; userAgent: string },
): Promise<{ sender: SenderConfig; problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const once = new Map<string, Promise<Headers>>();
  const helper = (command: string) => {
    // Run the helper once for all signals: it may be slow or ask a server for a token.
    const run = once.get(command) ?? helperHeaders(command, options.env);
    once.set(command, run);
    return run;
  };
  const targets: Partial<Record<Signal, Target>> = {};
  for (const signal of signals) {
    const { enabled, url } = config[signal];
    if (!enabled || url === undefined) continue;
    try {
      targets[signal] = await targetOf(url, config[signal], helper, problems);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      problems.push({
        severity: "error",
        key: error.key,
        signal,
        source: { kind: "default" },
        message: error.message,
      });
    }
  }
  return {
    sender: { ...targets, proxy: config.proxy, userAgent: options.userAgent },
    problems: distinctProblems(problems),
  };
}

async function targetOf(
  url: string,
  config: SignalConfig,
  helper: (command: string) => Promise<Headers>,
  problems: Problem[],
): Promise<Target> {
  const fromFile = config.headersFile ? await headersFromFile(config.headersFile, problems) : {};
  const fromHelper = config.headersHelper ? await helper(config.headersHelper) : {};
  const tls: TlsFiles = {
    ...(config.certificate && { ca: pem("certificate", config.certificate) }),
    ...(config.clientCertificate && { cert: pem("clientCertificate", config.clientCertificate) }),
    ...(config.clientKey && { key: pem("clientKey", config.clientKey) }),
    ...(config.clientKeyPassphrase && { passphrase: config.clientKeyPassphrase }),
  };
  const headers = { ...fromFile, ...config.headers, ...fromHelper };
  return { url, headers, compression: config.compression, timeoutMs: config.timeoutMs, tls };
}

async function headersFromFile(path: string, problems: Problem[]): Promise<Headers> {
  const parsed = parseHeadersFile(text("headersFile", path));
  if (!parsed.ok)
    throw new Unusable(
      "headersFile",
      `The headers file ${path} cannot be used: each line must be "Name: value".`,
    );
  const { mode } = statSync(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    const message = `The headers file ${path} can be read by other users of this machine: chmod 600 it.`;
    problems.push({ severity: "warning", key: "headersFile", source: { kind: "default" }, message });
  }
  return parsed.value;
}

async function helperHeaders(command: string, env: Env): Promise<Headers> {
  // Few users have a helper. The others do not load node:child_process.
  const { runHeadersHelper } = await import("./claude/headers-helper.ts");
  const run = await runHeadersHelper(command, { env });
  if (run.ok) return run.value;
  throw new Unusable(
    "headers",
    `otelHeadersHelper in settings.json gave no headers: the command ${run.expected}.`,
  );
}

/** The settings that name a file. */
type FileSetting = "headersFile" | "certificate" | "clientCertificate" | "clientKey";

function pem(key: FileSetting, path: string): string {
  const content = text(key, path);
  if (content.includes("-----BEGIN ")) return content;
  throw new Unusable(key, `${path} is no PEM file: it must hold a "-----BEGIN …" line.`);
}

function text(key: FileSetting, path: string): string {
  try {
    return readText(path, MAX_BYTES.settings);
  } catch (error) {
    throw new Unusable(
      key,
      `${path} (${envNames(signalOptions[key])[0]}) cannot be read: ${whyUnread(error)}.`,
    );
  }
}

class Unusable extends Error {
  readonly key: string;
  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}
