import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseRdap } from '#core/records/rdap.ts';
import { parseWhois, type WhoisReading } from '#core/records/whois.ts';
import { domainObject } from '#test/doubles/rdap.ts';

/**
 * `node test/bench/fuzz-registration.ts [count] [seed] [--all]`: hostile input for the two registration parsers.
 * Fails when one throws, or reads a text as free in which no word says so; then measures how time grows with length and
 * prints the worst ratio, or with --all each (time for four times the length over the time for once: 4 is linear, 16 is quadratic).
 */
const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? 1);
const folder = join(import.meta.dirname, '../fixtures/whois');
const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
const domain = JSON.stringify(domainObject('sample.example'));

const STATES: ReadonlySet<WhoisReading['state']> = new Set([
  'registered',
  'free',
  'reserved',
  'throttled',
  'invalid-query',
  'referral',
  'unreadable',
]);
const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2}))?$/;

function checkWhois(text: string): void {
  const reading = parseWhois(text, 'sample.example');
  if (!STATES.has(reading.state)) throw new Error(`state ${reading.state}`);
  if (reading.state !== 'registered') return;
  for (const date of [reading.created, reading.expires, reading.updated])
    if (date !== null && !ISO.test(date)) throw new Error(`date ${date}`);
  for (const name of reading.nameservers)
    if (name !== name.toLowerCase() || name.endsWith('.') || name.length > 253)
      throw new Error(`name server ${name}`);
  if ((reading.registrar?.length ?? 0) > 512) throw new Error('a registrar without end');
}
function checkRdap(body: unknown): void {
  const reading = parseRdap(body);
  if (reading.state === 'registered' && (reading.registrar?.length ?? 0) > 512)
    throw new Error('a registrar without end');
}

/** A text with pieces cut, doubled, and bytes changed. */
const spoil = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 12 })), {
      maxLength: 8,
    })
    .map((edits) => edits.reduce((t, [at, cut, put]) => t.slice(0, at) + put + t.slice(at + cut), text));

const runs = { numRuns: count, seed };
const print = (line: string): void => void process.stdout.write(`${line}\n`);

fc.assert(
  fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) =>
    checkWhois(new TextDecoder('windows-1252').decode(bytes)),
  ),
  runs,
);
fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), checkWhois), runs);
fc.assert(fc.property(fc.constantFrom(...texts).chain(spoil), checkWhois), runs);
fc.assert(
  fc.property(
    fc.array(
      fc.constantFrom(
        'Domain Name:',
        'Registrar:',
        ' ',
        '\n',
        '\n\n',
        '** ',
        '% ',
        '[',
        ']',
        ':',
        '.',
        '2024-01-02',
        'ns1.a.example',
        '(',
        ')',
        'Status: free',
        '\t',
      ),
      { maxLength: 200 },
    ),
    (parts) => checkWhois(parts.join('')),
  ),
  runs,
);
fc.assert(fc.property(fc.jsonValue(), checkRdap), runs);
fc.assert(fc.property(spoil(domain), checkRdap), runs);
fc.assert(
  fc.property(
    fc.dictionary(
      fc.constantFrom(
        'objectClassName',
        'ldhName',
        'entities',
        'events',
        'status',
        'nameservers',
        'secureDNS',
        'links',
        'redacted',
      ),
      fc.jsonValue(),
    ),
    (changes) => checkRdap({ ...domainObject('sample.example'), ...changes, objectClassName: 'domain' }),
  ),
  runs,
);
print(`${7 * count} inputs, none thrown over`);

/** Shapes that make careless patterns slow. */
const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  letters: (n) => 'a'.repeat(n),
  spaces: (n) => ' '.repeat(n),
  dots: (n) => 'a.'.repeat(n / 2),
  'dots in a key': (n) => `Created${'.'.repeat(n)}: x`,
  'lines of dots': (n) => `${'.'.repeat(200)}:\n`.repeat(n / 202),
  digits: (n) => 'created: ' + '1'.repeat(n),
  'dates without end': (n) => 'created: 1-1-\n'.repeat(n / 14),
  colons: (n) => ':'.repeat(n),
  brackets: (n) => '['.repeat(n),
  parentheses: (n) => `Registrar: ${'('.repeat(n)}`,
  hosts: (n) => `Name Server: ${'a.'.repeat(n / 2)}\n`,
  'lines of hosts': (n) => 'Name Server: ns1.sample.example\n'.repeat(n / 32),
  'lines of words': (n) => 'no match if domain is not available in the \n'.repeat(n / 44),
  'a long sentence': (n) => 'the domain name is '.repeat(n / 19),
  'lines of sentences': (n) => `${'the query limit of the domain name '.repeat(5)}\n`.repeat(n / 176),
  'empty lines': (n) => '\n'.repeat(n),
  headings: (n) => 'Registrar:\n'.repeat(n / 11),
  domains: (n) => 'Domain Name: a.example\nDomain Name: sample.example\n'.repeat(n / 52),
  'carriage returns': (n) => '\r'.repeat(n),
};
function time(run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
let worst = { shape: '', ratio: 0, ms: 0 };
const measure = (shape: string, make: (n: number) => string, run: (text: string) => void): void => {
  const [short, long] = [make(100_000), make(400_000)];
  run(short); // warm
  const once = time(() => run(short));
  const four = time(() => run(long));
  const ratio = four / Math.max(once, 1);
  if (process.argv.includes('--all'))
    print(`  ${shape}: ${once.toFixed(1)} ms, ${four.toFixed(1)} ms for 4 times`);
  if (ratio > worst.ratio) worst = { shape, ratio, ms: four };
};
for (const [shape, make] of Object.entries(SHAPES))
  measure(shape, make, (text) => void parseWhois(text, 'sample.example'));
measure(
  'RDAP entities',
  (n) =>
    JSON.stringify(
      domainObject('a.example', {
        entities: Array.from({ length: n / 40 }, () => ({ roles: ['registrar'], entities: [{}] })),
      }),
    ),
  parseRdap,
);
measure(
  'RDAP nesting',
  (n) => `{"objectClassName":"domain","entities":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}`,
  parseRdap,
);
print(
  `worst growth: ${worst.ratio.toFixed(1)} for 4 times the length (${worst.shape}, ${worst.ms.toFixed(1)} ms for 400,000 characters)`,
);
