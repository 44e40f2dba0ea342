/**
 * Decodes the percent-encoded parts of a text. A percent sign that encodes nothing stays as it is: passwords and tokens
 * often hold one.
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

/** The credentials of a URL as an HTTP header wants them; undefined when it has none. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** An address without user and password, and these as the value of an `authorization` header. */
export function splitCredentials(address: string): { address: string; authorization?: string } {
  if (!URL.canParse(address)) return { address };
  const url = new URL(address);
  const authorization = basicCredentials(url);
  return authorization === undefined
    ? { address }
    : { address: address.replace(/^(\w+:\/\/)[^/?#]*@/, "$1"), authorization };
}

/** The names in an address's query that look like those of secrets. */
export function secretQueryNames(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const names = [...new URL(address).searchParams.keys()];
  return names.filter((name) => /key|token|secret|auth|pass|sig|credential/i.test(name));
}
