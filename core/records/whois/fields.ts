import { orderOf, parseDate, provenOrder, statedOrder, type DateOrder } from './dates.ts';
import type { Entry, Text } from './lines.ts';

/** What a text says of one domain. Dates are ISO 8601, names lower case without the final dot. */
export interface WhoisFields {
  readonly domain: string | null;
  readonly registrar: string | null;
  readonly created: string | null;
  readonly expires: string | null;
  readonly updated: string | null;
  readonly nameservers: readonly string[];
  readonly statuses: readonly string[];
  /** another WHOIS server the text names: the registrar's, or the registry's when IANA answers */
  readonly referral: string | null;
}

/**
 * Keys are judged by their words: a key means a field when it has one of the words that give the meaning, and no
 * word besides those and the filling ones. So "Last update of whois database" is no date of the domain.
 */
interface KeyWords {
  readonly meaning: ReadonlySet<string>;
  readonly filling: ReadonlySet<string>;
}
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const DATE_FILL = words(
  'date dates on at time domain record name entry first in the of was day until till last registry registrar current currently ' +
    'registration reg valid paid original fecha de data do da tarihi kayıt alan adı creation create to',
);
const CREATED: KeyWords = {
  meaning: words(
    'created creation create registered registration activated acivated activation commencement assigned connected ' +
      'dateregistered creado creacion creación criado criação registro registo création kayıt oluşturma oluşturulma since issue issued',
  ),
  filling: DATE_FILL,
};
const EXPIRES: KeyWords = {
  meaning: words(
    'expires expire expiry expiration expired exp renewal renew renewed validity till until expira expiracion ' +
      'expiración expiração vencimiento vencimento caducidad bitiş deleted ends datebilleduntil expiracao',
  ),
  filling: words([...DATE_FILL].join(' ').replace(' creation create', '') + ' will registered next'),
};
const UPDATED: KeyWords = {
  meaning: words(
    'updated update lastupdate modified changed change modification datelastmodified actualizacion actualización ' +
      'modificado alterado modification güncelleme',
  ),
  filling: words([...DATE_FILL].join(' ').replace(' creation create', '') + ' ultima última dernière'),
};
const NAMESERVER: KeyWords = {
  meaning: words(
    'nameserver nameservers nserver nservers ns dns server servers hostname host servidor servidores primnsfqdn ' +
      'secns1fqdn secns2fqdn secns3fqdn secns4fqdn',
  ),
  filling: words(
    'name names domain current in the listed order primary secondary tertiary information info db list delegated of for ' +
      'delegation authoritative first second third fourth de nombres dominio registered fqdn hostname',
  ),
};

function means(key: string, { meaning, filling }: KeyWords): boolean {
  let has = false;
  for (const word of key.split(' ')) {
    if (meaning.has(word)) has = true;
    else if (!filling.has(word)) return false;
  }
  return has;
}

/** Where the registrar's name stands, best first. */
const REGISTRAR_KEYS: readonly RegExp[] = [
  /^(?:sponsoring |current |domain |authori[sz]ed )?regist(?:ra?|a)r(?: name| organi[sz]ation| company)?$|^sponsoring registrar organi[sz]ation$|^current registar$/,
  /^registered (?:by|through|via)$|^authori[sz]ed agency$|^registrar of record$|^name of registrar$|^registrador$|^kayıt (?:firması|operatörü)$/,
  /^registration service provider$|^provider$|^sponsor$|^(?:registrant s )?agent$/,
  /^registrar (?:id|handle|iana id|c)$|^mnt by$/,
];
/** Inside a registrar's own object or section. The organization is what people know it by. */
const IN_REGISTRAR: readonly RegExp[] = [
  /^(?:organi[sz]ation|org)(?: name)?$|^company(?: name)?$/,
  /^(?:registrar )?name$/,
  /^registrar$/,
];

const DOMAIN_KEY = /^(?:domain(?: ?name)?|domainname|query|ascii domain name|domain ace|ascii)$/;
const STATUS_KEY =
  /^(?:(?:domain |epp |registration |query |ren |object )?(?:status|state)|eppstatus|domaintype|domain registration status)$/;
const REFERRAL_KEYS: readonly RegExp[] = [
  /^registrar whois(?: server)?$/,
  /^whois server$|^registrar whois$|^referral server$/,
  /^refer$/,
  /^whois$/,
];

/** Values that stand for "we do not tell". */
const NOTHING =
  /^(?:-+|\.+|n\/?a|none|null|nil|unknown|no name|no (?:registrar|agent|registration status) listed\b.*|not (?:disclosed|available|applicable|shown|set)\b.*|redacted\b.*|undisclosed|hidden!?.*|data protected.*|statutory masking.*|gdpr .*)$/i;

const HOST =
  /(?<![\w@.-])(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})(?![\w@-])/gi;

