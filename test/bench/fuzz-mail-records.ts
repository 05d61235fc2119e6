/**
 * Throws texts at the parsers of mail records: none may throw, none may take more than linear time.
 *
 *   node test/bench/fuzz-mail-records.ts [inputs, default 1000000] [seed]
 *
 * Half of the inputs come from fast-check (strings of any characters, and of the characters the grammars care for),
 * half are valid records with bytes changed, dropped, doubled or swapped. Exit code 1 on a throw, or on a ratio over
 * 3: growing memory alone brings it to 2, a quadratic step to 8.
 */
import * as fc from 'fast-check';
import { parseDomain } from '#core/domain.ts';
import { absent, found, unanswered, type Lookup } from '#core/facts.ts';
import { parseBimi, readBimi } from '#core/records/bimi.ts';
import { parseDkimKey, readDkim } from '#core/records/dkim.ts';
import { parseDmarc, readDmarc } from '#core/records/dmarc.ts';
import { parseMtaStsPolicy, parseMtaStsRecord, readMtaSts } from '#core/records/mta-sts.ts';
import { readMx } from '#core/records/mx.ts';
import { checkHost } from '#core/records/spf-check-host.ts';
import { spfStructure } from '#core/records/spf-structure.ts';
import { parseSpf } from '#core/records/spf.ts';
import { parseTlsRpt, readTlsRpt } from '#core/records/tls-rpt.ts';

interface Subject {
  readonly name: string;
  readonly run: (text: string) => unknown;
  /** valid records to spoil */
  readonly seeds: readonly string[];
  /** fragments the grammar reacts to */
  readonly words: readonly string[];
  /** texts that grow with n and would show a step back */
  readonly shapes: Readonly<Record<string, (n: number) => string>>;
}

const SPF_SEEDS = [
  'v=spf1 include:spf.protection.outlook.com include:_spf.google.com ip4:192.0.2.0/24 ip6:2001:db8::/32 a mx/24//64 -all',
  'v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} ptr:example.com ?all exp=why.%{d} redirect=_spf.example.com',
];
const SPF_WORDS = [
  'v=spf1 ',
  ' ',
  'include:',
  'a',
  'mx',
  '/24',
  '//64',
  'ip4:',
  'ip6:',
  '1.2.3.4',
  '::',
  '%{',
  '}',
  '%',
  '-all',
  'redirect=',
  'exp=',
  '.example.com',
  '=',
  '\0',
  'é',
];
const spfShapes: Subject['shapes'] = {
  spaces: (n) => `v=spf1${' '.repeat(n)}-all`,
  percents: (n) => `v=spf1 a:${'%'.repeat(n)}`,
  escapes: (n) => `v=spf1 a:${'%%'.repeat(n / 2)}.example.com -all`,
  'open macros': (n) => `v=spf1 a:${'%{'.repeat(n / 2)}`,
  macros: (n) => `v=spf1 a:${'%{d}'.repeat(n / 4)} -all`,
  delimiters: (n) => `v=spf1 a:%{d${'.'.repeat(n)}} -all`,
  includes: (n) => `v=spf1 ${'include:a.example '.repeat(n / 18)}-all`,
  'many includes': (n) =>
    `v=spf1 ${Array.from({ length: n / 20 }, (_, i) => `include:a${i}.example`).join(' ')} -all`,
  mechanisms: (n) => `v=spf1 ${'a '.repeat(n / 2)}`,
  modifiers: (n) => `v=spf1 ${'x=y '.repeat(n / 4)}`,
  redirects: (n) => `v=spf1 ${'redirect=a.example '.repeat(n / 19)}`,
  faults: (n) => `v=spf1 ${'! '.repeat(n / 2)}`,
  dots: (n) => `v=spf1 a:${'.'.repeat(n)}`,
  slashes: (n) => `v=spf1 a${'/'.repeat(n)}`,
  digits: (n) => `v=spf1 a/${'1'.repeat(n)}`,
  colons: (n) => `v=spf1 ip6:${':'.repeat(n)}`,
  'long name': (n) => `v=spf1 ${'a'.repeat(n)}=`,
  'long token': (n) => `v=spf1 include:${'a'.repeat(n)}.example.com`,
};
const TAG_WORDS = [
  'v=DMARC1',
  'v=DKIM1',
  'v=BIMI1',
  'v=STSv1',
  'v=TLSRPTv1',
  ';',
  '=',
  ' ',
  '\t',
  'p=',
  'p=reject',
  'rua=',
  'mailto:',
  '@',
  ',',
  '!',
  '10m',
  '%',
  '%20',
  'k=',
  'id=',
  'l=https://',
  'fo=',
  ':',
  '\r\n',
  'é',
  '\0',
];
const tagShapes = (version: string): Subject['shapes'] => ({
  spaces: (n) => `${version};${' '.repeat(n)}p=none`,
  'spaces in the version': (n) => `v${' '.repeat(n)}=${version.slice(2)}`,
  'spaces behind the version': (n) => `${version}${' '.repeat(n)};p=none`,
  semicolons: (n) => `${version}${';'.repeat(n)}`,
  equals: (n) => `${version};p${'='.repeat(n)}`,
  tags: (n) => `${version};${'p=none;'.repeat(n / 7)}`,
  'many tags': (n) => `${version};${Array.from({ length: n / 10 }, (_, i) => `x${i}=none`).join(';')}`,
  commas: (n) => `${version};p=none;rua=${','.repeat(n)}`,
  addresses: (n) => `${version};p=none;rua=${'mailto:a@example.com,'.repeat(n / 21)}`,
  marks: (n) => `${version};p=none;rua=mailto:a${'!'.repeat(n)}`,
  percents: (n) => `${version};p=none;rua=mailto:${'%41'.repeat(n / 3)}`,
  colons: (n) => `${version};p=none;fo=${':'.repeat(n)}`,
  'long value': (n) => `${version};p=${'A'.repeat(n)}`,
  'long name': (n) => `${version};${'a'.repeat(n)}=x`,
  folds: (n) => `${version};p=${'A '.repeat(n / 2)}`,
});
const KEY =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4YyCGmmWZ7bnKr3gD7ouKOBnzWtcaVwziWLV7wi1tWzQV22AHQXPGAqlJB5RY4ulxS9f29XyrwjA1rH1umZMpDx9jy5V6/Gn7RNLRqYn5l3lQaVDRja540Ifpab57A7BkNg4Vsa0Kfyqq0xIbmXxOtY5healz56ZASoofDsHdFQIDAQAB';
const DMARC_SEEDS = [
  'v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; pct=50; fo=1:d:s; rua=mailto:a@example.com!10m,mailto:b@example.net; ruf=mailto:f@example.com; t=y; psd=n',
  'v = DMARC1 ; p = None ; rua = mailto:a%20b@example.com',
];

