/**
 * Masks one secret for display. Keeps the scheme word ("Bearer") and the first four characters of a long secret, so
 * that a user can tell two tokens apart. Masks a short one completely.
 */
export function maskSecret(value: string): string {
  const [, scheme = "", token = ""] = /^(Basic |Bearer |Api-Token |ApiKey )?(.*)$/is.exec(value) ?? [];
  return `${scheme}${token.length >= 16 ? token.slice(0, 4) : ""}****`;
}

/** Masks header values and keeps the names: `authorization=Bearer sk-l****, x-tenant=****`. */
export function maskHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}=${maskSecret(value)}`)
    .join(", ");
}

/**
 * Masks user, password and query values of a URL for logs. Of a text that is not a URL, masks everything that could
 * hold a password.
 */
export function maskUrl(text: string): string {
  const url = httpUrl(text);
  if (!url) return text.replace(/^.*@/s, "****@").replace(/\?.*$/s, "?****");
  if (!url.username && !url.password && !url.search) return text;
  const user = url.username || url.password ? "****@" : "";
  const query = [...url.searchParams.keys()].map((key) => `${key}=****`).join("&");
  return `${url.protocol}//${user}${url.host}${url.pathname}${query ? `?${query}` : ""}`;
}

/** Returns only scheme, host and port of a URL, for messages about destinations. */
export function maskHost(text: string | undefined): string {
  return httpUrl(text ?? "")?.origin ?? "an address that is no URL";
}

function httpUrl(text: string): URL | undefined {
  return /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
