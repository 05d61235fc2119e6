import { describe, expect, test } from 'vitest';
import type { Assessment, MailVerdict, SignalView } from '#core/assessment.ts';
import { signalWords } from '#core/lead/signal-words.ts';
import { anAssessment, withFindings } from '#test/support/assessment.ts';
import { found, HOSTED, hosted, unanswered, WORDING } from './support.ts';

const shows = (assessment: Assessment, signal: Partial<SignalView> & Pick<SignalView, 'id'>) =>
  signalWords(
    assessment,
    { state: 'found', why: null, record: null, findings: [], points: 0, ...signal },
    WORDING,
  );
const withMail = (mail: Partial<MailVerdict>): Assessment =>
  anAssessment({ mail: { ...anAssessment().mail, ...mail } });
const PROOFPOINT = { id: 'proofpoint', name: 'Proofpoint' };

describe('what a record shows', () => {
  test.each<[string, Partial<MailVerdict>, string, string]>([
    [
      'a hoster',
      {},
      'Mail goes to: Web hosting, Marmara Hosting',
      'E-postanın gittiği yer: Web hosting, Marmara Hosting',
    ],
    [
      'a cloud',
      { providerName: 'Zoho Mail', localProvider: null },
      'Mail goes to: Zoho Mail',
      'E-postanın gittiği yer: Zoho Mail',
    ],
    [
      'mailboxes behind a gateway',
      { gateway: PROOFPOINT, providerName: 'Microsoft 365', kind: 'mailbox', localProvider: null },
      'Security gateway: Proofpoint. Mailboxes behind it: Microsoft 365',
      'Güvenlik ağ geçidi: Proofpoint. Arkasındaki e-posta kutuları: Microsoft 365',
    ],
    [
      'a gateway in front of nobody knows whom',
      { gateway: PROOFPOINT, kind: 'none' },
      'Security gateway: Proofpoint. Whose mailboxes are behind it is not known',
      'Güvenlik ağ geçidi: Proofpoint. Arkasındaki e-posta kutularının kime ait olduğu bilinmiyor',
    ],
  ])('MX of %s', (_, mail, en, tr) => {
    expect(shows(withMail(mail), { id: 'mx' })).toEqual({ en, tr });
  });

  test.each([
    [{ 'spf-includes': 1 }, '1 include', '1 include'],
    [{ 'spf-includes': 4 }, '4 includes', '4 include'],
    [{ 'spf-includes': 4, 'spf-lookups': 7 }, '4 includes, 7 of 10 look-ups', '4 include, 7/10 sorgu'],
  ])('SPF counted: %j', (metrics, en, tr) => {
    expect(shows(anAssessment({ metrics }), { id: 'spf' })).toEqual({ en, tr });
  });

  test('the end of the registration, as each language writes a date', () => {
    const registration = HOSTED.registration?.state === 'found' ? HOSTED.registration.value : null;
    const ends = (expires: string) =>
      shows(hosted({ registration: found({ ...registration!, expires }) }), { id: 'registration' });
    expect(ends('2027-03-04T00:00:00Z')).toEqual({ en: 'Ends on 4 Mar 2027', tr: 'Bitiş tarihi 04.03.2027' });
    const odd = anAssessment({ registration: { ...registration!, expires: '4. March 2027' } });
    expect(shows(odd, { id: 'registration' })).toBeNull();
  });

  test('a finding in its own sentence, several one after the other', () => {
    const signal = { id: 'dkim', findings: ['dkim-found', 'dkim-weak-key'] } as const;
    expect(shows(anAssessment(), signal)?.en).toBe('Outgoing mail can be signed. A key is too weak');
  });

  test.each([
    [['dkim-absent', 'dkim-revoked'], 'There is no usable key. A key was withdrawn'],
    [['dkim-absent', 'dkim-weak-key'], 'There is no usable key. A key is too weak'],
    [
      ['dkim-unknown', 'dkim-revoked'],
      'No usable key at the usual selectors; one may exist under another name. A key was withdrawn',
    ],
  ] as const)('a key that cannot be used is not called missing: %j', (findings, en) => {
    expect(shows(anAssessment(), { id: 'dkim', findings })?.en).toBe(en);
  });

  test('whose mailboxes these are is left open while the records that could show it are silent', () => {
    const silent = (mail: Partial<MailVerdict>) =>
      withFindings(withMail(mail), { add: ['mail-evidence-unanswered'] });
    expect(shows(silent({}), { id: 'mx' })?.en).toBe(
      'Mail goes to: Web hosting, Marmara Hosting. Whose mailboxes these are could not be checked',
    );
    expect(shows(silent({ gateway: PROOFPOINT }), { id: 'mx' })?.en).toBe(
      'Security gateway: Proofpoint. Whose mailboxes are behind it could not be checked',
    );
  });

  test('a finding whose name says it all by that name, which stands in the messages alone', () => {
    expect(shows(anAssessment(), { id: 'tenant', state: 'absent', findings: ['tenant-absent'] })).toEqual({
      en: 'No Entra tenant',
      tr: 'Entra kiracısı yok',
    });
  });

  test('no answer is said as such, whatever else is known', () => {
    const { signals } = hosted({ dmarc: unanswered('TIMEOUT') });
    expect(
      signalWords(
        hosted(),
        signals.find(({ id }) => id === 'dmarc')!,
        WORDING,
      ),
    ).toEqual({
      en: 'No answer; the next scan asks again',
      tr: 'Yanıt gelmedi; bir sonraki taramada yeniden sorulacak',
    });
  });

  test('nothing where nothing was asked, or where there is nothing to add', () => {
    expect(shows(anAssessment(), { id: 'bimi', state: 'not-asked' })).toBeNull();
    expect(shows(anAssessment(), { id: 'caa', findings: ['registration-found'] })).toBeNull();
  });
});