const SUBJECTS: readonly Subject[] = [
  {
    name: 'parseDomain',
    run: parseDomain,
    seeds: [
      'HTTPS://User:pa@Www.Acme.com.tr:8080/x?y#z',
      'Satış <satis@şişecam.com.tr>',
      'xn--iecam-idbb.com.tr',
      '[2001:db8::1]',
    ],
    words: [
      '://',
      '@',
      '.',
      'www.',
      'com.tr',
      'xn--',
      '<',
      '>',
      ' ',
      '-',
      '_',
      ':',
      '/',
      '%',
      'ş',
      'а',
      '。',
      '\u0130',
      '\u200B',
      '\0',
      '1.2.3.4',
      '[',
      ']',
    ],
    // Longer texts are refused at once, so the shapes end where reading does.
    shapes: {
      blanks: (n) => `a${' '.repeat(Math.min(n, 4000))}a`,
      quotes: (n) => `${'"'.repeat(Math.min(n, 4000))}a`,
      labels: (n) => `${'a.'.repeat(Math.min(n / 2, 2000))}com`,
      ats: (n) => `${'@'.repeat(Math.min(n, 4000))}a.com`,
      angles: (n) => `${'<a '.repeat(Math.min(n / 3, 1300))}`,
      lookalikes: (n) => `${'а'.repeat(Math.min(n, 4000))}.com`,
    },
  },
  { name: 'parseSpf', run: parseSpf, seeds: SPF_SEEDS, words: SPF_WORDS, shapes: spfShapes },
  { name: 'spfStructure', run: structure, seeds: SPF_SEEDS, words: SPF_WORDS, shapes: spfShapes },
  { name: 'checkHost', run: evaluate, seeds: SPF_SEEDS, words: SPF_WORDS, shapes: spfShapes },
  {
    name: 'parseDmarc',
    run: (text) => [
      parseDmarc(text, 'rfc9989'),
      parseDmarc(text, 'rfc7489-strict'),
      parseDmarc(text, 'rfc7489-lenient'),
    ],
    seeds: DMARC_SEEDS,
    words: TAG_WORDS,
    shapes: tagShapes('v=DMARC1'),
  },
  {
    name: 'readDmarc',
    run: (text) => [
      readDmarc(found([text])),
      readDmarc(absent('NODATA'), { name: 'example.com', txt: found([text, text]) }),
    ],
    seeds: DMARC_SEEDS,
    words: TAG_WORDS,
    shapes: tagShapes('v=DMARC1'),
  },
  {
    name: 'parseDkimKey',
    run: (text) => [
      parseDkimKey(text),
      readDkim({ base: found([text]), selectors: [{ selector: text.slice(0, 99), txt: found([text]) }] }),
    ],
    seeds: [
      `v=DKIM1; k=rsa; h=sha256; s=email; t=y:s; p=${KEY}`,
      'k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    ],
    words: TAG_WORDS,
    shapes: tagShapes('v=DKIM1'),
  },
  {
    name: 'parseMtaStsRecord',
    run: (text) => [parseMtaStsRecord(text), readMtaSts(found([text]))],
    seeds: ['v=STSv1; id=20160831085700Z; more=x'],
    words: TAG_WORDS,
    shapes: tagShapes('v=STSv1'),
  },
  {
    name: 'parseMtaStsPolicy',
    run: parseMtaStsPolicy,
    seeds: [
      'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n',
    ],
    words: [
      'version: STSv1',
      '\n',
      '\r\n',
      ':',
      ' ',
      '\t',
      'mode: enforce',
      'mx: ',
      '*.',
      'a.example',
      'max_age: ',
      '1',
      'é',
    ],
    shapes: {
      lines: (n) => '\n'.repeat(n),
      spaces: (n) => `version: STSv1${' '.repeat(n)}`,
      colons: (n) => `mx${':'.repeat(n)}`,
      hosts: (n) => 'mx: a.example\n'.repeat(n / 14),
      dots: (n) => `mx: ${'a.'.repeat(n / 2)}`,
      tabs: (n) => `mode:${'\t '.repeat(n / 2)}x`,
      'blank lines': (n) => ' \r\n'.repeat(n / 3),
    },
  },
  {
    name: 'parseTlsRpt',
    run: (text) => [parseTlsRpt(text), readTlsRpt(found([text]))],
    seeds: ['v=TLSRPTv1; rua=mailto:tls@example.com,https://example.com/r; ext=1'],
    words: TAG_WORDS,
    shapes: tagShapes('v=TLSRPTv1'),
  },
  {
    name: 'parseBimi',
    run: (text) => [parseBimi(text), readBimi(found([text]))],
    seeds: ['v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/vmc.pem'],
    words: TAG_WORDS,
    shapes: tagShapes('v=BIMI1'),
  },
  {
    name: 'readMx',
    run: (text) => readMx(found(text.split(' ').map((exchange, preference) => ({ preference, exchange })))),
    seeds: ['mx1.example.com mx2.example.com. 192.0.2.1 localhost mx_3.example.com'],
    words: ['.', ' ', 'mx', '[', ']', ':', '192.0.2.1', '_', '-', 'localhost'],
    shapes: {
      dots: (n) => '.'.repeat(n),
      hosts: (n) => 'mx.example.com '.repeat(n / 15),
      colons: (n) => ':'.repeat(n),
      'long label': (n) => 'a'.repeat(n),
    },
  },
];

/** The text as a policy that includes itself under other names, so that following it is tried too. */
function structure(text: string): unknown {
  const first = spfStructure('example.com', found([text]), {});
  const answers: Record<string, Lookup<string[]>> = {};
  for (const [index, name] of first.toFollow.entries())
    answers[name] = [found([text]), absent('NXDOMAIN'), unanswered('TIMEOUT')][index % 3] ?? absent('NODATA');
  return spfStructure('example.com', found([text]), answers);
}

/** Every question is answered with the text itself, or with an address. */
function evaluate(text: string): unknown {
  const evaluation = checkHost({
    ip: '192.0.2.1',
    sender: `${text.slice(0, 20)}@example.com`,
    helo: 'client.example',
  });
  let step = evaluation.next();
  for (let asked = 0; step.done !== true; asked++) {
    if (asked > 300) throw new Error('more questions than the limits of RFC 7208 allow');
    const { type } = step.value;
    if (type === 'TXT') step = evaluation.next(found([text]));
    else if (type === 'MX') step = evaluation.next(found([{ preference: 0, exchange: 'mx.example.com' }]));
    else step = evaluation.next(type === 'PTR' ? found(['host.example.com']) : found(['198.51.100.1']));
  }
  return step.value;
}

/** A small generator of repeatable numbers (mulberry32), so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** One valid record with one to eight changes to its bytes. */
function spoil(seeds: readonly string[], words: readonly string[], pick: (below: number) => number): string {
  let text = seeds[pick(seeds.length)] ?? '';
  for (let changes = 1 + pick(8); changes > 0; changes--) {
    const at = pick(text.length + 1);
    const length = pick(6);
    const other = pick(text.length + 1);
    switch (pick(6)) {
      case 0:
        text = text.slice(0, at) + String.fromCharCode(pick(256)) + text.slice(at + 1);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(at, at + length).repeat(1 + pick(4)) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + (words[pick(words.length)] ?? '') + text.slice(at);
        break;
      case 4:
        text = text.slice(0, at) + text.slice(other, other + length) + text.slice(at);
        break;
      default:
        text = text.slice(0, at);
    }
  }
  return text;
}

function* inputs(subject: Subject, count: number, seed: number): Generator<string> {
  const half = Math.ceil(count / 2);
  const arbitrary = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .array(fc.constantFrom(...subject.words), { maxLength: 24 })
        .map((words) => words.join('')),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...subject.seeds),
          fc.array(fc.constantFrom(...subject.words), { maxLength: 12 }),
        )
        .map(([text, words]) => text.slice(0, 8) + words.join('')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  );
  let left = half;
  for (let batch = 0; left > 0; batch++) {
    const size = Math.min(left, 20_000);
    yield* fc.sample(arbitrary, { numRuns: size, seed: seed + batch });
    left -= size;
  }
  const pick = random(seed);
  for (let i = half; i < count; i++) yield spoil(subject.seeds, subject.words, pick);
}

