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
