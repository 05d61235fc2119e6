import { describe, expect, test } from 'vitest';
import type { DomainFacts } from '#core/facts.ts';
import * as changes from '#core/changes/changes.ts';
import { type AssessmentSnapshot, type Change, CHANGE_TYPES } from '#core/changes/changes.ts';
import { CHANGE_SENTENCES } from '#core/changes/sentences.ts';
import { changeWords } from '#core/changes/words.ts';
import {
  absent,
  CHANGE_RULES,
  found,
  HOSTED,
  hosted,
  microsoft,
  RSA_2048,
  unanswered,
  WORDING,
} from '../lead/support.ts';

const changesBetween = (before: AssessmentSnapshot | null, after: AssessmentSnapshot): Change[] =>
  changes.changesBetween(before, after, CHANGE_RULES);
const reasonOf = (before: AssessmentSnapshot, after: AssessmentSnapshot) =>
  changes.reasonOf(before, after, CHANGE_RULES);
const summaryOf = (before: AssessmentSnapshot | null, after: AssessmentSnapshot) =>
  changes.summaryOf(before, after, CHANGE_RULES);

const NS = HOSTED.registration?.state === 'found' ? HOSTED.registration.value : null;
const registered = (change: Partial<NonNullable<typeof NS>>) => found({ ...NS!, ...change });
const types = (changes: readonly Change[]): string[] => changes.map(({ type }) => type);
const between = (before: Partial<DomainFacts>, after: Partial<DomainFacts>): Change[] =>
  changesBetween(hosted(before), hosted(after));
const only = (changes: readonly Change[], type: string): Change | undefined =>
  changes.find((change) => change.type === type);

const NO_MX = absent('NODATA');
const GOOGLE = found([{ preference: 10, exchange: 'aspmx.l.google.com' }]);
const policy = (p: string) => found([`v=DMARC1; p=${p}`]);
const KEY = { selector: 'default', txt: found([`v=DKIM1; k=rsa; p=${RSA_2048}`]) };

