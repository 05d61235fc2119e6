import { z } from 'zod';
import { SIGNAL_IDS } from '#core/assessment.ts';
import { ALERT_TYPES } from '#core/changes/alerts.ts';
import { ADDRESS_REFUSALS } from '#core/contacts/address.ts';
import { VERDICT_REASONS } from '#core/contacts/verdict.ts';
import { DOMAIN_REFUSAL_DETAILS, DOMAIN_REFUSALS } from '#core/domain.ts';
import { ABSENCES, SILENCES } from '#core/facts.ts';
import { OPTIONAL_LOOKUPS } from '#core/questions.ts';
import { FINDING_IDS } from '#core/score/findings.ts';
import type { RuleFault } from '#core/rules.ts';
import { DELIVERY_FAULTS, MAIL_WORDS, SETTING_FAULTS, TARGET_FAULTS } from './alert-words.ts';
import { fileHead } from './common.ts';
import { DOCTOR_CHECKS, DOCTOR_SENTENCES } from './doctor.ts';
import { FAILURE_CODES } from './failures.ts';
import { PDF_WORDS } from './pdf-words.ts';
import { SEGMENTS, WORKLOADS } from './rule-set.ts';
import { RULE_WORDS } from './rule-words.ts';

const Text = z.string().min(1);
const texts = <const T extends readonly string[]>(keys: T) => z.record(z.enum(keys), Text);

