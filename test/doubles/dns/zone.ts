import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * A zone as a literal: names to records, in the shape one would write them down. Checked at start, since a double
 * that quietly serves a typo proves nothing.
 */

/** What may go wrong instead of an answer. None of these says anything about the name. */
export const TROUBLES = [
  'SERVFAIL',
  'REFUSED',
  'FORMERR',
  'NOTIMP',
  'SILENT', // nothing comes back
  'TRUNCATED', // TC over UDP, and the connection is closed over TCP: the answer cannot be had
  'WRONG-ID', // an NXDOMAIN to a question with another id: a forged answer, to be ignored
  'WRONG-QUESTION', // an NXDOMAIN to another name, with the right id
  'NO-QUESTION', // an NXDOMAIN with the right id and no question at all
  'GARBAGE', // the right id, and then bytes that are no message
] as const;
export type Trouble = (typeof TROUBLES)[number];
const Trouble = z.enum(TROUBLES);

const label = /^[!-[\]-~]{1,63}$/;
const Name = z
  .string()
  .max(254)
  .refine(
    (name) =>
      name === '.' ||
      bare(name)
        .split('.')
        .every((part) => label.test(part)),
    'a name has labels of 1 to 63 printable characters',
  );
const U16 = z.int().min(0).max(0xffff);
const U32 = z.int().min(0).max(0xffffffff);
const Piece = z
  .string()
  .refine((piece) => Buffer.byteLength(piece) <= 255, 'a piece of TXT has at most 255 bytes');
const orTrouble = <T extends z.ZodType>(shape: T) => z.union([shape, Trouble]).optional();

const Records = z.strictObject({
  A: orTrouble(z.array(z.ipv4()).min(1)),
  AAAA: orTrouble(z.array(z.ipv6()).min(1)),
  /** preference and exchange; "." is a null MX (RFC 7505) */
  MX: orTrouble(z.array(z.tuple([U16, Name])).min(1)),
  /** a string is cut into pieces of 255 bytes, a list gives the pieces themselves */
  TXT: orTrouble(z.array(z.union([z.string(), z.array(Piece).min(1)])).min(1)),
  NS: orTrouble(z.array(Name).min(1)),
  PTR: orTrouble(z.array(Name).min(1)),
  /** priority, weight, port, target */
  SRV: orTrouble(z.array(z.tuple([U16, U16, U16, Name])).min(1)),
  /** flags, tag, value */
  CAA: orTrouble(
    z.array(z.tuple([z.int().min(0).max(255), z.string().regex(/^[a-z0-9]+$/), z.string()])).min(1),
  ),
  /** primary, hostmaster, serial, and the negative TTL */
  SOA: orTrouble(z.tuple([Name, Name, U32, U32.optional()])),
  CNAME: orTrouble(Name),
  ttl: U32.optional(),
  /** milliseconds before any answer of this name */
  delay: z.int().min(0).max(60_000).optional(),
  /** every answer of this name over UDP is cut, whatever its size */
  truncated: z.boolean().optional(),
});
export type Records = z.input<typeof Records>;
export type Zone = Readonly<Record<string, Records | Trouble>>;

export const RECORD_TYPES = ['A', 'AAAA', 'MX', 'TXT', 'NS', 'PTR', 'SRV', 'CAA', 'SOA', 'CNAME'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface Answer {
  readonly name: string;
  readonly type: RecordType;
  readonly ttl: number;
  readonly data: unknown;
}
export interface Reply {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  readonly answers: Answer[];
  readonly authorities: Answer[];
  readonly delay: number;
  readonly truncated: boolean;
}

/** A zone from a literal or a JSON file. @throws with the place of every fault */
export function readZone(source: Zone | { readonly file: string }): Zone {
  const isFile = Object.keys(source).length === 1 && typeof (source as { file?: unknown }).file === 'string';
  const raw: unknown = isFile ? JSON.parse(readFileSync((source as { file: string }).file, 'utf8')) : source;
  const faults: string[] = [];
  const zone: Record<string, Records | Trouble> = {};
  for (const [written, value] of Object.entries(z.record(z.string(), z.unknown()).parse(raw))) {
    const place = `zone["${written}"]`;
    const name = bare(written);
    if (!Name.safeParse(written).success) faults.push(`${place}: not a name`);
    if (Object.hasOwn(zone, name)) faults.push(`${place}: twice in the zone`);
    // Trouble first: a union would only say that nothing fits.
    const parsed = typeof value === 'string' ? Trouble.safeParse(value) : Records.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) faults.push(`${place}${at(issue.path)}: ${complaint(issue)}`);
      continue;
    }
    const records = parsed.data;
    if (
      typeof records === 'object' &&
      typeof records.CNAME === 'string' &&
      !TROUBLES.includes(records.CNAME as Trouble)
    ) {
      const other = RECORD_TYPES.find((type) => type !== 'CNAME' && records[type] !== undefined);
      if (other !== undefined)
        faults.push(`${place}: a CNAME stands alone (RFC 1034 section 3.6.2), but ${other} is there too`);
    }
    zone[name] = records;
  }
  if (faults.length > 0) throw new Error(`this zone cannot be served:\n${faults.join('\n')}`);
  return zone;
}

