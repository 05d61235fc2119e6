import { noJson, unknownCompany, type Refused, type Table } from './cases.ts';

const NO_SET = { status: 404, code: 'rule-set-not-found' } as const;
const FAULTY = { status: 422, code: 'rules-faulty' } as const;
const BAD = { status: 422, code: 'invalid-request' } as const;
const otherSet = (path: string, body: object): Refused[] => [
  { say: 'a rule set that is not there', path, body: { ...body, rule_set: 'hunter-99' }, ...NO_SET },
  { say: 'a NUL for a rule set', path, body: { ...body, rule_set: '\0' }, ...NO_SET },
];
const faultyOverlay = (path: string, body: object): Refused[] => [
  { say: 'an overlay without an id', path, body: { ...body, overlay: {} }, ...FAULTY },
  {
    say: 'an overlay with a field that is none',
    path,
    body: { ...body, overlay: { id: 'trial', other: 1 } },
    ...FAULTY,
  },
  {
    say: 'an overlay of a rule that is not there',
    path,
    body: { ...body, overlay: { id: 'trial', points: { 'no-such-rule': 1 } } },
    ...FAULTY,
  },
  { say: 'an overlay with a NUL in its id', path, body: { ...body, overlay: { id: 'tri\0al' } }, ...FAULTY },
  { say: 'a text for an overlay', path, body: { ...body, overlay: 'trial' }, ...BAD },
];

export const rules = {
  'GET /rules': {
    happy: [{ path: '/rules', status: 200 }],
    wrong: 'it takes nothing',
    missing: 'rules ship with the product',
  },
  'GET /rules/{set}': {
    happy: [
      { path: '/rules/hunter-1', status: 200, shows: { id: 'hunter-1' } },
      {
        say: 'of the earlier system',
        path: '/rules/python-2025-11',
        status: 200,
        shows: { id: 'python-2025-11' },
      },
      { say: 'in use', path: '/rules/active', status: 200, shows: { id: 'hunter-1' } },
    ],
    wrong: [{ say: 'an id of 65 characters', path: `/rules/${'a'.repeat(65)}`, ...BAD }],
    missing: [
      { say: 'a set that is not there', path: '/rules/hunter-99', ...NO_SET },
      { say: 'a way out of the folder', path: '/rules/..%2Foffers', ...NO_SET },
      { say: 'a NUL', path: '/rules/%00', ...NO_SET },
    ],
  },
  'POST /rules/preview': {
    happy: [
      {
        path: '/rules/preview',
        body: { domain: 'kuzeyhat.com.tr', rule_set: 'python-2025-11' },
        status: 200,
      },
      {
        say: 'with an overlay',
        path: '/rules/preview',
        body: { domain: 'gokpinar.com.tr', overlay: { id: 'trial', points: { 'dmarc-reject': 25 } } },
        status: 200,
      },
    ],
    wrong: [
      ...noJson('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
      { say: 'no domain', path: '/rules/preview', body: {}, ...BAD },
      {
        say: 'a word for a domain',
        path: '/rules/preview',
        body: { domain: 'kuzey' },
        status: 422,
        code: 'invalid-domain',
      },
      {
        say: 'a NUL for a domain',
        path: '/rules/preview',
        body: { domain: '\0' },
        status: 422,
        code: 'invalid-domain',
      },
      ...faultyOverlay('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
    ],
    missing: [
      unknownCompany('/rules/preview', { domain: 'hic-yok.com.tr' }),
      {
        say: 'a company that was never looked up',
        path: '/rules/preview',
        body: { domain: 'yeni.com.tr' },
        status: 404,
        code: 'lead-not-scanned',
      },
      ...otherSet('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
    ],
  },
  'POST /rules/backtest': {
    happy: [
      { path: '/rules/backtest', body: { rule_set: 'python-2025-11' }, status: 200 },
      {
        say: 'of one company',
        path: '/rules/backtest',
        body: { overlay: { id: 'trial', points: { 'dmarc-reject': 25 } }, limit: 1 },
        status: 200,
      },
    ],
    wrong: [
      ...noJson('/rules/backtest', { rule_set: 'python-2025-11' }),
      { say: 'a limit of 0', path: '/rules/backtest', body: { limit: 0 }, ...BAD },
      { say: 'a limit of 20,001', path: '/rules/backtest', body: { limit: 20_001 }, ...BAD },
      ...faultyOverlay('/rules/backtest', {}),
    ],
    missing: otherSet('/rules/backtest', {}),
  },
  'POST /rules/activate': {
    happy: [
      {
        path: '/rules/activate',
        body: { rule_set: 'hunter-1', overlay: { id: 'trial', points: { 'dmarc-reject': 25 } } },
        status: 202,
        shows: { rule_set: 'hunter-1' },
      },
      {
        say: 'those of the configuration',
        path: '/rules/activate',
        body: { configured: true },
        status: 202,
        shows: { rule_set: 'hunter-1' },
      },
    ],
    wrong: [
      ...noJson('/rules/activate', { rule_set: 'hunter-1' }),
      { say: 'nothing', path: '/rules/activate', body: {}, ...BAD },
      {
        say: 'a field that is none',
        path: '/rules/activate',
        body: { rule_set: 'hunter-1', other: 1 },
        ...BAD,
      },
      { say: 'both', path: '/rules/activate', body: { rule_set: 'hunter-1', configured: true }, ...BAD },
      { say: 'not those of the configuration', path: '/rules/activate', body: { configured: false }, ...BAD },
      ...faultyOverlay('/rules/activate', { rule_set: 'hunter-1' }),
    ],
    missing: otherSet('/rules/activate', {}),
  },
} satisfies Table;
