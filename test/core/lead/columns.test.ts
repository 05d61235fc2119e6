import { describe, expect, test } from 'vitest';
import {
  choiceKey,
  choiceValue,
  type Column,
  columnByName,
  COLUMN_NAMES,
  columns,
  OPTION_VALUE_PREFIX,
  PUBLISHER_PREFIX,
} from '#core/lead/columns.ts';

/** The table of the product definition, chapter 14, typed by hand: what was promised to customers. */
const PROMISED: readonly [group: Column['group'], name: string, type: string][] = [
  ['intelligence', 'hnt_finalscore', 'whole 0..100'],
  ['intelligence', 'hnt_priorityscore', 'whole 1..7'],
  [
    'intelligence',
    'hnt_segment',
    'choice Migration=816940000 Existing=816940001 Cold=816940002 Skip=816940003',
  ],
  ['intelligence', 'hnt_provider', 'text 100'],
  [
    'intelligence',
    'hnt_huntertenantsize',
    'choice small=816940000 medium=816940001 large=816940002 enterprise=816940003',
  ],
  ['intelligence', 'hnt_infrasummary', 'memo 4000'],
  ['intelligence', 'hnt_confidence', 'decimal 2 0..4'],
  ['partner-center', 'hnt_referralid', 'text 100'],
  [
    'partner-center',
    'hnt_referraltype',
    'choice co-sell=816940000 marketplace=816940001 solution-provider=816940002',
  ],
  ['partner-center', 'hnt_tenantid', 'text 36'],
  [
    'partner-center',
    'hnt_source',
    'choice partner-center=816940000 manual=816940001 import=816940002 other=816940003',
  ],
  ['partner-center', 'hnt_m365fitscore', 'whole 0..100'],
  ['partner-center', 'hnt_m365matchtags', 'memo 2000'],
  ['sync', 'hnt_d365leadid', 'text 36'],
  ['sync', 'hnt_lastsynctime', 'datetime UserLocal'],
  ['sync', 'hnt_syncattemptcount', 'whole 0..2147483647'],
  [
    'sync',
    'hnt_processingstatus',
    'choice idle=816940000 working=816940001 completed=816940002 error=816940003',
  ],
  ['sync', 'hnt_syncerrormessage', 'memo 2000'],
  ['sync', 'hnt_pushstatus', 'choice synced=816940000 not-synced=816940001 error=816940002'],
  ['debug', 'hnt_hunterautoscoreversion', 'text 50'],
  ['debug', 'hnt_domain', 'text 253'],
  ['debug', 'hnt_isreenriched', 'boolean'],
  ['debug', 'hnt_huntermlweightjson', 'memo 100000'],
  ['debug', 'hnt_intelligencejson', 'memo 100000'],
  [
    'p-model',
    'hnt_prioritycategory',
    'choice P1=816940000 P2=816940001 P3=816940002 P4=816940003 P5=816940004 P6=816940005',
  ],
  ['p-model', 'hnt_prioritylabel', 'text 100'],
  ['p-model', 'hnt_technicalheat', 'choice Hot=816940000 Warm=816940001 Cold=816940002'],
  [
    'p-model',
    'hnt_commercialsegment',
    'choice GREENFIELD=816940000 COMPETITIVE=816940001 WEAK_PARTNER=816940002 RENEWAL=816940003 LOW_INTENT=816940004 NO_GO=816940005',
  ],
  ['p-model', 'hnt_commercialheat', 'choice HIGH=816940000 MEDIUM=816940001 LOW=816940002'],
  ['p-model', 'hnt_ispartnercenterreferral', 'boolean'],
  ['added', 'hnt_gateway', 'text 100'],
  ['added', 'hnt_lastscannedon', 'datetime UserLocal'],
  ['added', 'hnt_request', 'choice none=816940000 rescan=816940001 push=816940002'],
  ['added', 'hnt_requestedon', 'datetime UserLocal'],
];

function inWords({ type }: Column): string {
  switch (type.kind) {
    case 'whole':
      return `whole ${type.min}..${type.max}`;
    case 'text':
    case 'memo':
      return `${type.kind} ${type.maxLength}`;
    case 'decimal':
      return `decimal ${type.precision} ${type.min}..${type.max}`;
    case 'datetime':
      return `datetime ${type.behavior}`;
    case 'boolean':
      return 'boolean';
    case 'choice':
      return `choice ${Object.entries(type.options)
        .map(([key, option]) => `${key}=${option.value}`)
        .join(' ')}`;
  }
}

const all: readonly Column[] = COLUMN_NAMES.map((name) => columns[name]);

