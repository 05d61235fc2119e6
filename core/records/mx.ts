/** MX records (RFC 5321 section 5, RFC 7505): where mail for the domain goes, or that it goes nowhere. */
import type { Absence, DomainFacts, Lookup, MxRecord, Silence } from '../facts.ts';
import { every, isAlphanumeric } from './ascii.ts';
import { parseIp } from './ip.ts';
import { quoted } from './problem.ts';

export type MxProblemCode =
  | 'null-mx-beside-others' // RFC 7505 section 3
  | 'null-mx-preference' // RFC 7505 section 3
  | 'exchange-address' // RFC 5321 section 5.1: a host name, never an address
  | 'exchange-underscore' // RFC 952, RFC 1123: not a host name
  | 'exchange-name' // any other text that is no host name
  | 'exchange-localhost'
  | 'exchange-single-label'
  | 'exchange-cname' // RFC 2181 section 10.3, RFC 5321 section 5.1
  | 'exchange-repeated';
/** An oddity of one exchange. */
export interface MxProblem {
  readonly code: MxProblemCode;
  readonly exchange: string;
  readonly sentence: string;
}

export type MxReading =
  | {
      readonly state: 'found';
      /** unique hosts by preference, then name; lower case; the null MX left out */
      readonly hosts: readonly string[];
      readonly records: readonly MxRecord[];
      readonly problems: readonly MxProblem[];
    }
  /** the domain says that it accepts no mail */
  | {
      readonly state: 'null-mx';
      readonly records: readonly MxRecord[];
      readonly problems: readonly MxProblem[];
    }
  | { readonly state: 'absent'; readonly why: Absence }
  | { readonly state: 'unanswered'; readonly why: Silence; readonly retryable: boolean };

/** Reads the MX records of a domain; `mxHosts` adds what is known of the hosts' CNAMEs. */
export function readMx(lookup: Lookup<readonly MxRecord[]>, mxHosts: DomainFacts['mxHosts'] = {}): MxReading {
  if (lookup.state === 'unanswered')
    return { state: 'unanswered', why: lookup.why, retryable: lookup.retryable };
  if (lookup.state === 'absent') return { state: 'absent', why: lookup.why };
  const records = lookup.value
    .map(({ preference, exchange }) => ({ preference, exchange: hostName(exchange) }))
    .sort((a, b) => a.preference - b.preference || compare(a.exchange, b.exchange));
  const [first] = records;
  if (first === undefined) return { state: 'absent', why: 'NODATA' };
  const problems: MxProblem[] = [];
  const nulls = records.filter(({ exchange }) => exchange === '');
  if (nulls.length === records.length) {
    if (first.preference !== 0 || records.length > 1)
      problems.push({
        code: 'null-mx-preference',
        exchange: '',
        sentence: 'a null MX is one record with preference 0 (RFC 7505 section 3)',
      });
    return { state: 'null-mx', records, problems };
  }
  if (nulls.length > 0)
    problems.push({
      code: 'null-mx-beside-others',
      exchange: '',
      sentence: 'a null MX stands beside other MX records, which contradicts them (RFC 7505 section 3)',
    });
  const hosts = new Set<string>();
  for (const { exchange } of records) {
    if (exchange === '') continue;
    if (hosts.has(exchange)) {
      problems.push({ code: 'exchange-repeated', exchange, sentence: `${exchange} is listed twice` });
      continue;
    }
    hosts.add(exchange);
    const oddity = oddityOf(exchange);
    if (oddity !== null) problems.push({ code: oddity[0], exchange, sentence: oddity[1] });
    const cname = Object.hasOwn(mxHosts, exchange) ? mxHosts[exchange]?.cname : undefined;
    if (cname?.state === 'found')
      problems.push({
        code: 'exchange-cname',
        exchange,
        sentence: `${exchange} is an alias of ${quoted(cname.value)}; an MX must name the host itself (RFC 2181 section 10.3)`,
      });
  }
  return { state: 'found', hosts: [...hosts], records, problems };
}

function oddityOf(exchange: string): [MxProblemCode, string] | null {
  const shown = () => quoted(exchange);
  if (parseIp(exchange) !== null || parseIp(exchange.replace(/^\[|\]$/g, '')) !== null)
    return ['exchange-address', `${shown()} is an address; an MX must name a host (RFC 5321 section 5.1)`];
  if (exchange === 'localhost' || exchange.endsWith('.localhost') || exchange === 'localhost.localdomain')
    return [
      'exchange-localhost',
      `${shown()} is the sender's own machine, wherever that is (RFC 6761 section 6.3)`,
    ];
  if (!exchange.includes('.'))
    return ['exchange-single-label', `${shown()} is a single label, and hardly a host on the internet`];
  if (exchange.includes('_'))
    return [
      'exchange-underscore',
      `${shown()} has an underscore, which host names may not (RFC 1123 section 2.1)`,
    ];
  const labels = exchange.split('.');
  const valid = labels.every(
    (label) =>
      label !== '' &&
      label.length <= 63 &&
      !label.startsWith('-') &&
      !label.endsWith('-') &&
      every(label, (code) => isAlphanumeric(code) || code === 0x2d),
  );
  return valid && exchange.length <= 253
    ? null
    : ['exchange-name', `${shown()} is not a host name (RFC 1123 section 2.1)`];
}

/** Lower case without the final dot; the root, "" or ".", is "". */
const hostName = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();

/** By code unit, so that the order does not depend on the machine's language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
