/**
 * The check_host() function of RFC 7208 section 4, without input or output of its own: a generator that yields DNS
 * questions and is handed the answers. Any driver can run it: a resolver, a zone in a test.
 */
import type { Lookup, MxRecord } from '../facts.ts';
import { every } from './ascii.ts';
import { inNetwork, parseIp, reverseName, unmapped } from './ip.ts';
import {
  expandMacros,
  expandName,
  needsValidatedName,
  withoutFinalDot,
  type SpfMacroValues,
} from './spf-expand.ts';
import { parseMacroString, type SpfDomainSpec } from './spf-macro.ts';
import { SPF_LOOKUP_LIMIT, SPF_VOID_LOOKUP_LIMIT } from './spf-structure.ts';
import {
  isQueryable,
  parseSpf,
  selectSpf,
  type SpfMechanism,
  type SpfQualifier,
  type SpfRecord,
} from './spf.ts';

export interface SpfQuery {
  readonly type: 'TXT' | 'A' | 'AAAA' | 'MX' | 'PTR';
  readonly name: string;
}
/** TXT: one string a record; A, AAAA: addresses; PTR: names; MX: records. */
export type SpfAnswer = Lookup<readonly (string | MxRecord)[]>;

/** Section 2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

export interface SpfInput {
  /** address of the client, in any form of RFC 4291 */
  readonly ip: string;
  /** MAIL FROM; empty for a bounce, which is checked as postmaster@helo (section 2.4) */
  readonly sender: string;
  readonly helo: string;
  /** the domain to check; default: that of the sender */
  readonly domain?: string;
  /** the receiving host, for the macro "r" */
  readonly receiver?: string;
  /** seconds since 1970, for the macro "t" */
  readonly time?: number;
}

export interface SpfVerdict {
  readonly result: SpfResult;
  /** the domain owner's words on a fail, when there are any (section 6.2) */
  readonly explanation: string | null;
  /** the directive that decided, and the domain whose record it stands in */
  readonly matched: { readonly term: string; readonly domain: string } | null;
  /** why there was an error or no policy; null otherwise */
  readonly reason: string | null;
  readonly lookups: number;
  readonly voidLookups: number;
}

/** Section 4.6.4: MX hosts and PTR names looked at for one term. */
const NAMES_LIMIT = 10;

const RESULT_OF: Readonly<Record<SpfQualifier, SpfResult>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

type Steps<T> = Generator<SpfQuery, T, SpfAnswer>;

/** An outcome of section 2.6 that ends the whole evaluation at once, wherever it comes up. */
class SpfStop extends Error {
  readonly result: 'temperror' | 'permerror';
  constructor(result: 'temperror' | 'permerror', reason: string) {
    super(reason);
    this.result = result;
  }
}

interface Outcome {
  readonly result: SpfResult;
  readonly matched: SpfVerdict['matched'];
  /** where the explanation is to be found: the record that decided, not those that included it */
  readonly exp: { readonly spec: SpfDomainSpec; readonly domain: string } | null;
  readonly reason: string | null;
}

/** Evaluates the SPF policy of a domain for a client. Never throws, whatever it is asked or answered. */
export function* checkHost(input: SpfInput): Steps<SpfVerdict> {
  const ip = parseIp(input.ip);
  const at = input.sender.lastIndexOf('@');
  const senderDomain = withoutFinalDot((at === -1 ? input.sender : input.sender.slice(at + 1)) || input.helo);
  const domain = withoutFinalDot(input.domain ?? senderDomain);
  const nothing = { explanation: null, matched: null, lookups: 0, voidLookups: 0 };
  if (ip === null) return { ...nothing, result: 'none', reason: 'the client address is not an IP address' };
  const evaluation = new Evaluation({
    ip: unmapped(ip),
    // section 4.3: a sender without a local part is the postmaster
    localPart: at > 0 ? input.sender.slice(0, at) : 'postmaster',
    senderDomain,
    domain,
    helo: input.helo,
    validated: 'unknown',
    receiver: input.receiver ?? 'unknown',
    time: input.time ?? 0,
  });
  let outcome: Outcome;
  try {
    outcome = yield* evaluation.check(domain, true);
  } catch (error) {
    if (!(error instanceof SpfStop)) throw error;
    outcome = { result: error.result, matched: null, exp: null, reason: error.message };
  }
  const explanation =
    outcome.result === 'fail' && outcome.exp !== null ? yield* evaluation.explain(outcome.exp) : null;
  return {
    result: outcome.result,
    explanation,
    matched: outcome.matched,
    reason: outcome.reason,
    lookups: evaluation.lookups,
    voidLookups: evaluation.voidLookups,
  };
}

