import type { Assessment, SignalView } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import type { FindingId } from '#core/score/findings.ts';

/**
 * What each record shows, in one sentence for a seller: the second line of an evidence row. Says only what the
 * finding says. Numbers are shown where they were counted, and left out where they were not.
 */
export function signalWords(assessment: Assessment, signal: SignalView): Words | null {
  if (signal.state === 'not-asked') return null;
  if (signal.state === 'unanswered') return NO_ANSWER;
  const sentences = [
    ...(OWN[signal.id]?.(assessment) ?? []),
    ...signal.findings.flatMap((id) => FINDING_WORDS[id] ?? []),
  ];
  if (sentences.length === 0) return null;
  return {
    en: sentences.map((words) => words.en).join('. '),
    tr: sentences.map((words) => words.tr).join('. '),
  };
}

const NO_ANSWER: Words = {
  en: 'No answer; the next scan asks again',
  tr: 'Yanıt gelmedi; bir sonraki taramada yeniden sorulacak',
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Sentences that need more than a finding. */
const OWN: Partial<Record<SignalView['id'], (assessment: Assessment) => Words[]>> = {
  mx: ({ mail }) => {
    if (mail.because.length === 0 || mail.mxRoot === null) return [];
    const name =
      mail.localProvider === null ? mail.providerName : `${mail.providerName}, ${mail.localProvider}`;
    if (mail.gateway === null)
      return [{ en: `Mail goes to: ${name}`, tr: `E-postanın gittiği yer: ${name}` }];
    const gateway = mail.gateway.name;
    return mail.kind === 'none'
      ? [
          {
            en: `Security gateway: ${gateway}. Whose mailboxes are behind it is not known`,
            tr: `Güvenlik ağ geçidi: ${gateway}. Arkasındaki e-posta kutularının kime ait olduğu bilinmiyor`,
          },
        ]
      : [
          {
            en: `Security gateway: ${gateway}. Mailboxes behind it: ${name}`,
            tr: `Güvenlik ağ geçidi: ${gateway}. Arkasındaki e-posta kutuları: ${name}`,
          },
        ];
  },
  spf: ({ metrics }) => {
    const includes = metrics['spf-includes'];
    const lookups = metrics['spf-lookups'];
    if (includes === undefined) return [];
    const start = { en: `${includes} include${includes === 1 ? '' : 's'}`, tr: `${includes} include` };
    return lookups === undefined
      ? [start]
      : [{ en: `${start.en}, ${lookups} of 10 look-ups`, tr: `${start.tr}, 10 sorgudan ${lookups}` }];
  },
  registration: ({ registration }) => {
    const [year, month, day] = (registration?.expires ?? '').slice(0, 10).split('-');
    const name = MONTHS[Number(month) - 1];
    // No count of days: the sentence is read on other days than the one it was written on.
    if (year === undefined || day === undefined || name === undefined) return [];
    return [{ en: `Ends on ${Number(day)} ${name} ${year}`, tr: `Bitiş tarihi ${day}.${month}.${year}` }];
  },
};

const FINDING_WORDS: Partial<Record<FindingId, Words>> = {
  'mx-absent': { en: 'This domain receives no mail', tr: 'Bu alan adı e-posta almıyor' },
  'mx-null': {
    en: 'The domain says that it receives no mail',
    tr: 'Alan adı e-posta almadığını bildiriyor',
  },
  'domain-not-registered': { en: 'The domain does not exist in the DNS', tr: 'Alan adı DNS’te yok' },
  'mx-mixed-providers': {
    en: 'Hosts of several providers: a migration may be under way',
    tr: 'Birden çok sağlayıcının sunucusu var: bir geçiş sürüyor olabilir',
  },
  'mx-cname': { en: 'An MX host is only an alias', tr: 'Bir MX sunucusu yalnızca takma ad' },
  'mx-misconfigured': { en: 'An MX record is wrongly written', tr: 'Bir MX kaydı hatalı yazılmış' },
  'spf-absent': { en: 'No list of allowed senders', tr: 'İzin verilen gönderenlerin listesi yok' },
  'spf-permerror': {
    en: 'The record has an error, so it counts as none',
    tr: 'Kayıt hatalı olduğu için yok sayılıyor',
  },
  'spf-lookup-limit': {
    en: 'Over the limit of ten look-ups: receivers may ignore it',
    tr: 'On sorgu sınırı aşılmış: alıcılar kaydı dikkate almayabilir',
  },
  'spf-void-lookups': { en: 'Names in it that do not exist', tr: 'İçinde var olmayan adlar geçiyor' },
  'spf-pass-all': {
    en: 'Ends in +all: anyone may send',
    tr: '+all ile bitiyor: herkes gönderebilir',
  },
  'spf-not-followed': { en: 'An include gave no answer', tr: 'Bir include sorgusu yanıtsız kaldı' },
  'dkim-found': { en: 'Outgoing mail can be signed', tr: 'Giden e-posta imzalanabiliyor' },
  'dkim-absent': { en: 'There is no key', tr: 'Anahtar yok' },
  'dkim-unknown': {
    en: 'No key at the usual selectors; one may exist under another name',
    tr: 'Bilinen seçicilerde anahtar yok; başka bir adla var olabilir',
  },
  'dkim-revoked': { en: 'A key was withdrawn', tr: 'Bir anahtar geri çekilmiş' },
  'dkim-weak-key': { en: 'A key is too short', tr: 'Bir anahtar fazla kısa' },
  'dmarc-reject': { en: 'Forged mail is to be rejected', tr: 'Sahte e-postanın reddedilmesi isteniyor' },
  'dmarc-quarantine': {
    en: 'Forged mail is to be set aside',
    tr: 'Sahte e-postanın ayrılması isteniyor',
  },
  'dmarc-policy-none': { en: 'Nothing is blocked', tr: 'Hiçbir ileti engellenmiyor' },
  'dmarc-absent': { en: 'No policy against forged mail', tr: 'Sahte e-postaya karşı politika yok' },
  'dmarc-permerror': {
    en: 'The record has an error, so it counts as none',
    tr: 'Kayıt hatalı olduğu için yok sayılıyor',
  },
  'dmarc-partial-coverage': {
    en: 'Covers only part of the mail',
    tr: 'E-postanın yalnızca bir bölümünü kapsıyor',
  },
  'dmarc-testing': { en: 'Marked as a test', tr: 'Deneme olarak işaretlenmiş' },
  'dmarc-reports-absent': { en: 'No reports are collected', tr: 'Rapor toplanmıyor' },
  'registration-absent': {
    en: 'Not in the public registration data',
    tr: 'Kamuya açık kayıt verilerinde yok',
  },
  'tenant-found': { en: 'An Entra tenant exists', tr: 'Bir Entra kiracısı var' },
  'tenant-absent': { en: 'No Entra tenant', tr: 'Entra kiracısı yok' },
  'tenant-federated': {
    en: 'Sign-in is federated with an own identity service',
    tr: 'Oturum açma, kuruluşun kendi kimlik hizmetiyle birleştirilmiş',
  },
  'mta-sts-enforce': { en: 'Transport encryption is enforced', tr: 'Aktarım şifrelemesi zorunlu' },
  'mta-sts-testing': { en: 'Transport encryption is only tested', tr: 'Aktarım şifrelemesi deneniyor' },
  'mta-sts-none': { en: 'The policy is switched off', tr: 'Politika kapatılmış' },
  'mta-sts-invalid': { en: 'The policy cannot be read', tr: 'Politika okunamıyor' },
  'mta-sts-absent': {
    en: 'Transport encryption is not enforced',
    tr: 'Aktarım şifrelemesi zorunlu değil',
  },
  'tls-rpt-found': { en: 'Transport reports are collected', tr: 'Aktarım raporları toplanıyor' },
  'tls-rpt-absent': { en: 'No transport reports', tr: 'Aktarım raporu yok' },
  'tls-rpt-invalid': { en: 'The record cannot be read', tr: 'Kayıt okunamıyor' },
  'bimi-found': { en: 'A logo is published', tr: 'Bir logo yayımlanmış' },
  'bimi-absent': { en: 'No logo is published', tr: 'Logo yayımlanmamış' },
  'bimi-invalid': { en: 'The record cannot be read', tr: 'Kayıt okunamıyor' },
  'caa-found': {
    en: 'Certificate authorities are limited',
    tr: 'Sertifika sağlayıcıları sınırlandırılmış',
  },
  'caa-absent': { en: 'Any certificate authority is allowed', tr: 'Her sertifika sağlayıcısına izin var' },
  'dnssec-found': { en: 'Answers are signed', tr: 'Yanıtlar imzalı' },
  'dnssec-absent': { en: 'Answers are not signed', tr: 'Yanıtlar imzalı değil' },
};