/** Host names in a value, lower case. Addresses, mail addresses and filling ("not.defined.") are none. */
function hostsIn(value: string): string[] {
  // a zone-file line: "example.pt NS ns1.example.net."
  const record = /^\S+\s+(?:IN\s+)?NS\s+(\S+)/.exec(value);
  if (record !== null) return hostsIn(record[1] as string);
  const names: string[] = [];
  for (const [name] of value.slice(0, 1_000).matchAll(HOST))
    if (name.length <= 253 && !name.endsWith('not.defined')) names.push(name.toLowerCase());
  return names;
}

/** Only a domain's own entries count for its dates; a section may name them where the domain's part has none. */
const tierOf = ({ role }: Entry): number =>
  role === 'domain' || role === 'other' ? 0 : role === 'foreign' ? 9 : role === 'registrar' ? 1 : 2;

/** The order of day and month in this text: stated by it, proved by one of its dates, or the registry's habit. */
function dateOrder(text: Text, tld: string): DateOrder {
  for (const { text: line } of text.sentences.slice(0, 80)) {
    if (!/date format/i.test(line)) continue;
    const stated = statedOrder(line);
    if (stated !== null) return stated;
  }
  for (const entry of text.entries)
    if (means(entry.key, CREATED) || means(entry.key, EXPIRES) || means(entry.key, UPDATED)) {
      const proven = provenOrder(entry.values[0] ?? '');
      if (proven !== null) return proven;
    }
  return orderOf(tld);
}

function findDate(
  entries: readonly Entry[],
  field: KeyWords,
  order: DateOrder,
  rank: (key: string) => number,
): string | null {
  const home = entries.find((e) => DOMAIN_KEY.test(e.key) && tierOf(e) === 0)?.block;
  let best: { score: number; iso: string } | null = null;
  for (const entry of entries) {
    const tier = tierOf(entry);
    if (tier > 2) continue;
    // ".il" keeps a journal: "changed: ... 19990605 (Assigned)", and then its changes
    const assigned = means(entry.key, UPDATED) && /\((?:assigned|created)\)$/i.test(entry.values[0] ?? '');
    if (assigned ? field !== CREATED : !means(entry.key, field)) continue;
    // A contact's "created" is the contact's; an expiry, or a date of "the domain", is the domain's wherever it stands
    if (tier > 0 && field !== EXPIRES && !/\b(?:domain|record|creation|registration)\b/.test(entry.key))
      continue;
    const score = tier * 100 + (entry.block === home ? 0 : 10) + rank(entry.key);
    // of several changes the last counts, of all else the first
    if (best !== null && (best.score < score || (best.score === score && field !== UPDATED))) continue;
    for (const value of entry.values.slice(0, 4)) {
      const iso = parseDate(value, statedOrder(entry.note) ?? statedOrder(value) ?? order);
      if (iso === null) continue;
      if (best === null || best.score > score || iso > best.iso) best = { score, iso };
      break;
    }
  }
  return best?.iso ?? null;
}

/** A registrar's name as written, without web address or registry id: "IONOS SE ( https://nic.at/registrar/22 )". */
function cleanName(value: string): string | null {
  const name = value
    .slice(0, 500)
    .replace(/\s*\(\s*(?:https?:\/\/|www\.|R\d{1,6}-[A-Z]{3,5}\b)[^()]*\)?\s*$/i, '')
    .replace(/\s+/g, ' ')
    .trim();
  return name === '' || NOTHING.test(name) || /^https?:\/\//i.test(name) || /^[^ ]+@[^ ]+$/.test(name)
    ? null
    : name;
}

function findRegistrar(entries: readonly Entry[]): string | null {
  // An object or section of the registrar's own: its organization, its name, or the first line under the heading.
  for (const pattern of IN_REGISTRAR.slice(0, 2))
    for (const { role, key, values } of entries) {
      if (role !== 'registrar' || !pattern.test(key)) continue;
      const name = cleanName(values[0] ?? '');
      if (name !== null) return name;
    }
  for (const pattern of REGISTRAR_KEYS)
    for (const entry of entries) {
      if (tierOf(entry) > 1 || !pattern.test(entry.key)) continue;
      const name = cleanName(entry.values[0] ?? '');
      if (name !== null) return name;
    }
  for (const entry of entries) {
    if (!REGISTRAR_KEYS.some((p) => p.test(entry.key)) && entry.key !== 'registrar information') continue;
    if (entry.role === 'foreign') continue;
    const name = cleanName(entry.values[0] ?? '');
    if (name !== null) return name;
  }
  return null;
}

