/**
 * Masks one secret value for eyes: its scheme word ("Bearer") and the first four characters of a long one stay,
 * so that a user can tell two tokens apart; a short one shows nothing at all.
 */
export function maskSecret(value: string): string {
  const [, scheme = "", token = ""] = /^(Basic |Bearer |Api-Token |ApiKey )?(.*)$/is.exec(value) ?? [];
  return `${scheme}${token.length >= 16 ? token.slice(0, 4) : ""}****`;
}

/** Header values masked, names kept: `authorization=Bearer sk-l****, x-tenant=****`. */
export function maskHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}=${maskSecret(value)}`)
    .join(", ");
}

/**
 * A URL fit for logs: user, password and query values masked, everything else as it is.
 * Text that is no URL is cut down to what cannot hold a password.
 */
export function maskUrl(text: string): string {
  const url = httpUrl(text);
  if (!url) return text.replace(/^.*@/s, "****@").replace(/\?.*$/s, "?****");
  if (!url.username && !url.password && !url.search) return text;
  const user = url.username || url.password ? "****@" : "";
  const query = [...url.searchParams.keys()].map((key) => `${key}=****`).join("&");
  return `${url.protocol}//${user}${url.host}${url.pathname}${query ? `?${query}` : ""}`;
}

/** Only scheme, host and port of a URL, for sentences about places. */
export function maskHost(text: string | undefined): string {
  return httpUrl(text ?? "")?.origin ?? "an address that is no URL";
}

function httpUrl(text: string): URL | undefined {
  return /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