const SIZE = 32_768;

/** The time of a text eight times as long, divided by eight times the time: 1 is linear, 8 quadratic. */
function worstRatio(subject: Subject): { ratio: number; shape: string } {
  let worst = { ratio: 0, shape: '' };
  const best = (text: string): number => {
    let least = Infinity;
    for (let run = 0; run < 5; run++) {
      const from = performance.now();
      subject.run(text);
      least = Math.min(least, performance.now() - from);
    }
    return least;
  };
  for (const [shape, make] of Object.entries(subject.shapes)) {
    const [small, large] = [make(SIZE), make(SIZE * 8)];
    let ratio = Infinity;
    // a machine that is busy with something else only ever makes it look worse: what looks bad is measured again
    for (let attempt = 0; attempt < 5 && ratio > 1.5; attempt++) {
      best(small);
      // a floor of a tenth of a millisecond: below it the clock and the collector are measured, not the parser
      ratio = Math.min(ratio, Math.max(best(large), 0.1) / Math.max(best(small), 0.1) / 8);
    }
    if (ratio > worst.ratio) worst = { ratio, shape };
  }
  return worst;
}

const total = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 20_260_801);
const perSubject = Math.ceil(total / SUBJECTS.length);
let failed = 0;
let done = 0;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`${total} inputs, seed ${seed}; ratio = time(8n) / time(n) / 8, n = ${SIZE} characters, 1 is linear`);
for (const subject of SUBJECTS) {
  const from = performance.now();
  let characters = 0;
  let thrown = 0;
  for (const text of inputs(subject, perSubject, seed)) {
    characters += text.length;
    try {
      subject.run(text);
    } catch (error) {
      if (++thrown === 1) say(`${subject.name} threw ${String(error)} on ${JSON.stringify(text)}`);
    }
  }
  done += perSubject;
  const seconds = (performance.now() - from) / 1000;
  const { ratio, shape } = worstRatio(subject);
  if (thrown > 0 || ratio > 3) failed++;
  say(
    `${subject.name.padEnd(18)} ${perSubject} inputs  ${thrown} threw  ${(characters / 1e6).toFixed(1)} M characters  ` +
      `${Math.round(perSubject / seconds)} inputs/s  worst ratio ${ratio.toFixed(2)} (${shape})`,
  );
}
say(`${done} inputs in all; ${failed === 0 ? 'none threw, all linear' : `${failed} parsers failed`}`);
process.exitCode = failed === 0 ? 0 : 1;