describe('changesBetween', () => {
  test('a first scan has no changes', () => {
    expect(changesBetween(null, hosted())).toEqual([]);
  });

  test('the same records have no changes, whenever they are scanned', () => {
    expect(changesBetween(hosted(), hosted({ lookedUpAt: '2025-12-01T00:00:00Z' }))).toEqual([]);
    expect(changesBetween(microsoft(), microsoft())).toEqual([]);
  });

  test.each<[string, Partial<DomainFacts>, Partial<DomainFacts>, string, string, string]>([
    ['SPF published', { txt: found([]) }, {}, 'spf_changed', 'SPF record published', 'SPF kaydı yayımlandı'],
    ['SPF removed', {}, { txt: found([]) }, 'spf_changed', 'SPF record removed', 'SPF kaydı kaldırıldı'],
    [
      'SPF spoilt',
      {},
      { txt: found(['v=spf1 a', 'v=spf1 mx']) },
      'spf_changed',
      'SPF record now has an error',
      'SPF kaydı artık hatalı',
    ],
    [
      'SPF with more includes',
      { txt: found(['v=spf1 include:a.com include:b.com include:c.com -all']) },
      { txt: found(['v=spf1 include:a.com include:b.com include:c.com include:d.com -all']) },
      'spf_changed',
      'SPF grew from 3 to 4 includes',
      'SPF kaydındaki include sayısı değişti: 3 → 4',
    ],
    [
      'SPF with another ending',
      { txt: found(['v=spf1 mx ~all']) },
      { txt: found(['v=spf1 mx -all']) },
      'spf_changed',
      'SPF record changed',
      'SPF kaydı değişti',
    ],
    [
      'DMARC enforced for the first time',
      {},
      { dmarc: policy('quarantine') },
      'dmarc_added',
      'DMARC went from none to quarantine',
      'DMARC politikası değişti: none → quarantine',
    ],
    [
      'DMARC published at once with reject',
      { dmarc: absent('NXDOMAIN') },
      { dmarc: policy('reject') },
      'dmarc_added',
      'DMARC record published, p=reject',
      'DMARC kaydı yayımlandı, p=reject',
    ],
    [
      'DMARC published for monitoring',
      { dmarc: absent('NXDOMAIN') },
      { dmarc: policy('none') },
      'dmarc_changed',
      'DMARC record published, p=none',
      'DMARC kaydı yayımlandı, p=none',
    ],
    [
      'DMARC weakened',
      { dmarc: policy('quarantine') },
      { dmarc: policy('none') },
      'dmarc_changed',
      'DMARC went from quarantine to none',
      'DMARC politikası değişti: quarantine → none',
    ],
    [
      'DMARC strengthened further',
      { dmarc: policy('quarantine') },
      { dmarc: policy('reject') },
      'dmarc_changed',
      'DMARC went from quarantine to reject',
      'DMARC politikası değişti: quarantine → reject',
    ],
    [
      'DMARC removed',
      { dmarc: policy('reject') },
      { dmarc: absent('NODATA') },
      'dmarc_changed',
      'DMARC record removed',
      'DMARC kaydı kaldırıldı',
    ],
    [
      'DMARC covering less',
      { dmarc: found(['v=DMARC1; p=reject; pct=100']) },
      { dmarc: found(['v=DMARC1; p=reject; pct=50']) },
      'coverage_changed',
      'DMARC coverage went from 100% to 50%',
      'DMARC kapsamı değişti: %100 → %50',
    ],
    [
      'another mail provider',
      {},
      { mx: GOOGLE },
      'provider_changed',
      'Mail moved from Hosting to Google Workspace',
      'E-posta sağlayıcısı değişti: Hosting → Google Workspace',
    ],
    [
      'another MX',
      {},
      { mx: GOOGLE },
      'mx_changed',
      'MX moved from secureserver.net to google.com',
      'MX kaydı değişti: secureserver.net → google.com',
    ],
    [
      'no MX any more',
      {},
      { mx: NO_MX },
      'mx_changed',
      'MX record removed: no mail is received any more',
      'MX kaydı kaldırıldı: artık e-posta alınmıyor',
    ],
    [
      'name servers',
      {},
      { ns: found(['ns1.other.com', 'ns2.other.com']) },
      'nameservers_changed',
      'Name servers changed',
      'Ad sunucuları değişti',
    ],
    [
      'registrar',
      {},
      { registration: registered({ registrar: 'Other Registrar Inc.' }) },
      'registrar_changed',
      'Registrar changed from Anadolu Alan Adı to Other Registrar Inc.',
      'Kayıt kuruluşu değişti: Anadolu Alan Adı → Other Registrar Inc.',
    ],
    [
      'expiry within 30 days',
      {},
      { registration: registered({ expires: '2025-12-01T12:00:00Z' }) },
      'expire_soon',
      'The domain expires in 10 days',
      'Alan adının bitmesine 10 gün kaldı',
    ],
  ])('%s', (_, before, after, type, en, tr) => {
    expect(only(between(before, after), type)?.words).toEqual({ en, tr });
  });

  test('a gateway in front of the same mailboxes', () => {
    const open = microsoft({
      mx: found([{ preference: 0, exchange: 'kuzeyhat.mail.protection.outlook.com' }]),
    });
    expect(only(changesBetween(open, microsoft()), 'gateway_changed')).toMatchObject({
      from: null,
      to: 'Proofpoint',
      words: { en: 'Security gateway added: Proofpoint' },
    });
    expect(only(changesBetween(microsoft(), open), 'gateway_changed')).toMatchObject({
      from: 'Proofpoint',
      to: null,
      words: { en: 'Security gateway removed: Proofpoint' },
    });
    expect(types(changesBetween(open, microsoft()))).not.toContain('provider_changed');
  });

  test('mx1 becoming mx2 of the same hoster is no move, nor is another order of name servers', () => {
    expect(
      between(
        { ns: found(['ns1.a.com', 'NS2.a.com']) },
        {
          mx: found([{ preference: 20, exchange: 'smtp.secureserver.net' }]),
          ns: found(['ns2.a.com', 'ns1.a.com']),
        },
      ),
    ).toEqual([]);
  });

  test('a registrar spelled otherwise by RDAP and WHOIS is the same', () => {
    expect(
      between(
        { registration: registered({ registrar: 'Example Domains, Inc.' }) },
        { registration: registered({ registrar: 'EXAMPLE DOMAINS INC', source: 'whois' }) },
      ),
    ).toEqual([]);
  });

  test('a domain that was expiring soon already is no news', () => {
    const soon = { registration: registered({ expires: '2025-12-10T00:00:00Z' }) };
    const sooner = { registration: registered({ expires: '2025-12-01T00:00:00Z' }) };
    expect(types(between(soon, sooner))).not.toContain('expire_soon');
  });

  test('every kind of change can happen', () => {
    const seen = new Set([
      ...types(between({ txt: found([]) }, {})),
      ...types(between({}, { mx: GOOGLE, ns: found(['x.com']), dmarc: policy('reject') })),
      ...types(between({ dmarc: policy('reject') }, { dmarc: found(['v=DMARC1; p=none; pct=10']) })),
      ...types(
        between({}, { registration: registered({ registrar: 'B', expires: '2025-12-01T00:00:00Z' }) }),
      ),
      ...types(between({}, { dkim: { base: absent('NODATA'), selectors: [KEY] } })),
      ...types(changesBetween(microsoft({ mx: GOOGLE }), microsoft())),
      ...types(between({ mx: GOOGLE }, { mx: GOOGLE, txt: found([]) })),
    ]);
    const possible = new Set([...seen, 'segment_changed', 'score_changed']);
    expect(CHANGE_TYPES.filter((type) => !possible.has(type))).toEqual([]);
  });
});

