import { isUuid } from "../../uuid.ts";

/** Stands in the place of a secret. */
export const MASK = "****";

/**
 * Masks one secret for display. Keeps the scheme word ("Bearer") and the first four characters of a long secret, so
 * that a user can tell two tokens apart. Masks a short one completely.
 */
export function maskSecret(value: string): string {
  const [, scheme = "", token = ""] = /^(Basic |Bearer |Api-Token |ApiKey )?(.*)$/is.exec(value) ?? [];
  return `${scheme}${token.length >= 16 ? token.slice(0, 4) : ""}${MASK}`;
}

/** Masks header values and keeps the names: `authorization=Bearer sk-l****, x-tenant=****`. */
export function maskHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}=${maskSecret(value)}`)
    .join(", ");
}

/**
 * Masks user, password, query values and keys in the path of a URL for logs. Of a text that is not a URL, masks
 * everything that could hold a password.
 */
export function maskUrl(text: string): string {
  const url = httpUrl(text);
  if (!url) return maskPath(text.replace(/^.*@/s, `${MASK}@`).replace(/\?.*$/s, `?${MASK}`));
  const path = maskPath(url.pathname);
  if (!url.username && !url.password && !url.search && path === url.pathname) return text;
  const user = url.username || url.password ? `${MASK}@` : "";
  const query = [...url.searchParams.keys()].map((key) => `${key}=${MASK}`).join("&");
  return `${url.protocol}//${user}${url.host}${path}${query ? `?${query}` : ""}`;
}

/** Masks the keys in a path: some backends want a token there. */
export function maskPath(path: string): string {
  return keysInPath(path).reduce((masked, key) => masked.replaceAll(key, maskSecret(key)), path);
}

/** Returns the parts of a path that a program has generated, unlike the names that people give to hosts and projects. */
export function keysInPath(path: string): string[] {
  return path.split("/").filter(isGenerated);
}

/** Whether the path of an address has a key. */
export function hasKeyInPath(address: string): boolean {
  return keysInPath(httpUrl(address)?.pathname ?? "").length > 0;
}

/** In a key, letters and digits, and large and small letters, follow each other as in no name. */
function isGenerated(part: string): boolean {
  if (isUuid(part)) return true;
  if (part.length < 16 || !/[A-Za-z0-9]{8}/.test(part)) return false;
  const changes = part.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9]|[A-Z][a-z])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return changes >= 4 && changes * (/[0-9]/.test(part) ? 8 : 4) >= part.length;
}

/** Returns only scheme, host and port of a URL, for messages about destinations. */
export function maskHost(text: string | undefined): string {
  return httpUrl(text ?? "")?.origin ?? "an address that is no URL";
}

function httpUrl(text: string): URL | undefined {
  return /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
