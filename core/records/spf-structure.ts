/**
 * What an SPF policy is made of, without a message to check: includes and redirects as far as their records are
 * known, and the look-ups it may cost (RFC 7208 section 4.6.4). The caller asks for the names in `toFollow`, adds
 * the answers and calls again until the list is empty: at most ten names, because the limit stops it.
 */
import type { Lookup } from '../facts.ts';
import type { Problem } from './problem.ts';
import type { SpfDomainSpec } from './spf-macro.ts';
import {
  isQueryable,
  parseSpf,
  selectSpf,
  type SpfFaultCode,
  type SpfNote,
  type SpfParse,
  type SpfQualifier,
  type SpfRecord,
} from './spf.ts';

/** Section 4.6.4: terms that cause DNS look-ups, in the whole evaluation. */
export const SPF_LOOKUP_LIMIT = 10;
/** Section 4.6.4: look-ups that find nothing. */
export const SPF_VOID_LOOKUP_LIMIT = 2;
/** A policy that includes the same names over and over multiplies; past this the number says nothing more. */
const COUNT_CAP = 1000;

export type SpfReferenceState =
  | 'found'
  | 'absent' // the name, or an SPF record there, does not exist: a permerror for who includes it (section 5.2)
  | 'permerror'
  | 'unanswered'
  | 'not-followed' // not asked yet, or not worth asking beyond the limit
  | 'macro' // depends on the message: cannot be followed
  | 'loop'; // its record leads back to itself: evaluation ends at the limit only

/** A name another record includes or redirects to. `depth` 1 = named by the domain's own record. */
export interface SpfReference {
  readonly name: string;
  readonly depth: number;
  readonly state: SpfReferenceState;
}

export type SpfStructureProblemCode =
  | SpfFaultCode
  | 'multiple-records'
  | 'include-absent'
  | 'include-permerror'
  | 'redirect-absent'
  | 'redirect-permerror';
/** `name` is the domain whose record has the fault; `at` is a place in that record. */
export interface SpfStructureProblem extends Problem<SpfStructureProblemCode> {
  readonly name: string;
}

export interface SpfStructure {
  readonly state: 'found' | 'absent' | 'permerror' | 'unanswered';
  /** the domain's own SPF record as published; of several the first */
  readonly raw: string | null;
  /** all SPF records at the domain: more than one is a permerror */
  readonly records: readonly string[];
  readonly problems: readonly SpfStructureProblem[];
  readonly notes: readonly SpfNote[];
  /** the own record as parsed; when it has a fault, the terms that could be read */
  readonly record: SpfRecord | null;
  /** the qualifier of the `all` that ends the policy, redirects followed; null = none, or not known */
  readonly all: SpfQualifier | null;
  /** targets of the own record's includes, in its order, lower case; targets with macros as written */
  readonly directIncludes: readonly string[];
  /** every include once, nested ones too, breadth first */
  readonly includes: readonly SpfReference[];
  readonly redirects: readonly SpfReference[];
  /** terms that cost look-ups, in the worst case; a lower bound while `complete` is false */
  readonly lookups: number;
  readonly overLimit: boolean;
  /** included or redirected names known to answer NXDOMAIN or NODATA */
  readonly voidLookups: readonly string[];
  /** false while a name is not followed yet or was not answered */
  readonly complete: boolean;
  /** names whose TXT to ask next, lower case */
  readonly toFollow: readonly string[];
}

/** All that the text of one record says by itself: the same wherever the record stands. */
export interface SpfReading {
  readonly parse: SpfParse;
  /** null when the text is no SPF record at all */
  readonly terms: SpfTerms | null;
}
interface SpfTerms {
  readonly record: SpfRecord;
  readonly cost: Cost;
  readonly directIncludes: readonly string[];
}

/** Reads the text of an SPF record. */
export function readSpf(text: string): SpfReading {
  const parse = parseSpf(text);
  const { record } = parse;
  const terms =
    record === null ? null : { record, cost: costOf(record), directIncludes: directIncludes(record) };
  return { parse, terms };
}

type Node =
  | { readonly state: 'found'; readonly terms: SpfTerms }
  | {
      readonly state: 'permerror';
      readonly terms: SpfTerms | null;
      readonly problems: SpfStructureProblem[];
    }
  | { readonly state: 'absent' | 'unanswered' | 'not-followed' };

/** The terms of a record that are evaluated: those after `all` never are, and `all` cancels `redirect` (section 5.1). */
interface Cost {
  /** a, mx, ptr, exists, and includes and redirects themselves */
  readonly own: number;
  readonly targets: readonly Target[];
  readonly all: SpfQualifier | null;
}
interface Target {
  readonly via: 'include' | 'redirect';
  readonly spec: SpfDomainSpec;
  readonly at: number;
}