class Evaluation {
  lookups = 0;
  voidLookups = 0;
  readonly #values: SpfMacroValues;
  /** names of the client that lead back to its address (section 5.5); asked for once */
  #validatedNames: readonly string[] | null = null;

  constructor(values: SpfMacroValues) {
    this.#values = values;
  }

  /** check_host() for one domain; `first` is the outermost, whose own TXT look-up is not limited. */
  *check(domain: string, first: boolean): Steps<Outcome> {
    const none = (reason: string): Outcome => ({ result: 'none', matched: null, exp: null, reason });
    // section 4.3: a malformed domain, or one that is not fully qualified, has no policy
    if (!isCheckable(domain)) return none(`${domain} is not a fully qualified domain name`);
    const answer = yield { type: 'TXT', name: domain };
    if (answer.state === 'unanswered') throw new SpfStop('temperror', `TXT of ${domain}: ${answer.why}`);
    if (answer.state === 'absent') {
      if (!first) this.#countVoid(domain);
      return none(`${domain} has no SPF record`);
    }
    const selected = selectSpf(strings(answer.value));
    if (selected.state === 'none') return none(`${domain} has no SPF record`);
    if (selected.state === 'multiple') throw new SpfStop('permerror', `${domain} has several SPF records`);
    const parse = parseSpf(selected.text);
    // section 4.6: a syntax error anywhere in the record, before anything is evaluated
    if (!parse.ok) throw new SpfStop('permerror', `${domain}: ${parse.problems[0].sentence}`);
    return yield* this.#evaluate(parse.record, domain);
  }

  *#evaluate(record: SpfRecord, domain: string): Steps<Outcome> {
    const exp = record.exp === null ? null : { spec: record.exp.domain, domain };
    for (const directive of record.directives) {
      if (yield* this.#matches(directive.mechanism, domain))
        return {
          result: RESULT_OF[directive.qualifier],
          matched: { term: directive.text, domain },
          exp,
          reason: null,
        };
    }
    // section 4.7: neutral when nothing matches and nothing is redirected to
    if (record.redirect === null) return { result: 'neutral', matched: null, exp: null, reason: null };
    this.#countLookup();
    const target = yield* this.#name(record.redirect.domain, domain);
    const outcome = yield* this.check(target, false);
    // section 6.1: a target without a policy is an error, not an absence; its "exp" counts, ours does not
    if (outcome.result === 'none') throw new SpfStop('permerror', outcome.reason ?? '');
    return outcome;
  }