describe('a look-up that gave no answer is no change', () => {
  const silence = unanswered('TIMEOUT');
  test.each<[string, Partial<DomainFacts>, Partial<DomainFacts>]>([
    ['SPF', { txt: silence }, { txt: found([]) }],
    [
      'DKIM',
      { dkim: { base: silence, selectors: [] } },
      { dkim: { base: absent('NODATA'), selectors: [KEY] } },
    ],
    ['DMARC', { dmarc: silence }, { dmarc: policy('reject') }],
    ['MX', { mx: silence }, { mx: GOOGLE }],
    ['no MX', { mx: silence }, { mx: NO_MX }],
    ['name servers', { ns: silence }, { ns: found(['ns1.other.com']) }],
    [
      'registration',
      { registration: silence },
      { registration: registered({ registrar: 'B', expires: '2025-12-01T00:00:00Z' }) },
    ],
  ])('%s, before or after', (_, silent, answered) => {
    expect(between(silent, answered)).toEqual([]);
    expect(between(answered, silent)).toEqual([]);
  });

  test('DKIM unknown is not the same as absent or found', () => {
    const unknown = { dkim: { base: absent('NODATA'), selectors: [] } };
    expect(types(between(unknown, {}))).not.toContain('dkim_changed');
    expect(types(between({}, unknown))).not.toContain('dkim_changed');
  });

  test('a provider told by other records is no move while one of these is silent', () => {
    const blind = microsoft({
      txt: silence,
      autodiscover: silence,
      tenant: silence,
      dkim: { base: silence, selectors: [] },
    });
    for (const changes of [changesBetween(microsoft(), blind), changesBetween(blind, microsoft())]) {
      expect(types(changes)).not.toContain('provider_changed');
      expect(types(changes)).not.toContain('gateway_changed');
    }
  });

  describe('of the records that show whose mailboxes these are', () => {
    const OWN_MX = found([{ preference: 10, exchange: 'mail.kuzeyhat-lojistik.com' }]);
    const DKIM = { base: absent('NODATA'), selectors: [] };
    const own = (facts: Partial<DomainFacts> = {}) => microsoft({ mx: OWN_MX, dkim: DKIM, ...facts });
    const ALL = { dkim: { base: silence, selectors: [] }, autodiscover: silence, autodiscoverSrv: silence };
    const atHoster = microsoft({
      mx: found([{ preference: 10, exchange: 'mail.secureserver.net' }]),
      tenant: silence,
      ...ALL,
    });

    test('autodiscover alone, with the same MX: nothing has changed, and the reason says so', () => {
      const blind = own({ autodiscover: silence, autodiscoverSrv: silence });
      expect(blind.findings.map(({ id }) => id)).toContain('mail-evidence-unanswered');
      expect(changesBetween(own(), blind)).toEqual([]);
      expect(changesBetween(blind, own())).toEqual([]);
      expect(reasonOf(own(), blind)?.en).toBe('Not all look-ups were answered in both scans');
      expect(reasonOf(blind, own())?.en).toBe('Not all look-ups were answered in both scans');
    });

    test('all of them, with another MX: the MX has moved, whose mailboxes these are is not known', () => {
      expect(types(changesBetween(microsoft(), atHoster))).toEqual(['mx_changed']);
      expect(types(changesBetween(atHoster, microsoft()))).toEqual(['mx_changed']);
    });

    test('an MX that names a cloud itself needs none of them', () => {
      const google = microsoft({ mx: GOOGLE, ...ALL });
      expect(types(changesBetween(microsoft(), google))).toContain('provider_changed');
      expect(types(changesBetween(atHoster, google))).toEqual(['provider_changed', 'mx_changed']);
      expect(types(changesBetween(google, atHoster))).toEqual(['mx_changed']);
    });

    test('the same ones in both scans: what the others show is compared', () => {
      const blind = (facts: Partial<DomainFacts>) =>
        own({ autodiscover: silence, autodiscoverSrv: silence, ...facts });
      const changes = changesBetween(blind({}), blind({ dmarc: policy('reject') }));
      expect(types(changes)).toEqual(['dmarc_added', 'priority_score_changed']);
    });
  });

  test('a bulk scan that does not ask about the tenant moves nobody', () => {
    const bulk = microsoft();
    const signals = bulk.signals.map((signal) =>
      signal.id === 'tenant' ? { ...signal, state: 'not-asked' as const } : signal,
    );
    const other = {
      ...bulk,
      signals,
      mail: { ...bulk.mail, provider: 'Local', providerName: 'Local', kind: 'server' as const },
    };
    expect(types(changesBetween(bulk, other))).not.toContain('provider_changed');
  });

  test('a score that only an unanswered look-up lowers is no change of score', () => {
    const strong = hosted({ dmarc: policy('reject') });
    const silent = hosted({ dmarc: silence });
    expect(silent.scored?.score).toBeLessThan(strong.scored?.score ?? 0);
    expect(changesBetween(strong, silent)).toEqual([]);
    expect(changesBetween(silent, strong)).toEqual([]);
  });

  test('a registration that was not asked about, as in bulk, is no change when it turns out to end soon', () => {
    const soon = hosted({ registration: registered({ expires: '2025-12-01T12:00:00Z' }) });
    const unasked = { ...hosted(), registration: null, daysToExpiry: null };
    expect(changesBetween(unasked, soon)).toEqual([]);
    expect(changesBetween(soon, unasked)).toEqual([]);
  });

  test('a silent registry hides no change of the score while the end is far', () => {
    const silent = hosted({ registration: unanswered('THROTTLED'), txt: found([]) });
    expect(types(changesBetween(silent, hosted()))).toEqual(['spf_changed', 'priority_score_changed']);
  });

  test('a score that no answer could explain is a change', () => {
    const google = hosted({ mx: GOOGLE, dmarc: silence });
    expect(types(changesBetween(hosted(), google))).toContain('priority_score_changed');
  });
});

