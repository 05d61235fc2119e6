/**
 * Real mail evidence of public bodies, served by the DNS double in a process of its own, looked up with the real
 * resolver over real sockets, assessed, and compared with what the data says. Needs ../shared/data.
 *
 *   node test/bench/evidence.ts [file.json]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assess } from '#core/assess.ts';
import type { Assessment } from '#core/assessment.ts';
import { inOrder } from '#service/cli/ordered.ts';
import { lookUpDomain } from '#service/lookup/domain.ts';
import { sleep } from '#service/lookup/limit.ts';
import { createNodeResolver } from '#service/lookup/resolver.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { evidenceZone, type EvidenceEntry } from '#test/support/evidence-zone.ts';
import { shippedRules } from '#test/support/rules.ts';

const file = process.argv[2] ?? join(import.meta.dirname, '../../../shared/data/mail-evidence-raw.json');
if (!existsSync(file)) {
  process.stdout.write(`${file} is not here: nothing to compare with\n`);
  process.exit(0);
}
type Entry = EvidenceEntry & { readonly mx_class: string };
const entries = JSON.parse(readFileSync(file, 'utf8')) as Entry[];
const rules = shippedRules();
const double = await startDnsChild(evidenceZone(entries));
const clock = Date.now;
const resolver = createNodeResolver({
  servers: [double.address],
  fallbackServers: [],
  clock,
  sleep,
  random: Math.random,
});

const began = clock();
const results: { entry: Entry; assessment: Assessment }[] = [];
const one = async (entry: Entry): Promise<{ entry: Entry; assessment: Assessment }> => {
  const facts = await lookUpDomain(
    entry.domain,
    { tier: 'score', budgetMs: 30_000 },
    { resolver, rules: rules.mail, clock },
  );
  return {
    entry,
    assessment: assess(facts, { now: new Date(clock()).toISOString(), recentChanges: null }, rules),
  };
};
for await (const result of inOrder(entries, 64, one, new AbortController().signal)) results.push(result);
const seconds = (clock() - began) / 1000;
resolver.stop();
await double.stop();

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const silent = results.filter(({ assessment }) => assessment.open.length > 0);
print(
  `${entries.length} domains in ${seconds.toFixed(1)} s, ${(entries.length / seconds).toFixed(0)} domains/s, ${(results.reduce((n, r) => n + r.assessment.asked, 0) / entries.length).toFixed(1)} look-ups a domain; domains with an unanswered look-up: ${silent.length}`,
);

/** What the MX class of the data demands of the verdict, where it decides. */
const GATEWAY_NAMES: Record<string, readonly string[]> = {
  hornet: ['hornetsecurity'],
  trendmicro: ['trend-micro', 'trendmicro'],
  symantec: ['symantec', 'broadcom', 'symantec-broadcom'],
};
function agrees({
  entry,
  assessment: { mail, scored },
}: {
  entry: Entry;
  assessment: Assessment;
}): boolean | null {
  const [kind, name = ''] = entry.mx_class.split(':');
  switch (kind) {
    case 'microsoft':
      return mail.provider === 'M365';
    case 'google':
      return mail.provider === 'Google';
    case 'none':
      return mail.provider === 'Unknown' && scored?.hardFail !== null && scored !== null;
    case 'gateway':
      return (
        mail.gateway !== null && (GATEWAY_NAMES[name] ?? [name]).some((id) => mail.gateway?.id.includes(id))
      );
    default:
      return null;
  }
}
print('\nProvider against mx_class, where it is decided');
for (const [kind, group] of Map.groupBy(results, ({ entry }) => entry.mx_class.split(':')[0] ?? '')) {
  const decided = group.filter((result) => agrees(result) !== null);
  const wrong = decided.filter((result) => agrees(result) === false);
  print(
    `  ${kind.padEnd(10)} ${String(group.length).padStart(5)} domains, ${decided.length - wrong.length} agree, ${wrong.length} differ`,
  );
  for (const { entry, assessment } of wrong.slice(0, 20)) {
    print(
      `    ${entry.domain} ${entry.mx_class}: ${assessment.mail.provider} behind ${assessment.mail.gateway?.id ?? '-'} (${entry.mx.join(' ')})`,
    );
  }
}

/** Independent signs of Microsoft 365 that the verdict rests on. */
const signs = (assessment: Assessment): number =>
  assessment.mail.because.filter((piece) => piece.shows === 'Microsoft 365' && !piece.record.startsWith('MX'))
    .length;

function confusion(title: string, group: typeof results, predicted: (a: Assessment) => boolean): void {
  const cells = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const { entry, assessment } of group) {
    const truth = entry.tenant !== null;
    cells[predicted(assessment) ? (truth ? 'tp' : 'fp') : truth ? 'fn' : 'tn'] += 1;
  }
  const { tp, fp, fn, tn } = cells;
  print(`\n${title} (${group.length} domains)`);
  print('                         tenant   no tenant');
  print(`  Microsoft 365        ${String(tp).padStart(8)} ${String(fp).padStart(11)}`);
  print(`  not                  ${String(fn).padStart(8)} ${String(tn).padStart(11)}`);
  print(`  precision ${(tp / (tp + fp)).toFixed(4)}  recall ${(tp / (tp + fn)).toFixed(4)}`);
}
const gateways = results.filter(({ entry }) => entry.mx_class.startsWith('gateway:'));
const isM365 = (a: Assessment): boolean => a.mail.provider === 'M365' && a.mail.gateway !== null;
confusion(
  '"Microsoft 365 behind a gateway", from DNS alone, against the recorded realm answer',
  gateways,
  isM365,
);
confusion('the same where two or more independent signs agree', gateways, (a) => isM365(a) && signs(a) >= 2);
print('\nBy gateway: domains, precision, recall');
for (const [gateway, group] of Map.groupBy(gateways, ({ entry }) => entry.mx_class)) {
  const hit = group.filter(({ assessment }) => isM365(assessment));
  const right = hit.filter(({ entry }) => entry.tenant !== null).length;
  const tenants = group.filter(({ entry }) => entry.tenant !== null).length;
  print(
    `  ${gateway.padEnd(22)} ${String(group.length).padStart(4)}  ${(right / hit.length).toFixed(2)}  ${(right / tenants).toFixed(2)}`,
  );
}
const others = results.filter(({ entry }) => entry.mx_class === 'other');
print('\nOther MX: what the verdict says');
for (const [verdict, group] of Map.groupBy(
  others,
  ({ assessment: a }) =>
    `${a.mail.provider}${a.mail.hybrid ? ' hybrid' : ''}${a.mail.gateway ? ` behind ${a.mail.gateway.name}` : ''}`,
)) {
  const tenants = group.filter(({ entry }) => entry.tenant !== null).length;
  print(`  ${verdict.padEnd(40)} ${String(group.length).padStart(4)}, with a tenant ${tenants}`);
}
