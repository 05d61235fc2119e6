import { describe, expect, it } from 'vitest';
import { assess } from '#core/assess.ts';
import type { AssessmentContext } from '#core/assessment.ts';
import { absent, found, unanswered, type DomainFacts } from '#core/facts.ts';
import { SalesSummary } from '#core/sales/contract.ts';
import { shippedRules } from '#test/support/rules.ts';
import { summaryOf, textsOf } from './worlds.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const CONTEXT: AssessmentContext = { now: NOW, recentChanges: 0 };

/** What look-ups said of a company on its own server without any protection; a test changes what it is about. */
function facts(known: Partial<DomainFacts> = {}): DomainFacts {
  return {
    schema: 1,
    domain: 'kuzeyhat.com.tr',
    lookedUpAt: NOW,
    mx: found([{ preference: 10, exchange: 'mail.kuzeyhat.com.tr' }]),
    txt: found([]),
    dmarc: absent('NXDOMAIN'),
    dkim: { base: absent('NXDOMAIN'), selectors: [] },
    ns: found(['ns1.kuzeyhat.com.tr']),
    mxHosts: {},
    spfTxt: {},
    ...known,
  };
}
const GOOGLE = facts({
  mx: found([{ preference: 1, exchange: 'aspmx.l.google.com' }]),
  txt: found(['v=spf1 include:_spf.google.com ~all']),
  spfTxt: { '_spf.google.com': found(['v=spf1 ip4:192.0.2.0/24 ~all']) },
});
const PROOFPOINT = facts({
  mx: found([{ preference: 10, exchange: 'mx0a-00a1b201.pphosted.com' }]),
  txt: found(['v=spf1 include:spf.protection.outlook.com -all']),
  spfTxt: { 'spf.protection.outlook.com': found(['v=spf1 ip4:192.0.2.0/24 -all']) },
  dmarc: found(['v=DMARC1; p=none; rua=mailto:d@kuzeyhat.com.tr']),
  autodiscover: found('autodiscover.outlook.com'),
});
const ALL: Record<string, DomainFacts> = {
  'an own server': facts(),
  Google: GOOGLE,
  'Microsoft 365 behind Proofpoint': PROOFPOINT,
  'a gateway alone': facts({ mx: found([{ preference: 10, exchange: 'mx0a-00a1b201.pphosted.com' }]) }),
  'a null MX': facts({ mx: found([{ preference: 0, exchange: '' }]) }),
  'no MX': facts({ mx: absent('NODATA') }),
  'SPF and DMARC unanswered': facts({ txt: unanswered('TIMEOUT'), dmarc: unanswered('SERVFAIL') }),
  'an own server, whose other records are silent': facts({
    autodiscover: unanswered('TIMEOUT'),
    autodiscoverSrv: unanswered('TIMEOUT'),
  }),
  'a gateway alone, whose other records are silent': facts({
    mx: found([{ preference: 10, exchange: 'mx0a-00a1b201.pphosted.com' }]),
    autodiscover: unanswered('TIMEOUT'),
  }),
  'SendGrid with everything': facts({
    mx: found([{ preference: 10, exchange: 'mx.sendgrid.net' }]),
    txt: found(['v=spf1 -all']),
    dmarc: found(['v=DMARC1; p=reject; pct=50']),
  }),
};

describe.for(['hunter-1', 'python-2025-11'])('assessed under %s', (set) => {
  const rules = shippedRules(set);

  it.for(Object.entries(ALL))('%s has a summary that fits the contract', ([, known]) => {
    for (const language of ['tr', 'en'] as const)
      SalesSummary.parse(summaryOf(assess(known, CONTEXT, rules), language));
  });

  it('the thresholds told are those of the set', () => {
    const said = summaryOf(assess(GOOGLE, CONTEXT, rules), 'en').segment_explanation;
    const said60 =
      set === 'hunter-1' ? /Migration begins at 60 points/ : /Migration begins at 60 points|Skip/;
    expect(said).toMatch(said60);
  });
});

describe('the records behind the words', () => {
  const rules = shippedRules();

  it('signs are named as the records that were read', () => {
    const { provider_reasoning: said } = summaryOf(assess(PROOFPOINT, CONTEXT, rules), 'en');
    expect(said).toContain(
      'The mailboxes behind it are on Microsoft 365, as shown by: CNAME autodiscover and SPF.',
    );
  });

  const MICROSOFT = 'kuzeyhat-com-tr.mail.protection.outlook.com';
  const atBoth = (first: string, second: string) =>
    summaryOf(
      assess(
        facts({
          mx: found([
            { preference: 0, exchange: first },
            { preference: 10, exchange: second },
          ]),
        }),
        CONTEXT,
        rules,
      ),
      'en',
    );

  it('several providers are told with the chosen one among them, whichever comes first', () => {
    for (const said of [atBoth(MICROSOFT, 'mail.kuzeyhat.com.tr'), atBoth('mail.kuzeyhat.com.tr', MICROSOFT)])
      expect(said.one_liner).toContain('MX points to several providers, Microsoft 365 among them');
  });

  it('an own server that only stands by takes nothing from the certainty; one that comes first does', () => {
    expect(atBoth(MICROSOFT, 'mail.kuzeyhat.com.tr').call_script[0]).toContain('calling about Microsoft 365');
    expect(atBoth('mail.kuzeyhat.com.tr', MICROSOFT).call_script[0]).toContain('calling about email at');
  });

  it('a gateway is told only where mail passes it before the mailboxes', () => {
    expect(textsOf(atBoth(MICROSOFT, 'mx0a-00a1b201.pphosted.com')).join()).not.toContain('Proofpoint');
    expect(textsOf(atBoth('mx0a-00a1b201.pphosted.com', MICROSOFT)).join()).toContain('Proofpoint');
  });

  it('an entry is that of the provider, not of all', () => {
    const own = assess(facts({ txt: found(['v=spf1 mx -all']) }), CONTEXT, rules);
    expect(summaryOf(own, 'en').segment_explanation).toMatch(/is Migration from 5 points; this domain has 5/);
  });

  it('a look-up that was not answered is told as that, with the score it leaves', () => {
    const open = assess(ALL['SPF and DMARC unanswered'] as DomainFacts, CONTEXT, rules);
    const said = textsOf(summaryOf(open, 'tr')).join(' ');
    expect(said).toContain('SPF ve DMARC kontrol edilemedi');
    expect(said).not.toMatch(/SPF kaydı yok|geçerli bir DMARC kaydı yok/);
  });

  it('an MX that was not answered has no summary', () => {
    const silent = assess(facts({ mx: unanswered('TIMEOUT') }), CONTEXT, rules);
    expect(() => summaryOf(silent)).toThrow('no score');
  });
});

describe('the size', () => {
  it('of both languages with all claims leaves room in the 32 KB of the intelligence JSON', () => {
    for (const known of Object.values(ALL)) {
      const assessment = assess(known, CONTEXT, shippedRules());
      const both = [summaryOf(assessment, 'tr'), summaryOf(assessment, 'en')];
      const withoutClaims = both.map(({ claims: _, ...summary }) => summary);
      expect(new TextEncoder().encode(JSON.stringify(withoutClaims)).length).toBeLessThan(16_000);
    }
  });
});