describe('changes of the ranking', () => {
  test('priority before segment before score, one of them', () => {
    const up = between({ txt: found([]) }, {});
    expect(types(up)).toEqual(['spf_changed', 'priority_score_changed']);
    expect(only(up, 'priority_score_changed')).toMatchObject({
      from: 7,
      to: 3,
      points: 15,
      cause: 'records',
    });
  });

  test('a score that stays within its priority is reported as such', () => {
    const low = microsoft();
    const scored = low.scored!;
    const changes = changesBetween(low, { ...low, scored: { ...scored, score: scored.score + 5 } });
    expect(changes).toMatchObject([
      { type: 'score_changed', points: 5, words: { tr: expect.stringContaining('→') } },
    ]);
  });

  test('another segment with the same priority is reported as such', () => {
    const before = hosted();
    const after = { ...before, scored: { ...before.scored!, segment: 'Skip' as const } };
    expect(changesBetween(before, after)).toMatchObject([
      {
        type: 'segment_changed',
        words: { en: 'Segment went from Migration to Skip', tr: 'Segment değişti: Geçiş → Kapsam dışı' },
      },
    ]);
  });

  test('another rule set is named as the cause', () => {
    const before = hosted();
    const after = {
      ...before,
      ruleSet: { id: 'hunter-1', version: '1.0.0+own.12ab' },
      scored: { ...before.scored!, score: 40, priority: 1 as const },
    };
    expect(changesBetween(before, after)).toMatchObject([{ type: 'priority_score_changed', cause: 'rules' }]);
    expect(reasonOf(before, after)).toEqual({
      en: 'Counted by other rules: hunter-1 1.0.0 → hunter-1 1.0.0+own.12ab',
      tr: 'Başka kurallarla hesaplandı: hunter-1 1.0.0 → hunter-1 1.0.0+own.12ab',
    });
  });
});

