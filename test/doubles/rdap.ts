import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What the double does with a question about one domain. */
export type RdapScript =
  /** 200 with this object as application/rdap+json */
  | { readonly json: unknown }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly type?: string;
    }
  /** sends the head and no body, or nothing at all */
  | { readonly silence: 'all' | 'body' }
  /** breaks off in the middle of the body */
  | { readonly breakOff: true };

export interface RdapDouble {
  readonly port: number;
  /** base URL, with "/" at its end */
  readonly url: string;
  /** method and path of each question, as they came */
  readonly requests: readonly string[];
  readonly mostAtOnce: () => number;
  stop(): Promise<void>;
}

/** A domain object as a registry sends it (RFC 9083 section 5.3), to spoil in tests. */
export function domainObject(
  domain: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    objectClassName: 'domain',
    rdapConformance: ['rdap_level_0'],
    handle: 'D1-SAMPLE',
    ldhName: domain.toUpperCase(),
    status: ['active', 'client transfer prohibited'],
    events: [
      { eventAction: 'registration', eventDate: '2001-02-03T04:05:06Z' },
      { eventAction: 'expiration', eventDate: '2027-02-03T04:05:06Z' },
      { eventAction: 'last changed', eventDate: '2026-01-02T03:04:05Z' },
    ],
    entities: [
      {
        objectClassName: 'entity',
        handle: '9998',
        roles: ['registrar'],
        vcardArray: [
          'vcard',
          [
            ['version', {}, 'text', '4.0'],
            ['fn', {}, 'text', 'Sample Registrar Ltd'],
          ],
        ],
      },
    ],
    nameservers: [
      { objectClassName: 'nameserver', ldhName: 'NS1.SAMPLE-DNS.EXAMPLE' },
      { objectClassName: 'nameserver', ldhName: 'ns2.sample-dns.example.' },
    ],
    secureDNS: { delegationSigned: true },
    ...changes,
  };
}

/**
 * An RDAP server (RFC 7480) on loopback. It is strict: another method than GET is 405, another path than
 * `<base>domain/<name>` or a name that is not lower-case ASCII is 400, and a question that does not accept
 * application/rdap+json is 406. A domain it was not told of is 404.
 */
export async function startRdap(
  setup: {
    readonly answers?: Readonly<Record<string, RdapScript>>;
    readonly answer?: (domain: string, nth: number) => RdapScript | undefined;
    /** path of the base URL, "/rdap/" by default */
    readonly path?: string;
  } = {},
): Promise<RdapDouble> {
  const base = setup.path ?? '/rdap/';
  const requests: string[] = [];
  let open = 0;
  let most = 0;

  const refuse = (response: ServerResponse, status: number, title: string): void => {
    response.writeHead(status, { 'content-type': 'application/rdap+json' });
    response.end(JSON.stringify({ errorCode: status, title }));
  };

  function play(response: ServerResponse, script: RdapScript): void {
    if ('json' in script) {
      response.writeHead(200, { 'content-type': 'application/rdap+json; charset=utf-8' });
      response.end(JSON.stringify(script.json));
    } else if ('status' in script) {
      response.writeHead(script.status, {
        'content-type': script.type ?? 'application/rdap+json',
        ...script.headers,
      });
      response.end(script.body ?? '');
    } else if ('silence' in script) {
      if (script.silence === 'body') {
        response.writeHead(200, { 'content-type': 'application/rdap+json' });
        response.flushHeaders();
      }
    } else {
      response.writeHead(200, { 'content-type': 'application/rdap+json', 'content-length': '1000' });
      response.write('{"objectClassName":"dom', () => response.socket?.resetAndDestroy());
    }
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    open++;
    most = Math.max(most, open);
    response.on('close', () => open--);
    requests.push(`${request.method} ${request.url}`);
    if (request.method !== 'GET') return refuse(response, 405, 'GET only');
    const domain =
      request.url?.startsWith(`${base}domain/`) === true ? request.url.slice(base.length + 7) : '';
    if (!/^[a-z0-9.-]+$/.test(domain)) return refuse(response, 400, 'the path is domain/<name>');
    if (!(request.headers.accept ?? '').includes('application/rdap+json'))
      return refuse(response, 406, 'RFC 7480 section 4.2: accept application/rdap+json');
    const nth = requests.filter((r) => r === requests.at(-1)).length - 1;
    const script = setup.answers?.[domain] ?? setup.answer?.(domain, nth);
    if (script === undefined) return refuse(response, 404, 'Not Found');
    play(response, script);
  }

  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `http://127.0.0.1:${port}${base}`,
    requests,
    mostAtOnce: () => most,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
