import type { Config } from '../config.ts';
import { failed, type Failure } from '../failure.ts';
import { isLoopback } from '../lookup/loopback.ts';

/**
 * The internal mode trusts whoever reaches the port, and a browser on this machine reaches it for any page it shows.
 * Two checks keep such pages out. The host name: a page whose name was rebound to this address still sends its own
 * name. And the origin: browsers say from which site a request comes, and scripts cannot forge that.
 *
 * @returns what is wrong, or null. Always null where people sign in: a token is nothing a browser sends by itself.
 */
export function createSiteCheck({
  auth,
  http,
}: Pick<Config, 'auth' | 'http'>): (request: Pick<Request, 'method' | 'headers' | 'url'>) => Failure | null {
  if (auth.mode !== 'internal') return () => null;
  const publicHost = new URL(http.publicUrl).hostname;
  const origins = new Set([...http.corsOrigins, new URL(http.publicUrl).origin]);

  const isOurs = (host: string): boolean => {
    const name = hostOf(host);
    if (name === null) return false;
    if (name === publicHost || name === 'localhost' || name.endsWith('.localhost')) return true;
    // An address cannot be rebound; a name that only looks like one can ("127.example.net").
    return isAddress(name) && (auth.internalAnywhere || isLoopback(name.replace(/^\[|\]$/g, '')));
  };

  return (request) => {
    const host = request.headers.get('host') ?? new URL(request.url).host;
    if (!isOurs(host)) return failed('host-not-allowed').failure;
    const origin = request.headers.get('origin');
    if (origin !== null)
      return origins.has(origin) || sameHost(origin, host) ? null : failed('origin-not-allowed').failure;
    const site = request.headers.get('sec-fetch-site');
    if (site === null || site === 'same-origin' || site === 'none') return null;
    // Following a link to a page or file shows it to the user, and nothing to the page that has the link.
    const follows =
      (request.method === 'GET' || request.method === 'HEAD') &&
      request.headers.get('sec-fetch-mode') === 'navigate' &&
      request.headers.get('sec-fetch-dest') === 'document';
    return follows ? null : failed('origin-not-allowed').failure;
  };
}

function hostOf(host: string): string | null {
  const url = URL.parse(`http://${host}`);
  return url !== null && url.username === '' && url.pathname === '/' ? url.hostname : null;
}

const isAddress = (name: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.startsWith('[');

/** Host and port as they were called; a proxy may have taken the encryption off. */
const sameHost = (origin: string, host: string): boolean => URL.parse(origin)?.host === host.toLowerCase();
