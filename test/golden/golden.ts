/**
 * The golden set: what each of its domains is assessed to, under each rule set, at one fixed moment.
 *
 *   node test/golden/golden.ts show      what moved against expected.json; else an overview. Exit code 1 when it moved
 *   node test/golden/golden.ts accept    takes what is as what is expected
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { shippedRules } from '#test/support/rules.ts';
import { readGoldenFacts } from './files.ts';

const EXPECTED = join(import.meta.dirname, 'expected.json');
/** Every assessment is made at this moment: days to expiry depend on it. */
const CONTEXT: AssessmentContext = { now: '2026-11-25T10:00:00.000Z', recentChanges: null };
const SETS = ['hunter-1', 'python-2025-11'];
export const ACCEPT = 'npm run golden:accept';

/** What an assessment comes down to, in the order a reader asks. Every value is text, so that a diff shows it. */
export type Row = Readonly<Record<string, string>>;
/** "all-in-order.example hunter-1" to its row. */
export type Golden = ReadonlyMap<string, Row>;

function rowOf(assessment: Assessment): Row {
  const { mail, scored, range, confidence, fit, tenantSize } = assessment;
  return {
    verdict: [
      mail.provider,
      ...(mail.hybrid ? ['hybrid'] : []),
      ...(mail.gateway === null ? [] : [`behind ${mail.gateway.id}`]),
      ...(mail.mixed.length === 0 ? [] : [`mixed ${mail.mixed.join('+')}`]),
      ...(mail.localProvider === null ? [] : [`at ${mail.localProvider}`]),
      mail.confidence.toFixed(2),
    ].join(' '),
    score:
      scored === null
        ? 'none'
        : `${scored.score} ${scored.segment} ${scored.priority} ${scored.pModel?.category ?? '-'}${range !== null && range.low !== range.high ? ` (${range.low} to ${range.high})` : ''}`,
    lines: (scored?.lines ?? [])
      .map(({ id, points }) => `${id} ${points > 0 ? '+' : ''}${points}`)
      .join(', '),
    status: assessment.status,
    open: assessment.open.map(({ question, why }) => `${question} ${why}`).join(', '),
    confidence: `${confidence.total.toFixed(2)} ${confidence.level}`,
    fit:
      fit === null
        ? 'unknown'
        : `${fit.score}: ${fit.lines.map(({ id, points }) => `${id} ${points}`).join(', ')}`,
    size: tenantSize.size === null ? 'unknown' : `${tenantSize.size} ${tenantSize.basis}`,
    workloads: assessment.workloads.map(({ workload, confidence: sure }) => `${workload} ${sure}`).join(', '),
    findings: assessment.findings.map(({ id }) => id).join(' '),
  };
}

/** Assesses the whole set anew. */
export function assessGolden(): Golden {
  const facts = readGoldenFacts();
  const rows = new Map<string, Row>();
  for (const set of SETS) {
    const rules = shippedRules(set);
    for (const entry of facts) {
      const id = `${entry.domain} ${set}`;
      if (rows.has(id)) throw new Error(`${entry.domain} is in the set twice`);
      rows.set(id, rowOf(assess(entry, CONTEXT, rules)));
    }
  }
  // The domains stay together in the file, the default set first.
  return new Map(
    facts.flatMap(({ domain }) =>
      SETS.map((set) => [`${domain} ${set}`, rows.get(`${domain} ${set}`) ?? {}]),
    ),
  );
}

/** One value a line below its domain: what a change moves is what a diff shows. */
export const goldenText = (golden: Golden): string =>
  `${JSON.stringify(Object.fromEntries(golden), null, 1)}\n`;

export const readExpected = (): Golden =>
  new Map(
    existsSync(EXPECTED)
      ? Object.entries(JSON.parse(readFileSync(EXPECTED, 'utf8')) as Record<string, Row>)
      : [],
  );

/** What moved, one block a domain: the value before and after, words that changed only. Empty = nothing moved. */
export function diff(before: Golden, after: Golden): string[] {
  const moved: string[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(id);
    const now = after.get(id);
    if (old === undefined) moved.push(`${id}: new, ${now?.['score']}, ${now?.['verdict']}`);
    else if (now === undefined) moved.push(`${id}: gone`);
    else {
      const lines = [...new Set([...Object.keys(old), ...Object.keys(now)])]
        .filter((key) => old[key] !== now[key])
        .map((key) => `  ${key}: ${change(old[key] ?? '', now[key] ?? '', key)}`);
      if (lines.length > 0) moved.push([`${id}:`, ...lines].join('\n'));
    }
  }
  return moved;
}

/** Short values as "old -> new"; of lists what went and what came. */
function change(old: string, now: string, key: string): string {
  const separator = key === 'findings' ? ' ' : ', ';
  if (!old.includes(separator) && !now.includes(separator)) return `${old || '(none)'} -> ${now || '(none)'}`;
  if (key === 'verdict' || key === 'score') return `${old} -> ${now}`;
  const parts = (text: string): string[] => text.split(separator).filter((part) => part !== '');
  const [before, after] = [parts(old), parts(now)];
  const went = before.filter((part) => !after.includes(part)).map((part) => `-[${part}]`);
  const came = after.filter((part) => !before.includes(part)).map((part) => `+[${part}]`);
  return went.length + came.length > 0 ? [...went, ...came].join(' ') : 'another order';
}

function overview(golden: Golden): string {
  const width = Math.max(...[...golden.keys()].map((id) => id.split(' ', 1)[0]?.length ?? 0));
  const rows = [...golden].filter(([id]) => id.endsWith(` ${SETS[0]}`));
  return [
    ...rows.map(([id, row]) => {
      const [domain = ''] = id.split(' ', 1);
      return `${domain.padEnd(width)}  ${(row['score'] ?? '').padEnd(32)}  ${row['confidence']?.padEnd(12)}  ${row['verdict']}`;
    }),
    '',
    ...SETS.map((set) => {
      const segments = Map.groupBy(
        [...golden].filter(([id]) => id.endsWith(` ${set}`)),
        ([, row]) => row['score']?.split(' ')[1] ?? 'no score',
      );
      return `${set}: ${[...segments].map(([segment, list]) => `${segment} ${list.length}`).join(', ')}`;
    }),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const [, , command] = process.argv;
  const golden = assessGolden();
  const moved = diff(readExpected(), golden);
  if (command === 'accept') {
    writeFileSync(EXPECTED, goldenText(golden));
    print(moved.length === 0 ? 'nothing moved' : `${moved.join('\n')}\n\n${moved.length} accepted`);
  } else if (command === 'show') {
    if (moved.length === 0) print(overview(golden));
    else {
      print(`${moved.join('\n')}\n\n${moved.length} moved. Right? Then: ${ACCEPT}`);
      process.exitCode = 1;
    }
  } else {
    print('node test/golden/golden.ts show | accept');
    process.exitCode = 2;
  }
}