/** What a sentence of a refusal is chosen by: the detail where there is one, else the reason. */
export const REFUSALS = [...DOMAIN_REFUSALS, ...DOMAIN_REFUSAL_DETAILS, 'consumer-domain'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Look-ups as people call them; what follows the first word of a question (a selector, a host) is shown behind it. */
export const QUESTIONS = [
  'mx',
  'txt',
  'dmarc',
  'dkim',
  'ns',
  'address',
  'cname',
  'spf',
  ...OPTIONAL_LOOKUPS,
] as const;

const CARD = [
  'score',
  'of100',
  'noScore',
  'noScoreWhy',
  'previousStays',
  'provider',
  'gateway',
  'behind',
  'hybrid',
  'mixed',
  'segment',
  'priority',
  'priorityOf',
  'category',
  'heat',
  'confidence',
  'completeness',
  'stability',
  'providerShare',
  'variance',
  'why',
  'points',
  'total',
  'range',
  'evidence',
  'inOneSentence',
  'nextStep',
  'notAnswered',
  'notAnsweredNote',
  'whatIf',
  'zones',
  'zoneFrom',
  'signals',
  'fit',
  'workloads',
  'tenantSize',
  'network',
  'registration',
  'expires',
  'inDays',
  'nameservers',
  'mailServers',
  'tenant',
  'urgency',
  'opportunity',
  'advice',
  'rules',
  'lookedUp',
  'andMore',
  'partial',
  'script',
  'questions',
  'sizeDeclared',
  'sizeHeuristic',
  'answeredOf',
] as const;

const CLI = [
  'usage',
  'unknownCommand',
  'unknownOption',
  'needsValue',
  'noDomains',
  'domainsAndFile',
  'factsAndDomains',
  'fileUnreadable',
  'fileEmpty',
  'noDomainColumn',
  'factsUnreadable',
  'factsInvalid',
  'factsWritten',
  'unknownRules',
  'badLanguage',
  'badValue',
  'badEnvironment',
  'warning',
  'refused',
  'row',
  'summary',
  'refreshCurrent',
  'refreshed',
  'refreshFailed',
  'rulesFine',
  'rulesFault',
  'rulesFaults',
  'unexpected',
  'interrupted',
  'progress',
  'cannotWrite',
  'duplicate',
  'headingRow',
  'dbNoPackage',
  'dbIdentity',
  'dbFolder',
  'dbForeignFolder',
  'dbPasswordLost',
  'dbOtherVersion',
  'dbPortTaken',
  'dbDiskFull',
  'dbBusy',
  'dbStart',
  'dbUrl',
  'dbUnreachable',
  'dbRefused',
  'dbServerTooOld',
  'migrationName',
  'migrationChanged',
  'migrationMissing',
  'migrationOrder',
  'migrationTransaction',
  'migrationFailed',
  'migrationApplied',
  'migrationOpen',
  'migrationDone',
  'migrationUpToDate',
  'migrationsOpen',
  'listenInternal',
  'listenPortTaken',
  'listenNoAddress',
  'listenForbidden',
  'listenFailed',
  'backupExists',
  'backupDone',
  'backupProgress',
  'restoreNoBackup',
  'restoreBroken',
  'restoreNewer',
  'restoreNotEmpty',
  'restoreInUse',
  'restoreFailed',
  'restoreDone',
  'serviceRuns',
  'workerRuns',
  'stopping',
  'demoNote',
  'demoFilling',
  'demoProgress',
  'demoNotEmpty',
  'badChoice',
  'importTooLarge',
  'importReading',
  'importScanning',
  'importColumns',
  'importColumnHint',
  'importDone',
  'importScanned',
  'importScansFailed',
  'importRejected',
  'importGoesOn',
  'importWaits',
  'exportDone',
  'exportEmpty',
  'exportFormat',
  'exportTerminal',
  'exportInterrupted',
] as const;

const INGEST_WORDS = [
  'added',
  'known',
  'scanQueued',
  'uploaded',
  'webhookDone',
  'webhookLater',
  'erased',
  'nothingKept',
  'suppressed',
  'allowedAgain',
  'uploadsRemain',
  'rejectedRow',
  'rejectedReason',
  'rejectedEntry',
  'duplicateRow',
] as const;

const JOB_WORDS = [
  'queued',
  'waiting',
  'reading',
  'running',
  'completed',
  'cancelled',
  'cancelRequested',
  'duplicateEntry',
  'is-completed',
  'is-failed',
  'is-cancelled',
] as const;

/**
 * rules/messages.<language>.json: the words of the command line and of refusals, and the names of what has a name:
 * segments, services, findings, signals. Sentences about a company are in wording.<language>.json.
 */
export const MessagesFile = z.strictObject({
  ...fileHead,
  refusals: texts(REFUSALS),
  absences: texts(ABSENCES),
  silences: texts(SILENCES),
  questions: texts(QUESTIONS),
  segments: texts(SEGMENTS),
  workloads: texts(WORKLOADS),
  levels: texts(['high', 'medium', 'low']),
  bands: texts(['high', 'medium', 'low', 'skip']),
  heats: texts(['Hot', 'Warm', 'Cold', 'HIGH', 'MEDIUM', 'LOW']),
  sizes: texts(['small', 'medium', 'large', 'enterprise']),
  timelines: texts(['24_saat', '3_gün', '1_hafta', '1_ay']),
  actions: texts(['call', 'email', 'wait']),
  states: texts(['found', 'weak', 'absent', 'unknown', 'unanswered', 'not-asked']),
  signals: texts(SIGNAL_IDS),
  findings: texts(FINDING_IDS),
  shows: z
    .record(z.string(), Text)
    .describe('what a piece of evidence shows, where that is a word and not a name'),
  card: texts(CARD),
  cli: texts(CLI),
  api: texts(FAILURE_CODES).describe('why a request is not done, and what to do'),
  doctor: texts(DOCTOR_SENTENCES),
  doctorChecks: texts(DOCTOR_CHECKS),
  rules: texts(RULE_WORDS).describe('rule sets tried out and activated on the command line'),
  exports: texts(['demoSheet', 'demoNote']).describe('what an exported file says of itself'),
  ingest: texts(INGEST_WORDS).describe(
    'what became of companies, files and erasures, and the heads of rejected rows',
  ),
  alertTypes: texts(ALERT_TYPES),
  mail: texts(MAIL_WORDS).describe('messages about alerts, by mail and in Teams'),
  targets: texts([...TARGET_FAULTS, ...SETTING_FAULTS]).describe('why a setting for alerts is not taken'),
  deliveries: texts(DELIVERY_FAULTS).describe('why a message about an alert did not arrive'),
  addresses: texts(ADDRESS_REFUSALS).describe('why a text is no e-mail address'),
  verdicts: texts(VERDICT_REASONS).describe('whether an e-mail address takes mail, and how that is known'),
  jobs: texts(JOB_WORDS).describe('how far work in the background is'),
  contacts: texts(['enriched']),
  pdf: texts(PDF_WORDS).describe('the printed summary of a lead'),
  help: Text,
});
export type Messages = z.infer<typeof MessagesFile>;

/** Differences between the two languages: a key or a placeholder that only one of them has. */
export function messageFaults(tr: Messages, en: Messages): RuleFault[] {
  const flat = (value: unknown, path: string): [string, string][] =>
    typeof value === 'string'
      ? [[path, value]]
      : Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) =>
          flat(inner, path === '' ? key : `${path}.${key}`),
        );
  const words = (messages: Messages): Map<string, string> => {
    const { $schema: _s, version: _v, date: _d, licence: _l, about: _a, ...rest } = messages;
    return new Map(flat(rest, ''));
  };
  const turkish = words(tr);
  const english = words(en);
  const placeholders = (text: string): string =>
    [...text.matchAll(/\{(\w+)\}/g)]
      .map((match) => match[1])
      .sort()
      .join(' ');
  const faults: RuleFault[] = [];
  for (const [path, text] of turkish) {
    const other = english.get(path);
    if (other === undefined) faults.push({ file: 'messages.en.json', path, fault: 'is missing' });
    else if (placeholders(text) !== placeholders(other)) {
      faults.push({
        file: 'messages.en.json',
        path,
        fault: `has other placeholders than the Turkish text: ${placeholders(text)}`,
      });
    }
  }
  for (const path of english.keys())
    if (!turkish.has(path)) faults.push({ file: 'messages.tr.json', path, fault: 'is missing' });
  return faults;
}

export { fill } from './fill.ts';
