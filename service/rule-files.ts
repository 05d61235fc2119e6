import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { columnHints, type ColumnHints } from '#core/ingest/hints.ts';
import {
  crossFaults,
  MAIL_RULE_FILES,
  mailRules,
  Overlay,
  readRuleFile,
  RuleSet,
  ruleSetFaults,
  withOverlay,
  type RuleFault,
  type RuleReading,
  type Rules,
} from '#core/rules.ts';
import type { Language } from '#core/rules/common.ts';
import { CompanyFormsFile } from '#core/rules/company-forms.ts';
import { type ContactRules, contactRules, ContactsFile } from '#core/rules/contacts.ts';
import { ImportColumnsFile } from '#core/rules/import-columns.ts';
import { messageFaults, MessagesFile, type Messages } from '#core/rules/messages.ts';
import { RdapBootstrapFile, WhoisServersFile } from '#core/rules/registration.ts';
import {
  SALES_RULE_FILES,
  salesRules,
  withPrices,
  wordingFaults,
  type SalesRules,
} from '#core/rules/sales.ts';

/** Where the rule files of this installation lie. */
export const RULES_DIRECTORY = join(import.meta.dirname, '..', 'rules');

/** Every rule file that is not a rule set, by name without ".json", with its schema: the one list of them. */
export const RULE_FILES = {
  ...MAIL_RULE_FILES,
  ...SALES_RULE_FILES,
  'company-forms': CompanyFormsFile,
  contacts: ContactsFile,
  'import-columns': ImportColumnsFile,
  'whois-servers': WhoisServersFile,
  'rdap-bootstrap': RdapBootstrapFile,
  'messages.tr': MessagesFile,
  'messages.en': MessagesFile,
} as const;
type Files = { [Name in keyof typeof RULE_FILES]: z.infer<(typeof RULE_FILES)[Name]> };

/** Every rule the product works with. */
export interface AllRules {
  readonly engine: Rules;
  readonly sales: SalesRules;
  readonly registration: { readonly bootstrap: RdapBootstrapFile; readonly whoisServers: WhoisServersFile };
  readonly messages: Readonly<Record<Language, Messages>>;
  readonly contacts: ContactRules;
  readonly companyForms: CompanyFormsFile;
  /** how the columns of an uploaded list are known */
  readonly importColumns: ColumnHints;
}

/** Ids of the rule sets that are there, in alphabetical order. */
export function ruleSetIds(directory: string = RULES_DIRECTORY): string[] {
  return readdirSync(join(directory, 'sets'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Reads every file, checks each by its schema and all of them together. All faults are told at once. */
export function readFiles(directory: string = RULES_DIRECTORY): RuleReading<Files> {
  const faults: RuleFault[] = [];
  const files: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(RULE_FILES)) {
    const file = `${name}.json`;
    const reading = readFrom(directory, file, (text) => readRuleFile<unknown>(file, text, schema));
    if (reading.ok) files[name] = reading.value;
    else faults.push(...reading.faults);
  }
  if (faults.length > 0) return { ok: false, faults };
  // Each entry was parsed with the schema of its own name just above.
  const complete = files as Files;
  const crossing = [
    ...crossFaults(complete),
    ...messageFaults(complete['messages.tr'], complete['messages.en']),
    ...wordingFaults(complete['wording.tr'], complete['wording.en']),
  ];
  return crossing.length > 0 ? { ok: false, faults: crossing } : { ok: true, value: complete };
}

/** Reads one rule set by id. */
export function readRuleSet(
  id: string,
  providers: ReadonlySet<string>,
  directory: string = RULES_DIRECTORY,
): RuleReading<RuleSet> {
  const file = `sets/${id}.json`;
  const known = ruleSetIds(directory);
  if (!known.includes(id)) {
    return {
      ok: false,
      faults: [{ file, path: '', fault: `no such rule set; there are: ${known.join(', ')}` }],
    };
  }
  const reading = readFrom(directory, file, (text) => readRuleFile(file, text, RuleSet));
  if (!reading.ok) return reading;
  const faults = ruleSetFaults(file, reading.value, providers);
  if (reading.value.id !== id)
    faults.push({ file, path: 'id', fault: `must be "${id}", the name of the file` });
  return faults.length > 0 ? { ok: false, faults } : reading;
}

/** Reads an overlay file with the short hash that a stored score carries. */
export const readOverlay = (path: string): RuleReading<OverlayReading> =>
  readFrom('', path, (text) => overlayOf(path, text));

interface OverlayReading {
  readonly overlay: Overlay;
  readonly hash: string;
}

function overlayOf(file: string, text: string): RuleReading<OverlayReading> {
  const reading = readRuleFile(file, text, Overlay);
  if (!reading.ok) return reading;
  // Hashed as parsed: white space and the order of keys in the file do not make another overlay.
  const hash = createHash('sha256').update(canonical(reading.value)).digest('hex').slice(0, 8);
  return { ok: true, value: { overlay: reading.value, hash } };
}

/** Reads all rules, with one set and, when given, a customer's overlay over set and prices. */
export function readRules(choice: {
  set: string;
  overlayPath?: string | null;
  /** an overlay as JSON, where it does not lie in a file */
  overlay?: unknown;
  directory?: string;
}): RuleReading<AllRules> {
  const files = readFiles(choice.directory);
  if (!files.ok) return files;
  const mail = mailRules(files.value);
  const plain = readRuleSet(choice.set, new Set(mail.providers.keys()), choice.directory);
  if (!plain.ok) return plain;
  let set: RuleReading<RuleSet> = plain;
  let offers: RuleReading<Files['offers']> = { ok: true, value: files.value.offers };
  if (choice.overlayPath != null || choice.overlay != null) {
    const reading =
      choice.overlay == null
        ? readOverlay(choice.overlayPath ?? '')
        : overlayOf('overlay', JSON.stringify(choice.overlay));
    if (!reading.ok) return reading;
    const { overlay, hash } = reading.value;
    set = withOverlay(plain.value, overlay, hash);
    // Only together with the set does it show that an overlay names a provider that is nowhere, or a rule twice.
    const faults = set.ok
      ? ruleSetFaults(`overlay ${overlay.id}`, set.value, new Set(mail.providers.keys()))
      : [];
    if (faults.length > 0) return { ok: false, faults };
    offers = withPrices(files.value.offers, overlay);
  }
  if (!set.ok) return set;
  if (!offers.ok) return offers;
  return {
    ok: true,
    value: {
      engine: { mail, set: set.value, improvements: files.value.improvements.improvements },
      sales: salesRules({ ...files.value, offers: offers.value }),
      registration: { bootstrap: files.value['rdap-bootstrap'], whoisServers: files.value['whois-servers'] },
      messages: { tr: files.value['messages.tr'], en: files.value['messages.en'] },
      contacts: contactRules(files.value.contacts),
      companyForms: files.value['company-forms'],
      importColumns: columnHints(files.value['import-columns']),
    },
  };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function readFrom<T>(
  directory: string,
  file: string,
  read: (text: string) => RuleReading<T>,
): RuleReading<T> {
  let text: string;
  try {
    text = readFileSync(join(directory, file), 'utf8');
  } catch (error) {
    return { ok: false, faults: [{ file, path: '', fault: `cannot be read: ${(error as Error).message}` }] };
  }
  return read(text);
}
