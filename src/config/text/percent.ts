/**
 * Decodes the percent-encoded parts of a text. Keeps a percent sign that encodes nothing: passwords and tokens often
 * contain one.
 */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** Returns a URL's user and password as a Basic `authorization` header, or undefined if the URL has neither. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** Splits an address into the address without user and password, and the `authorization` header that they make. */
export function splitCredentials(address: string): { address: string; authorization?: string } {
  if (!URL.canParse(address)) return { address };
  const url = new URL(address);
  const authorization = basicCredentials(url);
  return authorization === undefined
    ? { address }
    : { address: address.replace(/^(\w+:\/\/)[^/?#]*@/, "$1"), authorization };
}

/** Returns the names of query parameters that look like secrets. */
export function secretQueryNames(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const names = [...new URL(address).searchParams.keys()];
  return names.filter((name) => /key|token|secret|auth|pass|sig|credential/i.test(name));
}