describe('reasonOf', () => {
  test('names the change that moved the score', () => {
    expect(reasonOf(hosted({ txt: found([]) }), hosted())?.en).toBe('SPF record published');
  });

  test('names the strongest two, those that go the other way left out', () => {
    const before = hosted({ txt: found([]), dmarc: policy('quarantine'), ns: found(['a.com']) });
    const after = hosted({ mx: GOOGLE });
    expect(reasonOf(before, after)?.en).toMatch(/^(SPF record published|Mail moved).*; /);
    expect(reasonOf(before, after)?.en).not.toContain('DMARC');
  });

  test('names the expiry when that lowers the score', () => {
    const soon = hosted({ registration: registered({ expires: '2025-12-01T12:00:00Z' }) });
    expect(reasonOf(hosted(), soon)?.en).toBe('The domain expires in 10 days');
    expect(reasonOf(soon, hosted())?.en).toBe('No longer: Domain expires soon');
  });

  test('says when it is only the silence', () => {
    expect(reasonOf(hosted({ dmarc: policy('reject') }), hosted({ dmarc: unanswered('TIMEOUT') }))?.en).toBe(
      'Not all look-ups were answered in both scans',
    );
  });

  test('is nothing when the score is the same or missing', () => {
    expect(reasonOf(hosted(), hosted())).toBeNull();
    expect(reasonOf(hosted(), hosted({ mx: unanswered('TIMEOUT') }))).toBeNull();
  });
});

