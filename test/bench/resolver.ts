import { promises as dns } from 'node:dns';
import { createNodeResolver } from '#service/lookup/resolver.ts';
import { sleep } from '#service/lookup/limit.ts';
import type { Zone } from '#test/doubles/dns.ts';
import { startDnsChild } from '#test/support/dns-child.ts';

/**
 * Questions a second of our resolver against the DNS double in another process, beside bare node:dns (one Resolver)
 * under the same load in the same run: `node test/bench/resolver.ts [domains] [in flight]`.
 */

const domains = Number(process.argv[2] ?? 4000);
const inFlight = Number(process.argv[3] ?? 32);

const zone: Zone = Object.fromEntries(
  Array.from({ length: domains }, (_, i) => `d${i}.test`).flatMap((name, i) => [
    [
      name,
      {
        MX: [[10, `mx.${name}`]],
        TXT: [`v=spf1 include:spf.test ${'ip4:192.0.2.1 '.repeat(i % 50 === 0 ? 60 : 3)}-all`],
        NS: ['ns1.dns.test', 'ns2.dns.test'],
        A: ['192.0.2.1'],
      },
    ],
    [`_dmarc.${name}`, { TXT: ['v=DMARC1; p=none'] }],
  ]),
) as Zone;

/** The eight questions of a scan, by (kind, name). */
type State = 'found' | 'absent' | 'unanswered';
type Ask = (kind: 'mx' | 'txt' | 'ns' | 'a', name: string) => Promise<State>;
const questions = (name: string) =>
  [
    ['mx', name],
    ['txt', name],
    ['txt', `_dmarc.${name}`],
    ['txt', `selector1._domainkey.${name}`],
    ['txt', `google._domainkey.${name}`],
    ['txt', `_mta-sts.${name}`],
    ['ns', name],
    ['a', name],
  ] as const;
const FOUND = new Set([0, 1, 2, 6, 7]);

async function measure(askFor: (domain: string) => Ask) {
  const times: number[] = [];
  let unanswered = 0;
  let wrong = 0;
  let next = 0;
  const began = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let i = next++; i < domains; i = next++) {
        const ask = askFor(`d${i}.test`);
        await Promise.all(
          questions(`d${i}.test`).map(async ([kind, name], n) => {
            const from = performance.now();
            const state = await ask(kind, name);
            times.push(performance.now() - from);
            if (state === 'unanswered') unanswered++;
            else if ((state === 'found') !== FOUND.has(n)) wrong++;
          }),
        );
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    cpuUs: (user + system) / times.length,
    p50: times[Math.floor(times.length * 0.5)]!,
    p99: times[Math.floor(times.length * 0.99)]!,
    unanswered,
    wrong,
  };
}

function bare(address: string): () => Ask {
  const resolver = new dns.Resolver({ timeout: 3000, tries: 3 });
  resolver.setServers([address]);
  const ask = {
    mx: (name: string) => resolver.resolveMx(name),
    txt: (name: string) => resolver.resolveTxt(name),
    ns: (name: string) => resolver.resolveNs(name),
    a: (name: string) => resolver.resolve4(name),
  };
  return () => (kind, name) =>
    ask[kind](name).then(
      () => 'found',
      (error: NodeJS.ErrnoException) =>
        error.code === 'ENOTFOUND' || error.code === 'ENODATA' ? 'absent' : 'unanswered',
    );
}

const double = await startDnsChild(zone);
const show = (name: string, m: Awaited<ReturnType<typeof measure>>) =>
  process.stdout.write(
    `  ${name.padEnd(10)} ${Math.round(m.perSecond).toString().padStart(7)} q/s  ${m.cpuUs.toFixed(1)} us CPU a q  p50 ${m.p50.toFixed(1)} ms  p99 ${m.p99.toFixed(1)} ms  unanswered ${m.unanswered}  wrong ${m.wrong}\n`,
  );
const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

/** A new resolver each time: nothing may come from the cache of the round before. */
async function measureOurs(address: string) {
  const resolver = createNodeResolver({
    servers: [address],
    clock: Date.now,
    sleep,
    random: Math.random,
  });
  try {
    return await measure((domain) => {
      const ask = resolver.for(domain);
      return async (kind, name) => (await ask[kind](name)).state;
    });
  } finally {
    resolver.stop();
  }
}

const rates: number[] = [];
const costs: number[] = [];
try {
  // Warms the double's answers and the code of both sides; not measured.
  await measure(bare(double.address));
  await measureOurs(double.address);
  process.stdout.write(`resolver: ${domains} domains x 8 questions, ${inFlight} domains in flight\n`);
  for (let round = 0; round < 5; round++) {
    const reference = await measure(bare(double.address));
    const ours = await measureOurs(double.address);
    show('node:dns', reference);
    show('resolver', ours);
    rates.push(ours.perSecond / reference.perSecond);
    costs.push(ours.cpuUs / reference.cpuUs);
  }
  process.stdout.write(
    `resolver / node:dns, median of ${rates.length}: ${median(rates).toFixed(2)} of the rate, ${median(costs).toFixed(2)} of the CPU\n`,
  );
} finally {
  await double.stop();
}
