import { z } from 'zod';

/** Registration data of a domain, out of an RDAP answer (RFC 9083). Dates are ISO 8601, names lower case. */
export interface RdapRegistered {
  readonly state: 'registered';
  readonly domain: string | null;
  readonly registrar: string | null;
  readonly created: string | null;
  readonly expires: string | null;
  readonly updated: string | null;
  readonly nameservers: readonly string[];
  readonly statuses: readonly string[];
  /** secureDNS.delegationSigned; null where the server does not say */
  readonly delegationSigned: boolean | null;
  /** names of the fields the server says it left out (RFC 9537 section 4.2) */
  readonly redacted: readonly string[];
  /** the registrar's own answer about the same domain: a link of relation "related" (RFC 9083 section 4.2) */
  readonly related: string | null;
}

/**
 * What an RDAP answer says:
 * - `registered`: it is a domain object (RFC 9083 section 5.3)
 * - `not-a-domain-object`: valid, but about something else: an entity, a network, a list of search results
 * - `error`: an error object (section 6); `code` is its HTTP status number
 * - `unreadable`: no JSON, or no RDAP in it
 */
export type RdapReading =
  | RdapRegistered
  | { readonly state: 'not-a-domain-object'; readonly objectClass: string | null }
  | { readonly state: 'error'; readonly code: number }
  | { readonly state: 'unreadable' };

/** Servers break small things. A part that is not as the RFC has it counts as missing; the rest is still read. */
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const Text = lenient(z.string());
/** A list in which what is not of the kind is left out. */
const List = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value.slice(0, 1_000) : []));

const Event = z.object({ eventAction: z.string(), eventDate: z.string() });
const Link = z.object({ rel: z.string(), href: z.string(), type: Text });
const Nameserver = z.object({ ldhName: z.string() });
const PublicId = z.object({ type: Text, identifier: z.string() });
const Redaction = z.object({ name: z.object({ description: Text, type: Text }) });
/** A jCard property (RFC 7095 section 3.3): name, parameters, type, then one or more values. */
const Property = z.tuple([z.string(), z.unknown(), z.unknown()], z.unknown());
const Entity = z.object({
  roles: List,
  handle: Text,
  vcardArray: lenient(z.tuple([z.literal('vcard'), List])),
  publicIds: List,
  entities: List,
});
type Entity = z.infer<typeof Entity>;

const Domain = z.object({
  objectClassName: Text,
  ldhName: Text,
  unicodeName: Text,
  events: List,
  entities: List,
  nameservers: List,
  status: List,
  links: List,
  redacted: List,
  secureDNS: lenient(z.object({ delegationSigned: lenient(z.boolean()) })),
});

const ErrorObject = z.object({ errorCode: z.int().min(300).max(599) });