describe('summaryOf, a row of the history', () => {
  test.each<[string, Parameters<typeof summaryOf>, string, string]>([
    ['the first scan', [null, hosted()], 'First scan', 'İlk tarama'],
    ['nothing new', [hosted(), hosted()], 'No change', 'Değişiklik yok'],
    [
      'a change with points',
      [hosted({ txt: found([]) }), hosted()],
      'SPF record published: +15',
      'SPF kaydı yayımlandı: +15',
    ],
    [
      'a change without points',
      [hosted(), hosted({ ns: found(['ns1.other.com']) })],
      'Name servers changed',
      'Ad sunucuları değişti',
    ],
    [
      'a loss, with a real minus sign',
      [hosted(), hosted({ txt: found([]) })],
      'SPF record removed: −15',
      'SPF kaydı kaldırıldı: −15',
    ],
    [
      'no answer on the MX',
      [hosted(), hosted({ mx: unanswered('TIMEOUT') })],
      'Mail look-up not answered, score kept',
      'E-posta sorgusu yanıtsız, puan korundu',
    ],
  ])('%s', (_, scans, en, tr) => {
    expect(summaryOf(...scans)).toEqual({ en, tr });
  });
});

test('a key that is withdrawn has not been removed', () => {
  const dkim = (txt: string) => ({
    dkim: { base: absent('NXDOMAIN'), selectors: [{ selector: 'default', txt: found([txt]) }] },
  });
  const changed = between(dkim(`v=DKIM1; k=rsa; p=${RSA_2048}`), dkim('v=DKIM1; p='));
  expect(only(changed, 'dkim_changed')?.words.en).toBe('DKIM key can no longer be used');
});

test('every sentence can be said, with all its placeholders filled', () => {
  const marks = Object.fromEntries(
    Object.entries(WORDING.en.changes).map(([key, text]) => [key, `⟦${key}⟧ ${text}`]),
  ) as typeof WORDING.en.changes;
  const words = changeWords({ ...WORDING, en: { ...WORDING.en, changes: marks } });
  const mail = hosted().mail;
  const [one, two] = [
    { id: 'a', name: 'A' },
    { id: 'b', name: 'B' },
  ];
  const said = [
    words.provider(mail, mail),
    ...(
      [
        [null, one],
        [one, null],
        [one, two],
      ] as const
    ).map(([from, to]) => words.gateway(from, to)),
    ...(
      [
        [null, 'a'],
        ['a', null],
        ['a', 'b'],
      ] as const
    ).map(([from, to]) => words.mx(from, to)),
    words.spfState('spf-absent', 'spf-found'),
    words.spfState('spf-absent', 'spf-permerror'),
    words.spfState('spf-found', 'spf-absent'),
    words.spfState('spf-found', 'spf-permerror'),
    words.spfState('spf-permerror', 'spf-found'),
    words.spfText(1, 2),
    words.spfText(2, 1),
    words.spfText(undefined, 1),
    words.dkim('dkim-found'),
    words.dkim('dkim-absent'),
    words.dkim('dkim-absent', true),
    words.dmarc('dmarc-absent', 'dmarc-reject'),
    words.dmarc('dmarc-reject', 'dmarc-absent'),
    words.dmarc('dmarc-reject', 'dmarc-permerror'),
    words.dmarc('dmarc-permerror', 'dmarc-reject'),
    words.dmarc('dmarc-reject', 'dmarc-quarantine'),
    words.coverage(100, 50),
    ...[10, 1, -1].map(words.expiry),
    words.nameservers(),
    words.registrar('A', 'B'),
    words.priority(3, 2),
    words.segment('Cold', 'Migration'),
    words.score(10, 20),
    words.scoreMoved(),
    words.otherRules({ id: 'a', version: '1' }, { id: 'a', version: '2' }),
    words.silence(),
    words.noLonger({ en: 'X', tr: 'X' }),
    words.firstScan(),
    words.noChange(),
    words.noScore(),
    words.withPoints({ en: 'X', tr: 'X' }, '+5'),
  ].flatMap(({ en, tr }) => [en, tr]);
  expect(Object.keys(CHANGE_SENTENCES).filter((key) => !said.join().includes(`⟦${key}⟧`))).toEqual([]);
  expect(said.filter((text) => /[{}]/.test(text))).toEqual([]);
});
