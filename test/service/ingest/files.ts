import * as xlsx from '@e965/xlsx';
import writeXlsxFile from 'write-excel-file/node';
import { survey, dataRows, type Plan, type SurveyQuestion } from '#service/ingest/survey.ts';
import { TableFault, type TableLimits } from '#service/ingest/table.ts';
import { allShippedRules } from '#test/support/rules.ts';

const rules = allShippedRules('hunter-1');
export const LIMITS: TableLimits = { maxRows: 1000, maxColumns: 50, maxUnpacked: 20 * 1024 * 1024 };

/** What a file comes to: its plan and its rows ("2: Gökpınar|gokpinar.com.tr"), or the code of the fault. */
export async function readFileBytes(
  bytes: Uint8Array,
  question: Partial<SurveyQuestion> = {},
  limits: Partial<TableLimits> = {},
): Promise<{ plan: Plan; rows: string[] } | { fault: string; values: unknown }> {
  const all = { ...LIMITS, ...limits };
  try {
    const plan = await survey(
      bytes,
      {
        hints: rules.importColumns,
        consumerDomains: rules.engine.mail.consumerDomains,
        sheet: null,
        ...question,
      },
      all,
    );
    const rows: string[] = [];
    for await (const { number, cells } of dataRows(bytes, plan, all))
      rows.push(`${number}: ${cells.join('|')}`);
    return { plan, rows };
  } catch (error) {
    if (error instanceof TableFault) return { fault: error.failure.code, values: error.failure.values };
    throw error;
  }
}

/** Text as windows-1254 has it: one byte a letter. */
export function windows1254(text: string): Buffer {
  const turkish: Record<string, number> = {
    ğ: 0xf0,
    ı: 0xfd,
    ş: 0xfe,
    İ: 0xdd,
    Ğ: 0xd0,
    Ş: 0xde,
    '–': 0x96,
    '’': 0x92,
  };
  return Buffer.from([...text].map((letter) => turkish[letter] ?? letter.codePointAt(0)!));
}

type Cell = string | number | boolean | Date | null;
/** A workbook by write-excel-file. */
export async function xlsxOf(rows: Cell[][], options: { sheet?: string } = {}): Promise<Buffer> {
  const data = rows.map((row) =>
    row.map((value) =>
      value === null
        ? null
        : value instanceof Date
          ? { value, type: Date as DateConstructor, format: 'dd.mm.yyyy' }
          : { value },
    ),
  );
  const made = await writeXlsxFile(data as never, options as never);
  return (made as unknown as { toBuffer(): Promise<Buffer> }).toBuffer();
}

/** A workbook by the other library: several sheets, merged cells, hidden sheets, the old kind. */
export function bookOf(
  sheets: { name: string; rows: Cell[][]; merges?: string[]; hidden?: boolean }[],
  kind: 'xlsx' | 'biff8' | 'html' | 'xlml' = 'xlsx',
): Buffer {
  const book = xlsx.utils.book_new();
  for (const { name, rows, merges = [] } of sheets) {
    const sheet = xlsx.utils.aoa_to_sheet(rows, { cellDates: true, UTC: true });
    sheet['!merges'] = merges.map((range) => xlsx.utils.decode_range(range));
    xlsx.utils.book_append_sheet(book, sheet, name);
  }
  book.Workbook = { Sheets: sheets.map(({ name, hidden }) => ({ name, Hidden: hidden ? 1 : 0 })) };
  return xlsx.write(book, { type: 'buffer', bookType: kind }) as Buffer;
}
