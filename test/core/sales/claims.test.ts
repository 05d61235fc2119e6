import { describe, expect, it } from 'vitest';
import type { Assessment } from '#core/assessment.ts';
import type { FindingId } from '#core/score/findings.ts';
import type { SalesContext } from '#core/sales/contract.ts';
import { anAssessment, aScore, withFindings } from '#test/support/assessment.ts';
import {
  behindProofpoint,
  EXISTING,
  google,
  m365,
  manyIncludes,
  noMail,
  on,
  PROOFPOINT,
  silentEvidence,
  summaryOf,
  textsOf,
  unknownBehindProofpoint,
  WORLDS,
} from './worlds.ts';

/**
 * One row a claim: a company whose records show it, the words that say it in both languages, and the same company
 * without the signal. The words are looked for in the whole summary, so that no part may go on claiming it.
 */
interface Row {
  claim: string;
  shown: Assessment;
  not: Assessment;
  tr: RegExp;
  en: RegExp;
  context?: SalesContext;
  contextWithout?: SalesContext;
}

const finding = (
  base: Assessment,
  id: FindingId,
  instead: readonly FindingId[] = [],
  without: readonly FindingId[] = [],
) => ({
  shown: withFindings(base, { remove: [id, ...instead, ...without], add: [id] }),
  not: withFindings(base, { remove: [id, ...without], add: instead }),
});
/** For what is said only while a finding does not hold. */
const swapped = ({ shown, not }: { shown: Assessment; not: Assessment }) => ({ shown: not, not: shown });
const DMARC: readonly FindingId[] = ['dmarc-policy-none'];
const coverage = (value: number): Assessment => ({
  ...withFindings(anAssessment(), {
    remove: ['dmarc-policy-none'],
    add: value < 100 ? ['dmarc-reject', 'dmarc-partial-coverage'] : ['dmarc-reject'],
  }),
  dmarc: { policy: 'reject', coverage: value, dialect: 'rfc7489' },
});
const place = (network: Partial<Assessment['network']>): Assessment =>
  anAssessment({ network: { ...anAssessment().network, ...network } });

