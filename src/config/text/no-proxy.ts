import { isLoopback } from "./endpoint.ts";

/** Returns whether a URL is reached without a proxy: loopback addresses and everything that `NO_PROXY` lists. */
export function isReachedDirectly(target: URL, noProxy: string | undefined): boolean {
  return isLoopback(target.href) || isExcepted(target, noProxy ?? "");
}

/**
 * Returns whether a URL is on a `NO_PROXY` list: `*`, `host`, `.suffix`, `*.suffix`, `host:port`, addresses, CIDR
 * ranges.
 */
function isExcepted(target: URL, list: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, bracketed, plain, entryPort] = /^(?:\[(.+)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const isAddress = net().isIP(entry) !== 0;
  if (entryPort && entryPort !== port && !isAddress) return false;
  const name = isAddress ? entry : (bracketed ?? plain ?? entry);
  if (name.includes("/")) return inRange(name, host);
  // As in curl and Go, a name also matches its subdomains.
  const suffix = name.replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}

/** `node:net`, which only the parts that send need: loading it costs a command a millisecond. */
function net(): typeof import("node:net") {
  return require("node:net") as typeof import("node:net");
}

function inRange(range: string, host: string): boolean {
  const [network = "", bits] = range.split("/");
  const { BlockList, isIP } = net();
  const version = isIP(host);
  if (!version || version !== isIP(network)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const blocks = new BlockList();
  try {
    blocks.addSubnet(network, Number(bits), family);
  } catch {
    return false;
  }
  return blocks.check(host, family);
}
