/**
 * Whether a domain signs with DKIM, as far as it can be known from outside. Selectors cannot be listed: a key found
 * proves that it does, nothing found proves little. Absence is proven by NXDOMAIN at `_domainkey` (RFC 8020: nothing
 * exists below), or when all selectors a provider ever uses were asked and are missing.
 */
import type { DomainFacts, Lookup, Silence } from '../facts.ts';
import { parseDkimKey, type DkimFault, type DkimKey, type DkimNote } from './dkim-key.ts';

export * from './dkim-key.ts';

/** A selector at which something stands. */
export interface DkimSelectorKey {
  readonly selector: string;
  /** null when the text there is no valid key */
  readonly key: DkimKey | null;
  /** target of the CNAME at the selector, lower case: who holds the key */
  readonly cname: string | null;
  readonly notes: readonly DkimNote[];
  readonly problems: readonly DkimFault[];
}

export interface DkimReading {
  readonly state: 'found' | 'absent' | 'unknown' | 'unanswered';
  /** usable keys first, then by selector as asked */
  readonly keys: readonly DkimSelectorKey[];
  /** what proves an absence: the empty `_domainkey`, or the provider's complete list */
  readonly provenBy: 'nxdomain' | 'selectors' | null;
  /** keys were found and all of them are withdrawn */
  readonly revokedOnly: boolean;
  /** selectors whose look-up was not answered */
  readonly unanswered: readonly string[];
  readonly why: Silence | null;
}

/**
 * Reads the DKIM look-ups of a domain. `provenBy` is the complete list of selectors of the provider that signs for
 * the domain, when it is known to use no other.
 */
export function readDkim(
  dkim: DomainFacts['dkim'],
  options: { readonly provenBy?: readonly string[] } = {},
): DkimReading {
  const keys: DkimSelectorKey[] = [];
  const unanswered: string[] = [];
  const states = new Map<string, 'usable' | 'none' | 'unanswered'>();
  let why: Silence | null = dkim.base.state === 'unanswered' ? dkim.base.why : null;
  for (const { selector, txt, cname } of dkim.selectors) {
    const read = readSelector(selector, txt, cname);
    if (read !== null) keys.push(read);
    if (txt.state === 'unanswered') {
      unanswered.push(selector);
      why ??= txt.why;
    }
    states.set(
      selector.toLowerCase(),
      read?.key?.usable === true ? 'usable' : txt.state === 'unanswered' ? 'unanswered' : 'none',
    );
  }
  const sorted = [...keys.filter(isUsable), ...keys.filter((key) => !isUsable(key))];
  const withKey = keys.filter(({ key }) => key !== null);
  const revokedOnly = withKey.length > 0 && withKey.every(({ key }) => key?.revoked === true);
  const head = { keys: sorted, revokedOnly, unanswered };
  if (keys.some(isUsable)) return { ...head, state: 'found', provenBy: null, why: null };
  // RFC 8020: NXDOMAIN means that nothing lies below the name either
  if (dkim.base.state === 'absent' && dkim.base.why === 'NXDOMAIN')
    return { ...head, state: 'absent', provenBy: 'nxdomain', why: null };
  const proof = options.provenBy ?? [];
  if (proof.length > 0 && proof.every((selector) => states.get(selector.toLowerCase()) === 'none'))
    return { ...head, state: 'absent', provenBy: 'selectors', why: null };
  return { ...head, state: why === null ? 'unknown' : 'unanswered', provenBy: null, why };
}

const isUsable = ({ key }: DkimSelectorKey): boolean => key?.usable === true;

function readSelector(
  selector: string,
  txt: Lookup<readonly string[]>,
  cname: Lookup<string> | undefined,
): DkimSelectorKey | null {
  const target = cname?.state === 'found' ? cname.value.toLowerCase() : null;
  const nothing = { selector, key: null, cname: target, notes: [], problems: [] };
  if (txt.state !== 'found') return target === null ? null : nothing;
  const parses = txt.value.map(parseDkimKey);
  // several records at a selector have no defined meaning (RFC 6376 section 3.6.2.2): the best one is taken
  const best = parses.find((parse) => parse.ok && parse.key.usable) ?? parses.find((parse) => parse.ok);
  if (best?.ok === true) return { ...nothing, key: best.key, notes: best.notes };
  // a wildcard TXT ("v=spf1 -all", "v=DMARC1; p=none") answers for every selector and is no key at all
  const foreign = new Set<DkimFault['code']>(['key-missing', 'version']);
  const meant = parses.find((parse) => !parse.ok && !parse.problems.some(({ code }) => foreign.has(code)));
  if (meant?.ok === false) return { ...nothing, problems: meant.problems };
  return target === null ? null : nothing;
}