/** Those of a list that fit. */
function those<T extends z.ZodType>(schema: T, list: readonly unknown[]): z.infer<T>[] {
  return list.flatMap((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Entities lie in entities (an abuse contact inside its registrar); deeper than this nobody nests. */
const ENTITY_DEPTH = 4;
const ENTITIES_MAX = 500;

/** Every entity of an object, outer before inner. */
function entitiesOf(list: readonly unknown[]): Entity[] {
  const all: Entity[] = [];
  let level = those(Entity, list);
  for (let depth = 0; depth < ENTITY_DEPTH && level.length > 0 && all.length < ENTITIES_MAX; depth++) {
    all.push(...level);
    level = level.flatMap((entity) => those(Entity, entity.entities)).slice(0, ENTITIES_MAX);
  }
  return all;
}

/** The text of a jCard property, or null. A structured value ("org" with units) gives its first part. */
function property(entity: Entity, name: string): string | null {
  for (const [found, , , value] of those(Property, entity.vcardArray?.[1] ?? [])) {
    if (found.toLowerCase() !== name) continue;
    const text = Array.isArray(value) ? value.find((v) => typeof v === 'string' && v.trim() !== '') : value;
    // RFC 9537 section 3.2: a redacted value is empty, or a placeholder
    if (typeof text === 'string' && text.trim() !== '' && !/^redacted\b/i.test(text.trim()))
      return text.trim().slice(0, 512);
  }
  return null;
}

/** The registrar's name: what its card says, else the organization, else its handle or public id. */
function registrarIn(list: readonly unknown[]): string | null {
  const registrars = entitiesOf(list).filter(({ roles }) =>
    roles.some((role) => typeof role === 'string' && role.toLowerCase() === 'registrar'),
  );
  for (const entity of registrars) {
    const name = property(entity, 'fn') ?? property(entity, 'org');
    if (name !== null) return name;
  }
  for (const entity of registrars) {
    const id = entity.handle?.trim() || those(PublicId, entity.publicIds)[0]?.identifier.trim();
    if (id) return id.slice(0, 512);
  }
  return null;
}

/** RFC 3339, as RFC 9083 section 3 asks; a bare date is taken too. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;
function dateOf(events: readonly z.infer<typeof Event>[], ...actions: string[]): string | null {
  for (const action of actions)
    for (const event of events) {
      const date = event.eventDate.trim();
      if (event.eventAction.toLowerCase() !== action || !DATE.test(date) || date.startsWith('0000')) continue;
      return date.replace(' ', 'T');
    }
  return null;
}

const lower = (name: string): string => name.trim().toLowerCase().replace(/\.$/, '');

function domainOf(json: object): RdapReading {
  const parsed = Domain.safeParse(json);
  if (!parsed.success) return { state: 'unreadable' };
  const data = parsed.data;
  const events = those(Event, data.events);
  const nameservers = those(Nameserver, data.nameservers).map(({ ldhName }) =>
    // some servers append the addresses
    lower(ldhName.trim().split(/\s/, 1)[0] as string),
  );
  const related = those(Link, data.links).find(
    ({ rel, href, type }) =>
      rel === 'related' && /^https?:\/\//i.test(href) && (type === undefined || /rdap\+json/.test(type)),
  );
  const name = data.ldhName ?? data.unicodeName;
  return {
    state: 'registered',
    domain: name === undefined || name.trim() === '' ? null : lower(name).slice(0, 512),
    registrar: registrarIn(data.entities),
    created: dateOf(events, 'registration'),
    // RFC 8056 section 2: the registrar's own expiry differs from the registry's where one renews late
    expires: dateOf(events, 'expiration', 'registrar expiration', 'soft expiration'),
    updated: dateOf(events, 'last changed'),
    nameservers: [...new Set(nameservers.filter((n) => n !== '' && n.length <= 253))].slice(0, 500),
    statuses: [
      ...new Set(
        data.status.flatMap((s) =>
          typeof s === 'string' && s.trim() !== '' ? [s.trim().slice(0, 512)] : [],
        ),
      ),
    ].slice(0, 100),
    delegationSigned: data.secureDNS?.delegationSigned ?? null,
    redacted: those(Redaction, data.redacted)
      .flatMap(({ name: { description, type } }) => description ?? type ?? [])
      .slice(0, 100),
    related: related?.href.slice(0, 2_000) ?? null,
  };
}

const SEARCH_RESULTS = ['domainSearchResults', 'nameserverSearchResults', 'entitySearchResults'];

/**
 * Reads an RDAP answer.
 * @param body the text, or the JSON already parsed
 * @returns never throws. A list of search results is no domain, even when it holds but one: nobody asked for it
 */
export function parseRdap(body: unknown): RdapReading {
  let json: unknown = body;
  if (typeof body === 'string') {
    try {
      json = JSON.parse(body.replace(/^\uFEFF/, ''));
    } catch {
      return { state: 'unreadable' };
    }
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { state: 'unreadable' };
  const error = ErrorObject.safeParse(json);
  if (error.success) return { state: 'error', code: error.data.errorCode };
  if (SEARCH_RESULTS.some((key) => key in json)) return { state: 'not-a-domain-object', objectClass: null };
  const objectClass = 'objectClassName' in json ? json.objectClassName : undefined;
  if (typeof objectClass === 'string')
    return objectClass.toLowerCase() === 'domain'
      ? domainOf(json)
      : { state: 'not-a-domain-object', objectClass };
  // The class is a MUST (section 4.9), and yet some leave it out: what only a domain has tells it.
  const has = (key: string): boolean => key in json;
  if (has('ldhName') && (has('nameservers') || has('secureDNS') || has('events')) && !has('ipAddresses'))
    return domainOf(json);
  const known = ['handle', 'startAddress', 'startAutnum', 'vcardArray', 'ldhName', 'notices'].some(has);
  return known ? { state: 'not-a-domain-object', objectClass: null } : { state: 'unreadable' };
}