/**
 * Reads the structure of the policy of `domain` from the TXT records known so far. `read` reads one record: the rules
 * bring one that remembers, since a policy is looked at several times and the big senders' records are in most of them.
 */
export function spfStructure(
  domain: string,
  apexTxt: Lookup<readonly string[]>,
  spfTxt: Readonly<Record<string, Lookup<readonly string[]>>>,
  read: (text: string) => SpfReading = readSpf,
): SpfStructure {
  const apex = domain.toLowerCase();
  const known = new Map<string, Lookup<readonly string[]>>();
  for (const [name, lookup] of Object.entries(spfTxt)) known.set(plainName(name), lookup);
  known.set(apex, apexTxt);

  const nodes = new Map<string, Node>();
  const node = (name: string): Node => {
    let there = nodes.get(name);
    if (there === undefined) nodes.set(name, (there = readNode(name, known.get(name), read)));
    return there;
  };

  const own = node(apex);
  const texts = apexTxt.state === 'found' ? selectSpf(apexTxt.value) : { state: 'none' as const };
  const records = texts.state === 'multiple' ? texts.texts : texts.state === 'one' ? [texts.text] : [];
  const terms = 'terms' in own ? own.terms : null;
  const parsed = records[0] === undefined ? null : read(records[0]).parse;
  const head = {
    raw: records[0] ?? null,
    records,
    notes: parsed?.notes ?? [],
    record: terms?.record ?? null,
    directIncludes: terms?.directIncludes ?? [],
  };
  if (own.state !== 'found')
    return {
      ...head,
      // the apex is asked before all else: a missing answer is "unanswered" here, never "not-followed"
      state: own.state === 'not-followed' ? 'unanswered' : own.state,
      problems: own.state === 'permerror' ? own.problems : [],
      all: terms?.cost.all ?? null,
      includes: [],
      redirects: [],
      lookups: terms?.cost.own ?? 0,
      overLimit: false,
      voidLookups: [],
      complete: own.state === 'absent' || own.state === 'permerror',
      toFollow: [],
    };

  const { lookups, loops } = countLookups(apex, node);
  const walked = walk(apex, node, loops);
  const overLimit = lookups > SPF_LOOKUP_LIMIT;
  return {
    ...head,
    state: walked.problems.length > 0 ? 'permerror' : 'found',
    problems: walked.problems,
    all: finalAll(apex, node),
    includes: walked.includes,
    redirects: walked.redirects,
    lookups,
    overLimit,
    voidLookups: walked.voids(known),
    complete: walked.complete,
    toFollow: overLimit ? [] : walked.toFollow,
  };
}

function readNode(
  name: string,
  lookup: Lookup<readonly string[]> | undefined,
  read: (text: string) => SpfReading,
): Node {
  if (!isQueryable(name)) return { state: 'absent' };
  if (lookup === undefined) return { state: 'not-followed' };
  if (lookup.state !== 'found') return { state: lookup.state };
  const selected = selectSpf(lookup.value);
  if (selected.state === 'none') return { state: 'absent' };
  const { parse, terms } = read(selected.state === 'one' ? selected.text : (selected.texts[0] ?? ''));
  if (selected.state === 'multiple')
    return {
      state: 'permerror',
      terms,
      problems: [
        {
          code: 'multiple-records',
          name,
          at: 0,
          sentence: `${name} has ${selected.texts.length} SPF records; there may be one (RFC 7208 section 4.5)`,
        },
      ],
    };
  if (terms !== null && parse.ok) return { state: 'found', terms };
  return {
    state: 'permerror',
    terms,
    problems: parse.ok ? [] : parse.problems.map((problem) => ({ ...problem, name })),
  };
}

function costOf(record: SpfRecord): Cost {
  const targets: Target[] = [];
  let own = 0;
  for (const { mechanism, qualifier, at } of record.directives) {
    if (mechanism.kind === 'all') return { own, targets, all: qualifier };
    if (mechanism.kind !== 'ip4' && mechanism.kind !== 'ip6') own++;
    if (mechanism.kind === 'include') targets.push({ via: 'include', spec: mechanism.domain, at });
  }
  if (record.redirect !== null) {
    own++;
    targets.push({ via: 'redirect', spec: record.redirect.domain, at: record.redirect.at });
  }
  return { own, targets, all: null };
}

function directIncludes(record: SpfRecord): string[] {
  const names = record.directives.flatMap(({ mechanism }) =>
    mechanism.kind === 'include' ? [mechanism.domain.name ?? mechanism.domain.text] : [],
  );
  return [...new Set(names)];
}

