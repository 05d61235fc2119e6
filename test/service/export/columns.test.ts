import { expect, test } from 'vitest';
import { Lead } from '#core/lead/lead.ts';
import { COLUMNS, exportColumns } from '#service/export/columns.ts';

/** What the earlier export had, in its order. */
const EARLIER =
  `domain company_name provider country segment readiness_score priority_score spf dkim dmarc_policy mx_root
  registrar expires_at nameservers scan_status scanned_at reason referral_type link_status referral_count referral_types
  referral_ids`.split(/\s+/);

const lead = (more: Partial<Lead> = {}): Lead => ({
  ...(Object.fromEntries(Object.keys(Lead.shape).map((name) => [name, null])) as unknown as Lead),
  scan_status: 'completed',
  nameservers: [],
  referral_types: [],
  referral_ids: [],
  m365_match_tags: [],
  ...more,
});
const cell = (name: string, more: Partial<Lead>) =>
  COLUMNS.find((column) => column.name === name)?.cell(lead(more));

test('the columns of the earlier system come first, in its order', () => {
  expect(COLUMNS.slice(0, 22).map(({ name }) => name)).toEqual(EARLIER);
});
test('every field of a lead is in the file, once', () => {
  const names = COLUMNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const fields = Object.keys(Lead.shape).map((name) => (name === 'canonical_name' ? 'company_name' : name));
  expect([...names].sort()).toEqual(fields.sort());
});
test('no contact is in it', () => {
  expect(COLUMNS.map(({ name }) => name).join()).not.toMatch(/contact|email|linkedin/);
});
test('what is not known is an empty cell and no "No"', () => {
  expect([cell('spf', { spf: true }), cell('spf', { spf: false }), cell('spf', { spf: null })]).toEqual([
    'Yes',
    'No',
    null,
  ]);
});
test('"None" for DMARC is said only when every look-up was answered', () => {
  expect(cell('dmarc_policy', { dmarc_policy: null, scan_status: 'completed' })).toBe('None');
  expect(cell('dmarc_policy', { dmarc_policy: null, scan_status: 'partial' })).toBeNull();
  expect(cell('dmarc_policy', { dmarc_policy: 'none' })).toBe('none');
});
test('made-up data says so in the first column', () => {
  const [first, ...others] = exportColumns(true);
  expect([first?.name, first?.cell(lead())]).toEqual(['demo_data', 'Yes']);
  expect(others).toEqual(exportColumns(false));
});