  *#matches(mechanism: SpfMechanism, domain: string): Steps<boolean> {
    switch (mechanism.kind) {
      case 'all':
        return true;
      case 'ip4':
      case 'ip6':
        return inNetwork(this.#values.ip, mechanism.network, mechanism.prefix);
      case 'include': {
        this.#countLookup();
        const target = yield* this.#name(mechanism.domain, domain);
        const outcome = yield* this.check(target, false);
        // section 5.2: "none" is an error; a fail there is only no match here
        if (outcome.result === 'none') throw new SpfStop('permerror', outcome.reason ?? '');
        return outcome.result === 'pass';
      }
      case 'exists': {
        this.#countLookup();
        // section 5.7: an A query, even when the client speaks IPv6
        const name = yield* this.#name(mechanism.domain, domain);
        return (yield* this.#ask({ type: 'A', name })).length > 0;
      }
      case 'a': {
        this.#countLookup();
        const name = yield* this.#name(mechanism.domain, domain);
        return yield* this.#hasAddress(name, mechanism, true);
      }
      case 'mx': {
        this.#countLookup();
        const name = yield* this.#name(mechanism.domain, domain);
        const hosts = records(yield* this.#ask({ type: 'MX', name }));
        if (hosts.length > NAMES_LIMIT)
          throw new SpfStop('permerror', `${name} has more than ${NAMES_LIMIT} MX records`);
        for (const { exchange } of hosts)
          if (yield* this.#hasAddress(withoutFinalDot(exchange), mechanism, false)) return true;
        return false;
      }
      case 'ptr': {
        this.#countLookup();
        const name = (yield* this.#name(mechanism.domain, domain)).toLowerCase();
        const names = yield* this.#validated(true);
        return names.some((validated) => validated === name || validated.endsWith(`.${name}`));
      }
    }
  }

  *#hasAddress(
    name: string,
    lengths: { readonly prefix4: number; readonly prefix6: number },
    counts: boolean,
  ): Steps<boolean> {
    const { ip } = this.#values;
    const prefix = ip.version === 4 ? lengths.prefix4 : lengths.prefix6;
    for (const text of strings(yield* this.#ask(this.#addressQuery(name), counts))) {
      const address = parseIp(text);
      if (address !== null && inNetwork(ip, address, prefix)) return true;
    }
    return false;
  }

  #addressQuery(name: string): SpfQuery {
    return { type: this.#values.ip.version === 4 ? 'A' : 'AAAA', name };
  }

  /** The answers, none when there are none; `counts` is for the look-up a term is made for (section 4.6.4). */
  *#ask(query: SpfQuery, counts = true): Steps<readonly (string | MxRecord)[]> {
    // section 4.8: a name DNS cannot hold does not exist, and nobody needs to be asked
    if (!isAskable(query.name)) return [];
    const answer = yield query;
    if (answer.state === 'unanswered')
      throw new SpfStop('temperror', `${query.type} of ${query.name}: ${answer.why}`);
    const found = answer.state === 'found' ? answer.value : [];
    if (found.length === 0 && counts) this.#countVoid(query.name);
    return found;
  }

  #countLookup(): void {
    if (++this.lookups > SPF_LOOKUP_LIMIT)
      throw new SpfStop(
        'permerror',
        `more than ${SPF_LOOKUP_LIMIT} terms cause DNS look-ups (section 4.6.4)`,
      );
  }

  #countVoid(name: string): void {
    if (++this.voidLookups > SPF_VOID_LOOKUP_LIMIT)
      throw new SpfStop(
        'permerror',
        `more than ${SPF_VOID_LOOKUP_LIMIT} look-ups find nothing, the last ${name}`,
      );
  }

  /** The target of a term: its domain-spec with the macros replaced, or the domain being evaluated. */
  *#name(spec: SpfDomainSpec | null, domain: string): Steps<string> {
    if (spec === null) return domain;
    return expandName(spec.parts, yield* this.#valuesFor(spec.parts, domain));
  }

  *#valuesFor(parts: SpfDomainSpec['parts'], domain: string): Steps<SpfMacroValues> {
    if (!needsValidatedName(parts)) return { ...this.#values, domain };
    const names = yield* this.#validated(false);
    const own = domain.toLowerCase();
    // section 7.3: the domain itself, else a name below it, else any
    const validated =
      names.find((name) => name === own) ?? names.find((name) => name.endsWith(`.${own}`)) ?? names[0];
    return { ...this.#values, domain, validated: validated ?? 'unknown' };
  }

  /** The names PTR gives the client, kept where they lead back to it (section 5.5). A failed look-up gives none. */
  *#validated(counts: boolean): Steps<readonly string[]> {
    if (this.#validatedNames !== null) return this.#validatedNames;
    const names: string[] = [];
    const reverse = reverseName(this.#values.ip);
    const answer = yield { type: 'PTR', name: reverse };
    const found = answer.state === 'found' ? strings(answer.value) : [];
    if (answer.state !== 'unanswered' && found.length === 0 && counts) this.#countVoid(reverse);
    // section 4.6.4: more than ten are not an error, the rest is not looked at
    for (const given of found.slice(0, NAMES_LIMIT)) {
      const name = withoutFinalDot(given).toLowerCase();
      if (!isAskable(name)) continue;
      const addresses = yield this.#addressQuery(name);
      if (addresses.state === 'found' && strings(addresses.value).some((text) => this.#isClient(text)))
        names.push(name);
    }
    this.#validatedNames = names;
    return names;
  }

  #isClient(text: string): boolean {
    const { ip } = this.#values;
    const address = parseIp(text);
    return address !== null && inNetwork(ip, address, ip.bytes.length * 8);
  }

  /** Section 6.2: one TXT record, in ASCII, a valid explain-string; anything else is no explanation, not an error. */
  *explain(exp: { readonly spec: SpfDomainSpec; readonly domain: string }): Steps<string | null> {
    const name = yield* this.#name(exp.spec, exp.domain);
    if (!isAskable(name)) return null;
    const answer = yield { type: 'TXT', name };
    if (answer.state !== 'found' || answer.value.length !== 1) return null;
    const read = parseMacroString(strings(answer.value).join(''), { blanks: true, explanation: true });
    if (!read.ok) return null;
    const values = yield* this.#valuesFor(read.parts, exp.domain);
    return expandMacros(read.parts, values);
  }
}

/** Section 4.3: labels DNS can hold, more than one of them, and no address literal. */
function isCheckable(domain: string): boolean {
  return isAskable(domain) && domain.includes('.') && !domain.startsWith('[');
}

/** Macros bring anything into a name: what is not ASCII, or cannot be printed, does not exist in DNS. */
const isAskable = (name: string): boolean =>
  isQueryable(name) && every(name, (code) => code >= 0x20 && code <= 0x7e);

const strings = (values: readonly (string | MxRecord)[]): string[] =>
  values.filter((value) => typeof value === 'string');

const records = (values: readonly (string | MxRecord)[]): MxRecord[] =>
  values.filter((value) => typeof value !== 'string');
