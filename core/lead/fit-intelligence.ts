import { inEach, sayFrom } from '#core/rules/fill.ts';
import type { Wordings } from '#core/rules/sales.ts';
import type { Intelligence } from './intelligence.ts';
import type { LEAD_SENTENCES } from './sentences.ts';
import { asJson, cutToJsonLength, utf8Length } from './text.ts';

/** Size limit of hnt_intelligencejson in bytes of UTF-8. */
export const INTELLIGENCE_MAX_BYTES = 32_768;

/** One thing that may be left out. Its name is what `cut` and `dropped` say. */
interface Step {
  readonly name: string;
  readonly apply: (intelligence: Intelligence, wording: Wordings) => Intelligence;
}

/**
 * What is left out when the document is too large, in this order, until it fits. Score, segment, priority, points and
 * zones are in no step: they are always there, and the points always add up.
 *
 *  0. oversize         only when it is more than ten times too large: texts beyond 600 bytes, lists beyond sixty
 *  1. long-records     raw records beyond 300 bytes, with an ellipsis
 *  2. old-history      scans beyond the newest 30
 *  3. evidence         evidence beyond the first of each line, verdict and service
 *  4. what-if          improvements beyond the best three
 *  5. lists            name servers, MX hosts, open questions, referral ids beyond eight
 *  6. older-history    scans beyond the newest ten
 *  7. records          raw records beyond 120 bytes
 *  8. advice           what the company could do, line by line
 *  9. fit-reasons      the reasons of the M365 fit score; the score stays
 * 10. sales-texts      texts of the sales summaries beyond 400 bytes, lists beyond ten
 * 11. second-language  the sales summary in the language that is not the organisation's
 * 12. oldest-history   scans beyond the newest three, improvements beyond the best
 * 13. texts            every text beyond 160 bytes, every list beyond twelve
 * 14. shorter-texts    every text beyond 60 bytes, every list beyond six
 * 15. sales            the sales summary
 * 16. links            links and ids too long to be real
 * 17. shortest-texts   every text beyond 30 bytes, every list beyond two
 * 18. lines            rules beyond the first twenty, folded into one line that has their points
 */
const STEPS: readonly Step[] = [
  { name: 'long-records', apply: (it) => records(it, 300) },
  { name: 'old-history', apply: (it) => ({ ...it, history: it.history.slice(0, 30) }) },
  { name: 'evidence', apply: firstEvidence },
  { name: 'what-if', apply: (it) => ({ ...it, whatIf: it.whatIf.slice(0, 3) }) },
  { name: 'lists', apply: (it) => lists(it, 8) },
  { name: 'older-history', apply: (it) => ({ ...it, history: it.history.slice(0, 10) }) },
  { name: 'records', apply: (it) => records(it, 120) },
  {
    name: 'advice',
    apply: (it) => ({ ...it, lines: it.lines.map((line) => ({ ...line, advice: null })) }),
  },
  { name: 'fit-reasons', apply: (it) => ({ ...it, fit: it.fit === null ? null : { ...it.fit, lines: [] } }) },
  {
    name: 'sales-texts',
    apply: (it) => ({ ...it, sales: shorten(it.sales, { text: 400, list: 10 }) }),
  },
  {
    name: 'second-language',
    apply: (it) => ({
      ...it,
      sales: it.language === 'tr' ? { ...it.sales, en: null } : { ...it.sales, tr: null },
    }),
  },
  {
    name: 'oldest-history',
    apply: (it) => ({ ...it, history: it.history.slice(0, 3), whatIf: it.whatIf.slice(0, 1) }),
  },
  { name: 'texts', apply: (it) => shorten(it, { text: 160, list: 12 }) },
  { name: 'shorter-texts', apply: (it) => shorten(it, { text: 60, list: 6 }) },
  { name: 'sales', apply: (it) => ({ ...it, sales: { tr: null, en: null } }) },
  { name: 'links', apply: longNames },
  { name: 'shortest-texts', apply: (it) => shorten(it, { text: 30, list: 2 }) },
  { name: 'lines', apply: foldLines },
];

const OVERSIZE_STEP = 'oversize';
/** Beyond this many times the limit, a document is cut roughly before it is measured exactly. */
const OVERSIZE = 10;
const OVERSIZE_LIMIT = { text: 600, list: 60 };
const STEP_NAMES: ReadonlySet<string> = new Set([OVERSIZE_STEP, ...STEPS.map((step) => step.name)]);

/**
 * The JSON of the column, at most `maxBytes` in UTF-8, whatever the records say. `dropped` names what was left out,
 * and the document says the same of itself in `cut`. Any document fits from 24 KB up.
 *
 * @throws RangeError when `maxBytes` is too small even for the score with its lines and zones
 */
