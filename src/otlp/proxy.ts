import type { ProxyConfig } from "../config/load.ts";
import { isReachedDirectly } from "../config/text/no-proxy.ts";
import { basicCredentials } from "../config/text/percent.ts";

/**
 * The proxy for a URL, from the setting for its scheme and `NO_PROXY`. Undefined: direct. This machine is always
 * reached directly.
 */
export function proxyFor(target: URL, proxy: ProxyConfig): URL | undefined {
  const configured = target.protocol === "https:" ? proxy.https : proxy.http;
  if (!configured || isReachedDirectly(target, proxy.except)) return undefined;
  return new URL(configured);
}

/** The header that a proxy needs if its URL names a user. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  const credentials = basicCredentials(proxy);
  return credentials === undefined ? {} : { "proxy-authorization": credentials };
}