function findNameservers(entries: readonly Entry[], domain: string | null): string[] {
  const names = new Set<string>();
  for (const { key, values, role } of entries) {
    if (role === 'foreign' || key === 'server name') continue;
    const inSection =
      role === 'nameserver' && /^(?:name|host|server|fqdn|primary|secondary|nombre)$/.test(key);
    if (!inSection && !means(key, NAMESERVER)) continue;
    // "Server" and "host" alone mean a name server only under a heading that says so
    if (!inSection && role !== 'nameserver' && /^(?:server|host|hostname|host name)$/.test(key)) continue;
    for (const value of values)
      for (const name of hostsIn(value)) if (!(key === 'dns' && name === domain)) names.add(name);
  }
  return [...names].slice(0, 500);
}

/** One value may hold several states: "REGISTERED, DELEGATED", "clientHold https://icann.org/epp#clientHold". */
function statusesIn(value: string): string[] {
  const text = value.slice(0, 500);
  const coded = /^([a-z][\w-]*)[\s-]*\(?https?:\/\//i.exec(text);
  if (coded !== null) return [coded[1] as string];
  return text
    .split(/,| \/ /)
    .map((part) =>
      part
        .replace(/\([^()]*\)/g, '')
        .replace(/\s*-+\s*(?:Normal state\.?)?$/i, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((part) => part !== '' && !NOTHING.test(part));
}

function findReferral(entries: readonly Entry[]): string | null {
  for (const pattern of REFERRAL_KEYS)
    for (const { key, values, role } of entries) {
      if (role === 'foreign' || !pattern.test(key)) continue;
      const [name] = hostsIn((values[0] ?? '').replace(/^r?whois:\/\//i, ''));
      if (name !== undefined) return name;
    }
  return null;
}

/**
 * Old Verisign servers answer with every name that begins alike. When the domain asked for is known and the text
 * has several, only its own part is read.
 */
function partOf(entries: readonly Entry[], domain: string | undefined): readonly Entry[] {
  if (domain === undefined) return entries;
  let name = '';
  const names = new Set<string>();
  const mine = entries.filter((entry) => {
    if (/^domain(?: name)?$/.test(entry.key) && entry.role !== 'foreign' && entry.values.length > 0) {
      name = hostsIn(entry.values[0] as string)[0] ?? '';
      names.add(name);
    }
    return name === '' || name === domain;
  });
  return names.size > 1 && names.has(domain) ? mine : entries;
}

/** The top-level domain of the domain asked for, or of the one the text is about. */
const tldOf = (domain: string): string => domain.slice(domain.lastIndexOf('.') + 1);

/** Reads the fields out of a text. A field the text does not have is null or empty; nothing is made up. */
export function readFields(text: Text, asked?: string): WhoisFields {
  const entries = partOf(text.entries, asked);
  let domain: string | null = null;
  for (const { key, values, role, under } of entries) {
    if (role === 'foreign' || role === 'contact') continue;
    if (!DOMAIN_KEY.test(key) && !(key === 'name' && under === 'domain')) continue;
    const first = values[0]?.trim().toLowerCase() ?? '';
    // an internationalized name is taken as written, and its ASCII form when the text gives one
    const name =
      hostsIn(first)[0] ?? (!/[\s:@]/.test(first) && /\p{L}/u.test(first) ? first.replace(/\.$/, '') : null);
    if (name === null) continue;
    if (domain === null || (!/^[\x21-\x7e]+$/.test(domain) && name.includes('xn--'))) domain = name;
  }

  const order = dateOrder(text, tldOf(asked ?? domain ?? ''));
  const created = findDate(entries, CREATED, order, (key) =>
    /original|connected|activat/.test(key) ? 5 : /^registration|^registered$/.test(key) ? 1 : 0,
  );
  let expires = findDate(entries, EXPIRES, order, (key) =>
    /registry/.test(key) ? 0 : /\brenew/.test(key) ? 4 : /registrar/.test(key) ? 3 : 1,
  );
  const updated = findDate(entries, UPDATED, order, () => 0);

  const statuses = new Set<string>();
  for (const { key, values, role } of entries) {
    if (role === 'contact' || role === 'nameserver' || role === 'foreign' || role === 'registrar') continue;
    if (!STATUS_KEY.test(key)) continue;
    for (const value of values) {
      // "OK-UNTIL 20131218000000" (old .ua), "Connected (2026/03/31)" (JPRS): up to when the name is registered
      const until = /^[a-z]+[- ]?(?:until |\()(\d{4}\/?\d{2}\/?\d{2}\d*)\)?$/i.exec(value);
      for (const status of statusesIn(value.replace(/[- ]until \d+$/i, ''))) statuses.add(status);
      if (expires === null && until !== null) expires = parseDate(until[1] as string, order);
    }
  }

  return {
    domain,
    registrar: findRegistrar(entries),
    created,
    expires,
    updated,
    nameservers: findNameservers(entries, domain),
    statuses: [...statuses].slice(0, 100),
    referral: findReferral(entries),
  };
}