const plainName = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();

interface Walk {
  readonly includes: SpfReference[];
  readonly redirects: SpfReference[];
  readonly problems: SpfStructureProblem[];
  readonly toFollow: string[];
  readonly complete: boolean;
  readonly voids: (known: ReadonlyMap<string, Lookup<readonly string[]>>) => string[];
}

/** Visits every record once, breadth first, so that `depth` is the shortest way to a name. */
function walk(apex: string, node: (name: string) => Node, loops: ReadonlySet<string>): Walk {
  const includes = new Map<string, SpfReference>();
  const redirects = new Map<string, SpfReference>();
  const problems: SpfStructureProblem[] = [];
  const toFollow: string[] = [];
  let complete = true;
  const seen = new Set([apex]);
  const queue: { name: string; depth: number }[] = [{ name: apex, depth: 0 }];
  for (let next = 0; next < queue.length; next++) {
    const { name: from, depth } = queue[next] ?? { name: apex, depth: 0 };
    const at = node(from);
    if (at.state !== 'found') continue;
    for (const target of at.terms.cost.targets) {
      const list = target.via === 'include' ? includes : redirects;
      const name = target.spec.name;
      if (name === null) {
        if (!list.has(target.spec.text))
          list.set(target.spec.text, { name: target.spec.text, depth: depth + 1, state: 'macro' });
        continue;
      }
      const there = node(name);
      if (!list.has(name))
        list.set(name, { name, depth: depth + 1, state: loops.has(name) ? 'loop' : there.state });
      if (there.state === 'absent' || there.state === 'permerror')
        problems.push(referenceProblem(target, name, from, there));
      // a record at this depth cost as many look-ups to reach: below the limit nothing is ever evaluated
      if (seen.has(name) || depth >= SPF_LOOKUP_LIMIT) continue;
      seen.add(name);
      queue.push({ name, depth: depth + 1 });
      if (there.state === 'not-followed') toFollow.push(name);
      if (there.state === 'not-followed' || there.state === 'unanswered') complete = false;
    }
  }
  return {
    includes: [...includes.values()],
    redirects: [...redirects.values()],
    problems,
    toFollow,
    complete,
    voids: (known) => [...seen].filter((name) => name !== apex && known.get(name)?.state === 'absent'),
  };
}

/** Sections 5.2 and 6.1: a target without an SPF record, or with a faulty one, makes the whole policy a permerror. */
function referenceProblem(target: Target, name: string, from: string, there: Node): SpfStructureProblem {
  const how = target.via === 'include' ? 'includes' : 'redirects to';
  if (there.state === 'permerror')
    return {
      code: `${target.via}-permerror`,
      name,
      at: there.problems[0]?.at ?? 0,
      sentence: `${from} ${how} ${name}, whose SPF record has a fault: ${there.problems[0]?.sentence ?? ''}`,
    };
  return {
    code: `${target.via}-absent`,
    name,
    at: target.at,
    sentence: `${from} ${how} ${name}, which has no SPF record`,
  };
}

/**
 * Look-ups of the policy evaluated to its end, and the names that come back to themselves on the way. A loop never
 * ends: it counts as one past the limit.
 */
function countLookups(
  apex: string,
  node: (name: string) => Node,
): { lookups: number; loops: ReadonlySet<string> } {
  const counted = new Map<string, number>();
  const open = new Set<string>();
  const loops = new Set<string>();
  const count = (name: string, depth: number): number => {
    if (open.has(name)) loops.add(name);
    if (open.has(name) || depth > SPF_LOOKUP_LIMIT + 1) return SPF_LOOKUP_LIMIT + 1;
    const before = counted.get(name);
    if (before !== undefined) return before;
    const at = node(name);
    // a record with a fault is not evaluated (section 4.6); its includer is a permerror anyway
    if (at.state !== 'found') return 0;
    open.add(name);
    const { cost } = at.terms;
    let sum = cost.own;
    for (const { spec } of cost.targets) if (spec.name !== null) sum += count(spec.name, depth + 1);
    open.delete(name);
    counted.set(name, Math.min(sum, COUNT_CAP));
    return Math.min(sum, COUNT_CAP);
  };
  return { lookups: count(apex, 0), loops };
}

function finalAll(apex: string, node: (name: string) => Node): SpfQualifier | null {
  const seen = new Set<string>();
  for (let name: string | null = apex; name !== null && !seen.has(name);) {
    seen.add(name);
    const at = node(name);
    if (at.state !== 'found') return null;
    const { all, targets } = at.terms.cost;
    if (all !== null) return all;
    name = targets.find((target) => target.via === 'redirect')?.spec.name ?? null;
  }
  return null;
}