export function fitIntelligence(
  intelligence: Intelligence,
  wording: Wordings,
  maxBytes: number = INTELLIGENCE_MAX_BYTES,
): { json: string; dropped: string[] } {
  const cutBefore = intelligence.cut.filter(
    (name, at, all) => STEP_NAMES.has(name) && all.indexOf(name) === at,
  );
  const isOversize = weight(intelligence) > OVERSIZE * maxBytes;
  const dropped: string[] = isOversize ? [OVERSIZE_STEP] : [];
  const marked = (it: Intelligence): Intelligence => ({
    ...it,
    cut: [...new Set([...cutBefore, ...dropped])],
  });
  // Half characters would leave as six bytes of escape and come back as something no text may hold.
  let current = marked(wellFormed(isOversize ? shorten(intelligence, OVERSIZE_LIMIT) : intelligence));
  let json = asJson(current);
  for (const step of STEPS) {
    if (utf8Length(json) <= maxBytes) return { json, dropped };
    const next = step.apply(current, wording);
    if (asJson(next) === json) continue;
    dropped.push(step.name);
    current = marked(next);
    json = asJson(current);
  }
  if (utf8Length(json) <= maxBytes) return { json, dropped };
  throw new RangeError(`the intelligence of ${intelligence.domain} does not fit into ${maxBytes} bytes`);
}

function records(it: Intelligence, bytes: number): Intelligence {
  const short = <T extends { value: string }>(because: readonly T[]): T[] =>
    because.map((evidence) => ({ ...evidence, value: cutToJsonLength(evidence.value, bytes) }));
  return {
    ...it,
    mail: { ...it.mail, because: short(it.mail.because) },
    lines: it.lines.map((line) => ({ ...line, because: short(line.because) })),
    workloads: it.workloads.map((workload) => ({ ...workload, because: short(workload.because) })),
    signals: it.signals.map((signal) => ({
      ...signal,
      record: signal.record === null ? null : cutToJsonLength(signal.record, bytes),
    })),
  };
}

function firstEvidence(it: Intelligence): Intelligence {
  const first = <T extends { because: unknown[] }>(verdict: T): T => ({
    ...verdict,
    because: verdict.because.slice(0, 1),
  });
  return { ...it, mail: first(it.mail), lines: it.lines.map(first), workloads: it.workloads.map(first) };
}

function lists(it: Intelligence, entries: number): Intelligence {
  return {
    ...it,
    mxHosts: it.mxHosts.slice(0, entries),
    nameservers: it.nameservers.slice(0, entries),
    lookups: { ...it.lookups, open: it.lookups.open.slice(0, entries) },
    referral: it.referral === null ? null : { ...it.referral, ids: it.referral.ids.slice(0, entries) },
  };
}

/** A link that is cut leads nowhere, and so does a name: too long to be real, they are left out whole. */
function longNames(it: Intelligence): Intelligence {
  const link = (text: string | null): string | null =>
    text === null || utf8Length(text) > LONGEST_LINK ? null : text;
  return {
    ...it,
    domain: cutToJsonLength(it.domain, LONGEST_NAME),
    unicode: cutToJsonLength(it.unicode, LONGEST_NAME),
    links: { lead: link(it.links.lead), referral: link(it.links.referral), pdf: link(it.links.pdf) ?? '' },
  };
}
const LONGEST_LINK = 1000;
/** 253 characters of at most four bytes: no domain is longer. */
const LONGEST_NAME = 1012;

const MOST_LINES = 20;

/** The last resort against a rule set of hundreds of rules: the later ones become one line, and the sum stays. */
function foldLines(it: Intelligence, wording: Wordings): Intelligence {
  if (it.lines.length <= MOST_LINES) return it;
  const clamp = it.lines.filter((line) => line.kind === 'clamp').slice(-1);
  const counted = it.lines.slice(0, it.lines.length - clamp.length);
  const kept = counted.slice(0, MOST_LINES - 1 - clamp.length);
  const folded = counted.slice(kept.length);
  const points = folded.reduce((sum, line) => sum + line.points, 0);
  const name = inEach((language) =>
    sayFrom<typeof LEAD_SENTENCES>(wording[language].lead)('further-rules', { rules: folded.length }),
  );
  return {
    ...it,
    lines: [
      ...kept,
      {
        id: 'folded',
        kind: points < 0 ? 'risk' : 'signal',
        points,
        running: folded.at(-1)?.running ?? 0,
        name,
        why: name,
        advice: null,
        because: [],
      },
      ...clamp,
    ],
  };
}

/** Texts and lists that no step may shorten: what identifies the lead, and what the points and the ruler stand on. */
const WHOLE_TEXTS: ReadonlySet<string> = new Set(['domain', 'unicode', 'lead', 'pdf', 'referral', 'cut']);
const WHOLE_LISTS: ReadonlySet<string> = new Set(['lines', 'zones', 'cut']);

/** Every text and list below a value, cut to size. Words of closed lists are shorter than any limit used here. */
function shorten<T>(value: T, limit: { text: number; list: number }, key = ''): T {
  if (typeof value === 'string')
    return (WHOLE_TEXTS.has(key) ? value : cutToJsonLength(value, limit.text)) as T;
  if (Array.isArray(value)) {
    const list: unknown[] = WHOLE_LISTS.has(key) ? value : value.slice(0, limit.list);
    return list.map((entry) => shorten(entry, limit, key === 'cut' ? key : '')) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shorten(inner, limit, name)]),
  ) as T;
}

/** Roughly how large the document is: characters of all texts, and a few for each value. */
function weight(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  let sum = 2;
  for (const inner of Object.values(value)) sum += weight(inner);
  return sum;
}

function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wellFormed(inner)])) as T;
}