describe('the columns of the lead', () => {
  test('are the 34 that were promised, in that order, with those types', () => {
    expect(all.map((column) => [column.group, column.logicalName, inWords(column)])).toEqual(PROMISED);
    expect(all).toHaveLength(34);
  });

  test('stand under their own logical name', () => {
    expect(Object.entries(columns).filter(([name, column]) => name !== column.logicalName)).toEqual([]);
  });

  test('have a schema name that is the logical name in another case, as Dataverse demands', () => {
    expect(all.map((column) => column.schemaName.toLowerCase())).toEqual(COLUMN_NAMES);
  });

  test('keep the case of the earlier environment where it is known', () => {
    expect(columns.hnt_hunterautoscoreversion.schemaName).toBe('hnt_HunterAutoScoreVersion');
    expect(columns.hnt_huntermlweightjson.schemaName).toBe('hnt_HunterMLWeightJSON');
  });

  test('have names and descriptions in both languages, short enough for a form label', () => {
    for (const { displayName, description } of all) {
      for (const words of [displayName, description]) {
        expect(words.en).not.toBe('');
        expect(words.tr).not.toBe('');
      }
      expect(Math.max(displayName.en.length, displayName.tr.length)).toBeLessThanOrEqual(50);
    }
  });

  test('have display names that no other column has', () => {
    expect(new Set(all.map((column) => column.displayName.en)).size).toBe(34);
    expect(new Set(all.map((column) => column.displayName.tr)).size).toBe(34);
  });

  test('are protected by column security only where the weights are', () => {
    expect(all.filter((column) => column.secured).map((column) => column.logicalName)).toEqual([
      'hnt_huntermlweightjson',
    ]);
  });

  test('are written by the control only where a seller asks for something', () => {
    expect(
      all.filter((column) => column.writtenBy === 'control').map((column) => column.logicalName),
    ).toEqual(['hnt_request', 'hnt_requestedon']);
  });

  test('give no reason to push when only the sync, a time, the source or a request differs', () => {
    expect(all.filter((column) => !column.countsAsChange).map((column) => column.logicalName)).toEqual([
      'hnt_source',
      'hnt_d365leadid',
      'hnt_lastsynctime',
      'hnt_syncattemptcount',
      'hnt_processingstatus',
      'hnt_syncerrormessage',
      'hnt_pushstatus',
      'hnt_lastscannedon',
      'hnt_request',
      'hnt_requestedon',
    ]);
  });
});

describe('the choices', () => {
  const choices = all.flatMap((column) =>
    column.type.kind === 'choice' ? [{ column, type: column.type }] : [],
  );

  test('are global and named after their column', () => {
    expect(choices.map(({ type }) => type.choice)).toEqual(choices.map(({ column }) => column.logicalName));
    expect(choices.every(({ type }) => type.choice.startsWith(`${PUBLISHER_PREFIX}_`))).toBe(true);
  });

  test('have values of this publisher, each once', () => {
    for (const { type } of choices) {
      const values = Object.values(type.options).map((option) => option.value);
      expect(new Set(values).size).toBe(values.length);
      for (const value of values) expect(Math.floor(value / 10_000)).toBe(OPTION_VALUE_PREFIX);
    }
  });

  test('have a label in both languages for every option, each once', () => {
    for (const { type } of choices) {
      const labels = Object.values(type.options).map((option) => option.label);
      for (const language of ['en', 'tr'] as const) {
        expect(new Set(labels.map((label) => label[language])).size).toBe(labels.length);
        expect(labels.every((label) => label[language].trim() !== '')).toBe(true);
      }
    }
  });

  test.each([
    ['hnt_segment', 'Skip', 'Skip', 'Kapsam dışı'],
    ['hnt_technicalheat', 'Warm', 'Warm', 'Ilık'],
    ['hnt_commercialheat', 'HIGH', 'High', 'Yüksek'],
    ['hnt_prioritycategory', 'P1', 'P1 High Potential Greenfield', 'P1 Yüksek Potansiyelli Yeni Müşteri'],
    ['hnt_referraltype', 'co-sell', 'Co-sell', 'Ortak satış'],
    ['hnt_pushstatus', 'not-synced', 'Not Synced', 'Eşitlenmedi'],
    ['hnt_huntertenantsize', 'small', 'Small (1-50)', 'Küçük (1–50)'],
  ] as const)('%s %s reads "%s" and "%s", the words of the controls', (column, key, en, tr) => {
    const type: Column['type'] = columns[column].type;
    expect(type.kind === 'choice' && type.options[key]?.label).toEqual({ en, tr });
  });

  test('are looked up by word and by value', () => {
    expect(choiceValue('hnt_segment', 'Cold')).toBe(816940002);
    expect(choiceKey('hnt_segment', 816940002)).toBe('Cold');
    for (const { column, type } of choices) {
      for (const [key, option] of Object.entries(type.options)) {
        expect(choiceKey(column.logicalName as 'hnt_segment', option.value)).toBe(key);
      }
    }
  });

  test('answer null to a value that is none of ours, such as an option an admin added', () => {
    expect(choiceKey('hnt_segment', 100000000)).toBeNull();
    expect(choiceKey('hnt_segment', 816940004)).toBeNull();
  });
});

describe('columnByName', () => {
  test('finds a column in any case', () => {
    expect(columnByName('hnt_FinalScore')?.logicalName).toBe('hnt_finalscore');
  });
  test.each(['companyname', 'hnt_unknown', '', 'constructor', '__proto__'])(
    'knows no column "%s"',
    (name) => {
      expect(columnByName(name)).toBeNull();
    },
  );
});