const ROWS: Row[] = [
  {
    claim: 'SPF is in place',
    ...finding(anAssessment(), 'spf-found', ['spf-unanswered']),
    tr: /SPF (ayarınız )?yerinde|SPF: kayıt var|Yerinde olanlar: SPF/,
    en: /SPF is in place|SPF: a record is published|In place: SPF/,
  },
  {
    claim: 'there is no SPF record',
    ...finding(anAssessment(), 'spf-absent', ['spf-found']),
    tr: /SPF kaydı yok|SPF: kayıt yok|SPF kaydı(, | ve ).*göremedik|Geçerli bir SPF kaydı/,
    en: /no SPF record|SPF: no record|publishing one valid SPF/,
  },
  {
    claim: 'the SPF record is in error',
    ...finding(anAssessment(), 'spf-permerror', ['spf-found']),
    tr: /SPF kaydı(nız)? hatalı|SPF: kayıt hatalı|SPF kaydının düzeltilmesi/,
    en: /SPF record is in error|SPF: the record is in error|repairing the SPF/,
  },
  {
    claim: 'SPF allows every sender',
    ...finding(anAssessment(), 'spf-pass-all'),
    tr: /her gönderene izin/,
    en: /allows every sender/,
  },
  {
    claim: 'SPF is over the look-up limit',
    ...finding(anAssessment(), 'spf-lookup-limit'),
    tr: /10 (DNS )?sorgu/,
    en: /10 (DNS )?look-ups/,
  },
  {
    claim: 'SPF has many includes',
    shown: manyIncludes(),
    not: behindProofpoint({ metrics: { 'spf-includes': 4 } }),
    tr: /4 include/,
    en: /4 includes/,
  },
  {
    claim: 'SPF gave no answer',
    ...finding(anAssessment(), 'spf-unanswered', ['spf-found']),
    tr: /SPF (kontrol edilemedi|bu kez|bu taramada)|etkilemeyen: SPF|SPF: sorgu yanıtsız/,
    en: /SPF could not be checked|out of the score: SPF|check SPF|SPF: the look-up was not answered/,
  },
  {
    claim: 'DKIM is in place',
    ...finding(anAssessment(), 'dkim-found', ['dkim-unknown'], ['dkim-absent']),
    tr: /DKIM (ayarlarınız )?yerinde|DKIM: imza anahtarı var|olanlar: .*DKIM/,
    en: /DKIM are in place|DKIM: a signing key is published|In place: .*DKIM/,
  },
  {
    claim: 'no DKIM key was found',
    ...finding(anAssessment(), 'dkim-absent', ['dkim-unknown']),
    tr: /DKIM anahtarı (bulunamadı|göremedik)|DKIM: imza anahtarı bulunamadı|DKIM imzasının açılması/,
    en: /no DKIM key|DKIM: no signing key|switching DKIM signing on/,
  },
  {
    claim: 'DKIM is not known',
    ...finding(anAssessment(), 'dkim-unknown', ['dkim-found'], ['dkim-absent']),
    tr: /DKIM: durumu bilinmiyor/,
    en: /DKIM: its state is not known/,
  },
  {
    claim: 'DKIM gave no answer',
    ...finding(anAssessment(), 'dkim-unanswered', ['dkim-found'], ['dkim-absent']),
    tr: /DKIM (kontrol edilemedi|bu kez|bu taramada)|etkilemeyen: DKIM|DKIM: sorgu yanıtsız/,
    en: /DKIM could not be checked|out of the score: DKIM|check DKIM|DKIM: the look-up was not answered/,
  },
  {
    claim: 'a weak DKIM key',
    ...finding(anAssessment(), 'dkim-weak-key'),
    tr: /anahtar fazla zayıf|zayıf DKIM anahtarı/,
    en: /key is too weak|weak DKIM key/,
  },
  {
    claim: 'a revoked DKIM key',
    ...finding(anAssessment(), 'dkim-revoked'),
    tr: /iptal edilmiş/,
    en: /revoked/,
  },
  {
    claim: 'no DKIM key was found, where a weak one is published',
    ...swapped(finding(anAssessment(), 'dkim-weak-key')),
    tr: /(?<!kullanılabilir bir )(DKIM|imza) anahtarı (bulunamadı|yok|göremedik)|DKIM imzasının açılması/,
    en: /no DKIM key|no signing key|switching DKIM signing on/,
  },
  {
    claim: 'no DKIM key was found, where a revoked one is published',
    ...swapped(finding(anAssessment(), 'dkim-revoked')),
    tr: /(?<!kullanılabilir bir )(DKIM|imza) anahtarı (bulunamadı|yok|göremedik)|DKIM imzasının açılması/,
    en: /no DKIM key|no signing key|switching DKIM signing on/,
  },
  {
    claim: 'part of SPF was not followed',
    ...finding(anAssessment(), 'spf-not-followed'),
    tr: /SPF kaydının bir bölümü/,
    en: /part of SPF/,
  },
  {
    claim: 'SPF is in place, where all of it was followed',
    ...swapped(finding(anAssessment(), 'spf-not-followed')),
    tr: /SPF (ayarınız )?yerinde|Yerinde olanlar: SPF/,
    en: /SPF is in place|In place: SPF/,
  },
  {
    claim: 'whose mailboxes these are could not be checked',
    ...finding(anAssessment(), 'mail-evidence-unanswered'),
    tr: /hangi sistemde olduğu(nu bu kez)? kontrol ed|yanıt vermedi/,
    en: /whose mailboxes (these are )?.*could not be checked|could not check which system|did not answer/i,
  },
  {
    claim: 'a move, where it is known whose mailboxes these are',
    ...swapped(finding(anAssessment(), 'mail-evidence-unanswered')),
    tr: /arayın ve Microsoft 365’e geçişi konuşun|Orta ölçekli şirketler|(^|\n)Microsoft 365 .* ve geçiş hizmeti önerin/,
    en: /talk about moving to Microsoft 365|For mid-sized|Offer Microsoft 365 .* with the move/,
  },
  {
    claim: 'DMARC only monitors',
    ...finding(anAssessment(), 'dmarc-policy-none', ['dmarc-reject']),
    tr: /yalnızca izl|p=none/,
    en: /only monitors|monitoring|p=none/,
  },
  {
    claim: 'there is no DMARC record',
    ...finding(anAssessment(), 'dmarc-absent', DMARC),
    tr: /DMARC kaydı (yok|göremedik|olmadan)|DMARC: geçerli kayıt yok|bir DMARC kaydı yayımlanması/,
    en: /no valid DMARC|Without a valid DMARC|DMARC: no valid record|a DMARC record with/,
  },
  {
    claim: 'the DMARC record is in error',
    ...finding(anAssessment(), 'dmarc-permerror', DMARC),
    tr: /DMARC kaydı(nız)? hatalı|DMARC: kayıt hatalı|DMARC kaydının düzeltilmesi/,
    en: /DMARC record is in error|DMARC: the record is in error|repairing the DMARC/,
  },
  {
    claim: 'DMARC asks receivers to reject',
    ...finding(anAssessment(), 'dmarc-reject', DMARC),
    tr: /p=reject|SPF ve DMARC/,
    en: /p=reject|SPF and DMARC/,
  },
  {
    claim: 'DMARC asks receivers to set aside',
    ...finding(anAssessment(), 'dmarc-quarantine', ['dmarc-reject'], DMARC),
    tr: /p=quarantine/,
    en: /p=quarantine/,
  },
  {
    claim: 'DMARC covers a part of mail',
    shown: coverage(50),
    not: coverage(100),
    tr: /%50|iletilerin tümün/,
    en: /50%|to all mail/,
  },
  {
    claim: 'DMARC covers all mail',
    shown: coverage(100),
    not: coverage(50),
    tr: /DMARC kapsamı: %100/,
    en: /DMARC coverage: 100%/,
  },
  {
    claim: 'DMARC is in test mode',
    ...finding(withFindings(anAssessment(), { remove: DMARC, add: ['dmarc-reject'] }), 'dmarc-testing'),
    tr: /test modunda/,
    en: /test mode/,
  },
  {
    claim: 'no address for DMARC reports',
    ...finding(anAssessment(), 'dmarc-reports-absent'),
    tr: /rapor adresi/,
    en: /address for reports/,
  },
  {
    claim: 'DMARC gave no answer',
    ...finding(anAssessment(), 'dmarc-unanswered', DMARC),
    tr: /DMARC (kontrol edilemedi|bu kez|bu taramada)|etkilemeyen: DMARC|DMARC: sorgu yanıtsız/,
    en: /DMARC could not be checked|out of the score: DMARC|check DMARC|DMARC: the look-up was not answered/,
  },
  {
    claim: 'a hoster by name',
    shown: anAssessment(),
    not: anAssessment({ mail: { ...anAssessment().mail, localProvider: null } }),
    tr: /Marmara Hosting/,
    en: /Marmara Hosting/,
  },
  {
    claim: 'the MX host by name',
    shown: anAssessment(),
    not: anAssessment({ mxHosts: [] }),
    tr: /mx1\.marmarahosting/,
    en: /mx1\.marmarahosting/,
  },
  {
    claim: 'a security gateway by name',
    shown: behindProofpoint(),
    not: m365(),
    tr: /Proofpoint|ağ geçidi/,
    en: /Proofpoint|gateway/,
  },
  {
    claim: 'the mailboxes behind the gateway are not visible',
    shown: unknownBehindProofpoint(),
    not: behindProofpoint(),
    tr: /dışarıdan görünmüyor/,
    en: /not visible/,
  },
  {
    claim: 'the provider behind the gateway is a likelihood',
    shown: WORLDS['most likely on Microsoft 365 behind Proofpoint'] as Assessment,
    not: behindProofpoint(),
    tr: /büyük olasılıkla|doğrulanırsa/,
    en: /most likely|is confirmed/,
  },
  {
    claim: 'SPF points to Microsoft 365',
    shown: behindProofpoint(),
    not: behindProofpoint({
      mail: on('M365', 'Microsoft 365', 'mailbox', {
        gateway: PROOFPOINT,
        because: [
          { record: 'MX', value: '10 mx0a.pphosted.com', shows: 'Proofpoint' },
          { record: 'CNAME autodiscover', value: 'autodiscover.outlook.com', shows: 'Microsoft 365' },
        ],
      }),
    }),
    tr: /autodiscover ve SPF/,
    en: /autodiscover and SPF/,
  },
  {
    claim: 'a hybrid setup',
    shown: WORLDS['on Microsoft 365, hybrid'] as Assessment,
    not: m365(),
    tr: /hibrit/i,
    en: /hybrid/i,
  },
  {
    claim: 'several providers in the MX',
    ...finding(google(), 'mx-mixed-providers'),
    tr: /birden çok sağlayıcı|geçiş sürüyor/,
    en: /several providers|under way/,
  },
  {
    claim: 'a recent change of provider',
    shown: anAssessment(),
    not: anAssessment(),
    context: { providerChange: { from: 'Google', to: 'Hosting', at: '2026-11-01T00:00:00.000Z' } },
    contextWithout: { providerChange: null },
    tr: /yakın zamanda değiş|önce Google Workspace, şimdi hosting firması \(1 Kasım 2026/,
    en: /changed recently|Google Workspace before, a hosting company now \(seen on 1 November 2026\)/,
  },
  {
    claim: 'a change that is recent',
    shown: anAssessment(),
    not: anAssessment(),
    context: { providerChange: { from: 'Google', to: 'Hosting', at: '2026-08-24T00:00:00.000Z' } },
    contextWithout: { providerChange: { from: 'Google', to: 'Hosting', at: '2026-08-22T00:00:00.000Z' } },
    tr: /yakın zamanda değiş/,
    en: /changed recently/,
  },
  {
    claim: 'Microsoft services in use elsewhere',
    shown: WORLDS['with Microsoft services already'] as Assessment,
    not: google({ scored: aScore({ score: 65, segment: 'Migration', priority: 3 }) }),
    tr: /Microsoft hizmetleri.*Teams/,
    en: /Microsoft services.*Teams/,
  },
  {
    claim: 'an Entra tenant',
    ...finding(google(), 'tenant-found'),
    tr: /Entra kiracısı/,
    en: /Entra tenant/,
  },
  {
    claim: 'no sign of Microsoft 365',
    shown: anAssessment(),
    not: anAssessment({ open: [{ question: 'autodiscover', why: 'TIMEOUT', retryable: true }] }),
    tr: /rastlanmadı/,
    en: /sign were found/,
  },
  {
    claim: 'no sign of Microsoft 365, where a tenant answers',
    shown: anAssessment(),
    not: withFindings(anAssessment(), { add: ['tenant-found'] }),
    tr: /rastlanmadı/,
    en: /sign were found/,
  },
  {
    claim: 'no sign of Microsoft 365, where it was looked for',
    shown: anAssessment(),
    not: google(),
    tr: /rastlanmadı/,
    en: /sign were found/,
  },
  {
    claim: 'no sign of Microsoft 365, where every record that could show one answered',
    shown: anAssessment(),
    not: withFindings(anAssessment(), { add: ['mail-evidence-unanswered'] }),
    tr: /rastlanmadı/,
    en: /sign were found/,
  },
  {
    claim: 'the domain expires soon, by the public registration data',
    shown: anAssessment({ daysToExpiry: 54 }),
    not: anAssessment({ daysToExpiry: 60 }),
    tr: /[Kk]amuya açık kayıtlara göre .*süresi 14 Ocak 2028 tarihinde doluyor/,
    en: /according to the public registration data,? .*due for renewal on 14 January 2028/i,
  },
  {
    claim: 'the domain has expired',
    shown: anAssessment({ daysToExpiry: -1 }),
    not: anAssessment({ daysToExpiry: 0 }),
    tr: /süresi dolmuş|tarihinde dolmuş/,
    en: /was due for renewal|has expired/,
  },
  {
    claim: 'an expiry, where registration data is there',
    shown: anAssessment({ daysToExpiry: 54 }),
    not: anAssessment({ daysToExpiry: null, registration: null }),
    tr: /kamuya açık kayıt|süresi/i,
    en: /registration data|renewal/,
  },
  {
    claim: 'a place, as an estimate from IP data',
    shown: place({ country: 'TR', city: 'Bursa', address: '192.0.2.1' }),
    not: place({ address: '192.0.2.1' }),
    tr: /IP verilerine göre e-posta sunucusunun tahmini konumu: Bursa, TR/,
    en: /Location of the mail server, an estimate from IP data: Bursa, TR/,
  },
  {
    claim: 'a proxy',
    shown: place({ isProxy: true }),
    not: place({ isProxy: null }),
    tr: /proxy/,
    en: /proxy/,
  },
  {
    claim: 'a proxy, when it is known to be one',
    shown: place({ isProxy: true }),
    not: place({ isProxy: false }),
    tr: /proxy/,
    en: /proxy/,
  },
  {
    claim: 'Weak Partner, as the name of a rule',
    shown: m365(),
    not: m365({
      scored: aScore({
        ...EXISTING,
        pModel: {
          commercialSegment: 'RENEWAL',
          technicalHeat: 'Warm',
          commercialHeat: 'MEDIUM',
          category: 'P4',
          label: { tr: 'Orta Öncelikli Yenileme', en: 'Medium Priority Renewal' },
        },
      }),
    }),
    tr: /70 puanın altı “Zayıf İş Ortaklı Microsoft Müşterisi” olarak sınıflanır; bu bir kuralın verdiği addır/,
    en: /Below 70 points it is filed as “Existing Microsoft with Weak Partner”; that is the name of a rule, not proof/,
  },
  {
    claim: 'the entry of this provider',
    shown: anAssessment(),
    not: anAssessment({ zones: [] }),
    tr: /15 puandan itibaren Geçiş/,
    en: /Migration from 15 points/,
  },
  {
    claim: 'points that are left to the entry',
    shown: google(),
    not: google({ zones: [] }),
    tr: /Geçiş için 15 puan daha/,
    en: /so 15 more are needed/,
  },
  {
    claim: 'a company size that was declared',
    shown: anAssessment(),
    not: anAssessment({ tenantSize: { size: 'medium', basis: 'heuristic', because: [] } }),
    tr: /beyana göre: orta/,
    en: /as declared: medium/,
  },
  {
    claim: 'a company size at all',
    shown: anAssessment(),
    not: anAssessment({ tenantSize: { size: null, basis: null, because: [] } }),
    tr: /orta \(51–250 kişi\)|Orta ölçekli|Bilgi işlem ekibiniz/,
    en: /medium \(51–250|mid-sized|your IT team/,
  },
  {
    claim: 'a large company has rules to meet',
    shown: behindProofpoint(),
    not: m365(),
    tr: /KVKK veya GDPR/,
    en: /GDPR or KVKK/,
  },
  {
    claim: 'consulting, where the offer has it',
    shown: behindProofpoint(),
    not: m365(),
    tr: /50\.000 EUR/,
    en: /EUR 50,000/,
  },
  {
    claim: 'no MX record',
    shown: noMail('absent'),
    not: noMail('null'),
    tr: /MX kaydı (yok|olmadığı)/,
    en: /no MX record|Without an MX/,
  },
  {
    claim: 'a null MX',
    shown: noMail('null'),
    not: noMail('absent'),
    tr: /boş MX/,
    en: /null MX/,
  },
  {
    claim: 'a domain that does not exist',
    shown: noMail('nxdomain'),
    not: noMail('absent'),
    tr: /DNS’te/,
    en: /in the DNS/,
  },
  ...(
    [
      ['Google', 'Google Workspace', 'mailbox', /Google Workspace/],
      ['Yandex', 'Yandex 360', 'mailbox', /Yandex/],
      ['Zoho', 'Zoho Mail', 'mailbox', /Zoho/],
      ['Proton', 'Proton Mail', 'mailbox', /Proton/],
      ['Amazon', 'Amazon', 'sender', /Amazon/],
      ['SendGrid', 'Twilio SendGrid', 'sender', /SendGrid/],
      ['Mailgun', 'Mailgun', 'sender', /Mailgun/],
      ['Postmark', 'Postmark', 'sender', /Postmark/],
    ] as const
  ).map(([id, name, kind, words]): Row => ({
    claim: `mail at ${name}`,
    shown: google({ mail: on(id, name, kind) }),
    not: google({ mail: on('Unknown', 'Unknown', 'none') }),
    tr: words,
    en: words,
  })),
];

describe('a claim is made when a signal shows it, and only then', () => {
  describe.for(['tr', 'en'] as const)('%s', (language) => {
    it.for(ROWS)('$claim', (row) => {
      const said = textsOf(summaryOf(row.shown, language, row.context));
      expect(said.join('\n')).toMatch(row[language]);
      const without = textsOf(summaryOf(row.not, language, row.contextWithout));
      expect(without.filter((text) => row[language].test(text))).toEqual([]);
    });
  });
});

describe('while it could not be checked whose mailboxes these are', () => {
  const atHoster = silentEvidence(anAssessment());
  const behind = silentEvidence(unknownBehindProofpoint());

  it('the card says so', () => {
    expect(summaryOf(atHoster, 'en').one_liner).toContain(
      'MX points to a server of their own or of another company, but whose mailboxes these are could not be checked; ',
    );
    expect(summaryOf(atHoster, 'tr').one_liner).toContain(
      'MX, şirketin kendi sunucusunu ya da başka bir firmanın sunucusunu gösteriyor; posta kutularının hangi sistemde olduğu kontrol edilemedi; ',
    );
    expect(summaryOf(behind, 'en').one_liner).toContain(
      'security gateway Proofpoint, and whose mailboxes are behind it could not be checked',
    );
  });

  it.for(['tr', 'en'] as const)('the script names nobody and asks, in %s', (language) => {
    const script = summaryOf(atHoster, language).call_script.join('\n');
    expect(script).not.toMatch(/Marmara/);
    expect(script).toMatch(
      /hangi sistemde olduğunu bu kez kontrol edemedik|could not check which system your mailboxes are on/,
    );
    expect(script).toMatch(/Microsoft 365’i henüz kullanmıyorsanız|If you are not on Microsoft 365 yet/);
  });

  it('mailboxes behind a gateway are not called invisible: nobody could look', () => {
    for (const language of ['tr', 'en'] as const)
      expect(textsOf(summaryOf(behind, language)).join('\n')).not.toMatch(/görünmüyor|not visible/);
  });

  it('the next step is to ask, and a move hangs on the answer', () => {
    expect(summaryOf(atHoster, 'en')).toMatchObject({
      next_step: {
        message: expect.stringMatching(
          /^Call within 3 days and ask which system the mailboxes are on; talk about a move only if it is not Microsoft 365\./,
        ),
      },
      offer_tier: {
        recommendation: expect.stringMatching(/^If the mailboxes are not on Microsoft 365, offer /),
      },
    });
  });

  it('a change of provider is not told: the provider of today is not known', () => {
    const context = { providerChange: { from: 'Google', to: 'Hosting', at: '2026-11-01T00:00:00.000Z' } };
    expect(textsOf(summaryOf(atHoster, 'en', context)).join('\n')).not.toMatch(/changed recently|before,/);
  });
});

describe('W18: what the earlier system invented', () => {
  const everything = Object.values(WORLDS).flatMap((assessment) => [
    ...textsOf(summaryOf(assessment, 'tr')),
    ...textsOf(summaryOf(assessment, 'en')),
  ]);

  it.for([
    ['better delivery by 40 %', /40 ?%|%40/],
    ['the name of another company', /gibibyte/i],
    ['that somebody is being spoofed', /spoof|phish|oltalama|taklit ediliyor/i],
    ['double asterisks', /\*\*/],
  ] as const)('%s is never said', ([, words]) => {
    expect(everything.filter((text) => words.test(text))).toEqual([]);
  });

  it('SPF is named as a sign of Microsoft 365 only where the SPF record shows it', () => {
    const onM365 = m365();
    expect(onM365.findings.some((found) => found.id === 'spf-found')).toBe(true);
    for (const language of ['tr', 'en'] as const)
      expect(summaryOf(onM365, language).provider_reasoning).not.toContain('SPF');
  });

  it('W19: a domain with an enforced DMARC and two other gaps is at high risk, and DMARC is not called missing', () => {
    const assessment = withFindings(anAssessment(), {
      remove: ['spf-found', 'dmarc-policy-none'],
      add: ['spf-absent', 'dmarc-reject'],
    });
    const { security_reasoning: security } = summaryOf(assessment, 'en');
    expect(security).toMatchObject({
      risk_level: 'high',
      summary:
        'Sender protection is weak: there is no SPF record and no DKIM key was found. DMARC is in place.',
    });
  });
});

describe('the claims of a summary', () => {
  it('name the field, the sentence and the record, so that a reader can check', () => {
    const { claims } = summaryOf(anAssessment());
    expect(claims).toContainEqual({
      field: 'call_script',
      sentence: 'call_script.dmarc-policy-none',
      because: [
        {
          record: 'DMARC',
          value: 'v=DMARC1; p=none; rua=mailto:dmarc@gokpinardokum.example',
          shows: 'p=none',
        },
      ],
    });
  });

  it('include the phrases inside a sentence', () => {
    const sentences = summaryOf(anAssessment()).claims?.filter((claim) => claim.field === 'one_liner');
    expect(sentences?.map((claim) => claim.sentence)).toEqual([
      'phrase.where-hoster',
      'phrase.gap-dkim-absent',
      'phrase.gap-dmarc-policy-none',
    ]);
  });
});

describe('the caller', () => {
  it('is a placeholder until known', () => {
    expect(summaryOf(anAssessment(), 'tr').call_script[0]).toContain(
      'ben [adınız], [şirketiniz] şirketinden',
    );
    expect(summaryOf(anAssessment(), 'en').call_script[0]).toContain(
      'this is [your name] from [your company]',
    );
  });

  it('is named when known', () => {
    const [opening] = summaryOf(anAssessment(), 'en', {
      senderName: 'Ekin Örnek',
      senderCompany: 'Örnek Bilişim',
    }).call_script;
    expect(opening).toContain('this is Ekin Örnek from Örnek Bilişim.');
  });
});
