import type { ProxyConfig } from "../config/load.ts";
import { isReachedDirectly } from "../config/text/no-proxy.ts";
import { basicCredentials } from "../config/text/percent.ts";

/** The proxy to use for a URL, by the scheme's own setting and `NO_PROXY`; this very machine is always reached directly. */
export function proxyFor(target: URL, proxy: ProxyConfig): URL | undefined {
  const configured = target.protocol === "https:" ? proxy.https : proxy.http;
  if (!configured || isReachedDirectly(target, proxy.except)) return undefined;
  return new URL(configured);
}

/** What a proxy with a user in its URL wants to see. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  const credentials = basicCredentials(proxy);
  return credentials === undefined ? {} : { "proxy-authorization": credentials };
}
