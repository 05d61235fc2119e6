import { absent, found, unanswered, type MxRecord } from '#core/facts.ts';
import {
  checkHost,
  type SpfAnswer,
  type SpfInput,
  type SpfQuery,
  type SpfVerdict,
} from '#core/records/spf-check-host.ts';

/** Resource records of one name. TXT pieces are joined; an exchange of "" is the root. */
export interface SpfZoneName {
  /** [type, data]: data is a string, the pieces of a TXT record, or [preference, exchange] */
  readonly records: readonly (readonly [string, string | readonly (string | number)[]])[];
  /** a query for a type that is not listed gets no answer */
  readonly timeout?: boolean;
}
export type SpfZone = Readonly<Record<string, SpfZoneName>>;

/**
 * Runs check_host() over a zone written down in a test or a conformance suite, and keeps the questions asked.
 * Names are case-blind and CNAMEs are followed, as a resolver would. Type "SPF" (RFC 4408) stands for TXT too,
 * unless the name has a TXT entry of its own; the entry "NONE" is such an entry without a record.
 */
export function checkHostInZone(input: SpfInput, zone: SpfZone): { verdict: SpfVerdict; asked: SpfQuery[] } {
  const names = new Map(Object.entries(zone).map(([name, data]) => [plain(name), data]));
  const asked: SpfQuery[] = [];
  const evaluation = checkHost(input);
  let step = evaluation.next();
  while (step.done !== true) {
    asked.push(step.value);
    step = evaluation.next(answerFrom(names, step.value));
  }
  return { verdict: step.value, asked };
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function answerFrom(names: ReadonlyMap<string, SpfZoneName>, query: SpfQuery): SpfAnswer {
  let name = plain(query.name);
  for (let aliases = 0; aliases < 8; aliases++) {
    const data = names.get(name);
    if (data === undefined) return absent('NXDOMAIN');
    const alias = data.records.find(([type]) => type === 'CNAME');
    if (alias === undefined || query.type === ('CNAME' as string)) return answerOf(data, query.type);
    name = plain(String(alias[1]));
  }
  // an alias that leads to itself: resolvers answer SERVFAIL
  return unanswered('SERVFAIL');
}

function answerOf({ records, timeout }: SpfZoneName, type: SpfQuery['type']): SpfAnswer {
  const own = records.filter(([given]) => given === type);
  const taken = type === 'TXT' && own.length === 0 ? records.filter(([given]) => given === 'SPF') : own;
  const values = taken.filter(([, data]) => data !== 'NONE').map(([, data]) => valueOf(type, data));
  if (values.length > 0) return found(values);
  return timeout === true ? unanswered('TIMEOUT') : absent('NODATA');
}

function valueOf(type: SpfQuery['type'], data: string | readonly (string | number)[]): string | MxRecord {
  if (typeof data === 'string') return data;
  if (type !== 'MX') return data.join('');
  return { preference: Number(data[0]), exchange: plain(String(data[1])) };
}