function at(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

function complaint(issue: z.core.$ZodIssue): string {
  // Of a union's two branches only the records are worth talking about, unless a string stands there.
  if (issue.code !== 'invalid_union') return issue.message;
  const inner = issue.errors[0]?.[0];
  return inner === undefined ? issue.message : `${at(inner.path)} ${complaint(inner)}`.trim();
}

export interface ZoneIndex {
  /** What a recursive server with this zone below it answers. */
  resolve(name: string, type: string): Reply | { trouble: Trouble; delay: number };
}

export function indexZone(zone: Zone): ZoneIndex {
  const nodes = new Map(Object.entries(zone));
  // Names between a name and the root exist as well: they answer NODATA, never NXDOMAIN (RFC 8020 section 2).
  const exists = new Set<string>();
  for (const name of nodes.keys()) for (let n = name; n !== ''; n = parent(n)) exists.add(n);

  /** The records of a name, its own or those of a wildcard (RFC 4592); undefined = no such name. */
  function find(name: string): Records | Trouble | undefined {
    if (exists.has(name)) return nodes.get(name) ?? {};
    let encloser = parent(name);
    while (encloser !== '' && !exists.has(encloser)) encloser = parent(encloser);
    return nodes.get(encloser === '' ? '*' : `*.${encloser}`);
  }

  /** The SOA that a negative answer carries (RFC 2308 section 3), made up where the zone has none. */
  function authority(name: string): Answer[] {
    for (let n = name; n !== ''; n = parent(n)) {
      const node = nodes.get(n);
      if (typeof node === 'object' && Array.isArray(node.SOA))
        return answers(n, 'SOA', node).map((soa) => ({
          ...soa,
          ttl: ((node.SOA as unknown[])[3] as number) ?? 300,
        }));
    }
    let top = parent(name) || name;
    while (parent(top) !== '' && !exists.has(top)) top = parent(top);
    return answers(top, 'SOA', { SOA: [`ns.${top}`, `hostmaster.${top}`, 1, 300] });
  }

  return {
    resolve(asked, type) {
      const found: Answer[] = [];
      const seen = new Set<string>();
      let delay = 0;
      let truncated = false;
      const reply = (rcode: Reply['rcode'], authorities: Answer[] = []): Reply => ({
        rcode,
        answers: found,
        authorities,
        delay,
        truncated,
      });
      for (let name = bare(asked); ;) {
        // A loop, or a chain no resolver follows to its end: SERVFAIL, as recursive servers say it.
        if (seen.has(name) || seen.size > 16) return reply('SERVFAIL');
        seen.add(name);
        const node = find(name);
        if (node === undefined) return reply('NXDOMAIN', authority(name));
        if (typeof node === 'string') return { trouble: node, delay };
        delay += node.delay ?? 0;
        truncated ||= node.truncated ?? false;
        const cname = node.CNAME;
        if (isTrouble(cname) && (type === 'CNAME' || type === 'ANY')) return { trouble: cname, delay };
        if (cname !== undefined && !isTrouble(cname) && type !== 'CNAME' && type !== 'ANY') {
          found.push(...answers(name, 'CNAME', node));
          name = bare(cname);
          continue;
        }
        const wanted = type === 'ANY' ? RECORD_TYPES : RECORD_TYPES.filter((t) => t === type);
        for (const t of wanted) {
          const value = node[t];
          if (isTrouble(value)) return { trouble: value, delay };
          found.push(...answers(name, t, node));
        }
        return found.some((a) => a.name === name) ? reply('NOERROR') : reply('NOERROR', authority(name));
      }
    },
  };
}

function isTrouble(value: unknown): value is Trouble {
  return typeof value === 'string' && (TROUBLES as readonly string[]).includes(value);
}

/** Records into what dns-packet encodes. */
function answers(name: string, type: RecordType, node: Records): Answer[] {
  const value = node[type];
  if (value === undefined || isTrouble(value)) return [];
  const make = (data: unknown): Answer => ({ name, type, ttl: node.ttl ?? 300, data });
  switch (type) {
    case 'MX':
      return (value as [number, string][]).map(([preference, exchange]) => make({ preference, exchange }));
    case 'SRV':
      return (value as [number, number, number, string][]).map(([priority, weight, port, target]) =>
        make({ priority, weight, port, target }),
      );
    case 'CAA':
      return (value as [number, string, string][]).map(([flags, tag, text]) =>
        make({ flags, tag, value: text, issuerCritical: flags === 128 }),
      );
    case 'SOA': {
      const [mname, rname, serial, minimum] = value as [string, string, number, number?];
      return [
        make({
          mname,
          rname,
          serial,
          refresh: 7200,
          retry: 3600,
          expire: 1_209_600,
          minimum: minimum ?? 300,
        }),
      ];
    }
    case 'TXT':
      return (value as (string | string[])[]).map((text) =>
        make(Array.isArray(text) ? text.map((piece) => Buffer.from(piece)) : pieces(text)),
      );
    case 'CNAME':
      return [make(value)];
    default:
      return (value as string[]).map(make);
  }
}

function pieces(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const cut: Buffer[] = [];
  for (let i = 0; i < bytes.length || i === 0; i += 255) cut.push(bytes.subarray(i, i + 255));
  return cut;
}

function bare(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}

function parent(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}
