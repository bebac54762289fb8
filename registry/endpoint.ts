/**
 * Where the registry is, and who asks. Credentials in the URL are taken out of it, for URLs end up in messages.
 */
export interface Endpoint {
  /** Without credentials and without a slash at the end. */
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/** @param url SCHEMA_REGISTRY_URL: `http[s]://[user:password@]host[:port][/path]` */
export function endpointOf(url: string): Endpoint {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  return {
    url: parsed.href.replace(/\/+$/, ''),
    credentials: username === '' && password === '' ? null
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}
