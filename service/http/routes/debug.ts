import { z } from 'zod';
import { failed } from '../../failure.ts';
import { storedAddresses } from '../../store/contacts.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const text = z.string().nullable();

const Known = z.object({
  country: text,
  city: text,
  asn: z.int().nullable(),
  asn_org: text,
  isp: text,
  usage_type: text,
  is_proxy: z.boolean().nullable(),
  proxy_type: text,
});

const config = route({
  id: 'GET /debug/ip-enrichment/config',
  legacy: true,
  tag: 'debug',
  summary: 'Which IP databases are configured, and how each stands',
  replies: {
    200: {
      description: 'the databases',
      schema: z.object({
        enabled: z.boolean().describe('whether addresses are looked up at all'),
        databases: z.array(
          z.object({
            kind: z.string(),
            path: z.string(),
            state: z.enum(['ready', 'missing', 'corrupt']),
            build_date: text.describe('when the data was made'),
            problem: text.describe('why the newest file is not in use'),
          }),
        ),
      }),
    },
  },
  handle: async (_request, service) =>
    reply({
      enabled: service.lookup.ip !== undefined,
      databases: (service.ipSources() ?? []).map(({ kind, path, state, buildDate, problem }) => ({
        kind,
        path,
        state,
        build_date: buildDate,
        problem,
      })),
    }),
});

/** Companies shown beside an address: a large hoster has thousands. */
const MOST_STORED = 100;

const address = route({
  id: 'GET /debug/ip-enrichment/{ip}',
  legacy: true,
  tag: 'debug',
  summary: 'What the IP databases say of an address now, and what was stored of it',
  params: z.object({ ip: z.union([z.ipv4(), z.ipv6()]).describe('IPv4 or IPv6 address') }),
  replies: {
    200: {
      description: 'both',
      schema: z.object({
        ip: z.string(),
        now: Known.nullable().describe('null = an address that is not on the public internet'),
        stored: z
          .array(
            Known.extend({
              domain: z.string(),
              of: z.enum(['mx', 'apex']),
              host: z.string(),
              looked_up_at: z.string(),
            }),
          )
          .describe('companies at this address, newest look-up first; at most 100'),
      }),
    },
  },
  failures: ['enrichment-off'],
  handle: async ({ params: { ip } }, service) => {
    if (service.lookup.ip === undefined) return refuse(failed('enrichment-off').failure);
    const now = service.lookup.ip.look(ip);
    const stored = await storedAddresses(service.sql, ip, MOST_STORED);
    return reply({
      ip,
      now: now === null ? null : known(now),
      stored: stored.map(({ domain, of, host, lookedUpAt, ...rest }) => ({
        domain,
        of,
        host,
        looked_up_at: lookedUpAt.toISOString(),
        ...known(rest),
      })),
    });
  },
});

interface AddressFields {
  readonly country: string | null;
  readonly city: string | null;
  readonly asn: number | null;
  readonly asnOrg: string | null;
  readonly isp: string | null;
  readonly usageType: string | null;
  readonly isProxy: boolean | null;
  readonly proxyType: string | null;
}

const known = (info: AddressFields): z.input<typeof Known> => ({
  country: info.country,
  city: info.city,
  asn: info.asn,
  asn_org: info.asnOrg,
  isp: info.isp,
  usage_type: info.usageType,
  is_proxy: info.isProxy,
  proxy_type: info.proxyType,
});

export const debugRoutes: readonly Route[] = [config, address];
