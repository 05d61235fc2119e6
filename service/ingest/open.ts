import { foldHeading } from '#core/ingest/hints.ts';
import { openText } from './csv.ts';
import { TableFault, type Table, type TableLimits } from './table.ts';
import { openXls } from './xls.ts';
import { openXlsx, type Workbook } from './xlsx.ts';
import { openZip } from './zip.ts';

export type FileKind = 'text' | 'xlsx' | 'xls';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** Compound File Binary: old workbooks, and new ones with a password */
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/** Pictures, documents and archives, by their first bytes */
const OTHERS = [
  '%PDF',
  '\x89PNG',
  'GIF8',
  '\xff\xd8\xff',
  'Rar!',
  '7z\xbc\xaf',
  '\x1f\x8b',
  '{\\rtf',
  'PK\x05\x06',
];

/** What a file is, by what is in it: names lie. Null = nothing that is read here. */
export function kindOf(bytes: Uint8Array): FileKind | null {
  const starts = (signature: readonly number[]): boolean => signature.every((byte, at) => bytes[at] === byte);
  if (starts(ZIP)) return 'xlsx';
  if (starts(COMPOUND) || isBiff(bytes)) return 'xls';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  if (OTHERS.some((signature) => head.startsWith(signature))) return null;
  const markup = head.replace(/^[\xef\xbb\xbf\s]+/, '').toLowerCase();
  if (/^<(?:html|!doctype html|table|meta|head)\b/.test(markup)) return 'xls';
  return markup.startsWith('<?xml') && markup.includes('urn:schemas-microsoft-com:office:spreadsheet')
    ? 'xls'
    : 'text';
}

/** Workbooks of Excel 2 to 4 begin with their first record: BOF, then its length. */
const isBiff = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x09 &&
  [0x00, 0x02, 0x04, 0x08].includes(bytes[1] ?? -1) &&
  bytes[2] === 0x08 &&
  bytes[3] === 0x00;

/** What can be said in milliseconds, before the client has its answer; null = nothing against it. */
export async function cheapFault(bytes: Uint8Array, limits: TableLimits): Promise<TableFault | null> {
  if (bytes.length === 0) return new TableFault('file-empty');
  const kind = kindOf(bytes);
  if (kind === null) return new TableFault('file-kind-unknown');
  try {
    if (kind === 'xlsx') {
      const zip = await openZip(bytes, limits.maxUnpacked);
      zip.close();
      if (!zip.has('[Content_Types].xml')) return new TableFault('file-kind-unknown');
    } else if (kind === 'text') openText(bytes.subarray(0, 64 * 1024), limits);
  } catch (error) {
    if (error instanceof TableFault) return error;
    throw error;
  }
  return null;
}

/** The tables of a file, in the order in which they are worth a look, and the way to let go of them. */
export interface OpenFile {
  readonly tables: readonly (() => Promise<Table>)[];
  close(): void;
}

/**
 * @param sheet name or number (from 1) of the one sheet that is meant; null = visible ones first, in their order
 * @throws {TableFault}
 */
export async function openFile(
  bytes: Uint8Array,
  sheet: string | null,
  limits: TableLimits,
): Promise<OpenFile> {
  if (bytes.length === 0) throw new TableFault('file-empty');
  const kind = kindOf(bytes);
  if (kind === null) throw new TableFault('file-kind-unknown');
  if (kind === 'text') {
    const table = openText(bytes, limits);
    return { tables: [async () => table], close: () => undefined };
  }
  const book = await (kind === 'xlsx' ? openXlsx(bytes, limits) : openXls(bytes, limits));
  const chosen = sheet === null ? null : sheetCalled(book, sheet);
  if (sheet !== null && chosen === null) {
    book.close();
    const sheets = book.sheets.map(({ name }) => name).join(', ');
    throw new TableFault('file-sheet-unknown', { sheet: sheet.slice(0, 100), sheets: sheets.slice(0, 500) });
  }
  const order =
    chosen === null ? book.sheets.toSorted((a, b) => Number(a.hidden) - Number(b.hidden)) : [chosen];
  return { tables: order.map(({ open }) => open), close: book.close };
}

function sheetCalled({ sheets }: Workbook, name: string): Workbook['sheets'][number] | null {
  const folded = foldHeading(name);
  return (
    sheets.find((sheet) => sheet.name === name.trim()) ??
    sheets.find((sheet) => folded !== '' && foldHeading(sheet.name) === folded) ??
    (/^\d{1,4}$/.test(name.trim()) ? (sheets[Number(name) - 1] ?? null) : null)
  );
}
