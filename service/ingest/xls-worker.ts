import { parentPort, workerData } from 'node:worker_threads';
import { read, set_cptable, utils, type WorkSheet } from '@e965/xlsx';
import { encodingOf, textOf } from './text.ts';

/** What the thread sends back. */
export type XlsReply =
  | { readonly ok: true; readonly sheets: readonly XlsSheet[] }
  | {
      readonly ok: false;
      readonly code: 'file-encrypted' | 'file-unreadable' | 'file-too-many-rows' | 'file-too-many-columns';
    };
export interface XlsSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly rows: readonly (readonly string[])[];
  readonly merges: readonly { top: number; left: number; bottom: number; right: number }[];
}
export interface XlsQuestion {
  readonly bytes: Uint8Array;
  readonly maxRows: number;
  readonly maxColumns: number;
}

async function answer({ bytes, maxRows, maxColumns }: XlsQuestion): Promise<XlsReply> {
  let book;
  try {
    const options = {
      dense: true,
      // One row more than allowed shows that there are too many.
      sheetRows: maxRows + 1,
      cellFormula: false,
      cellHTML: false,
      cellDates: true,
      UTC: true,
    } as const;
    if (isMarkup(bytes))
      book = read([...textOf(bytes, encodingOf(bytes))].join(''), { ...options, type: 'string' });
    else if (isUnicode(bytes)) book = read(bytes, { ...options, type: 'array' });
    else {
      set_cptable(await import('@e965/xlsx/dist/cpexcel.full.mjs'));
      // Where the file names no code page it is Turkish.
      book = read(bytes, { ...options, type: 'array', codepage: 1254 });
    }
  } catch (error) {
    const protectedFile = /password|encrypt/i.test((error as Error).message);
    return { ok: false, code: protectedFile ? 'file-encrypted' : 'file-unreadable' };
  }
  const hidden = book.Workbook?.Sheets ?? [];
  const sheets: XlsSheet[] = [];
  for (const [at, name] of book.SheetNames.entries()) {
    const sheet = book.Sheets[name];
    if (sheet?.['!ref'] === undefined) continue;
    const { e: end } = utils.decode_range(sheet['!fullref'] ?? sheet['!ref']);
    if (end.r >= maxRows) return { ok: false, code: 'file-too-many-rows' };
    if (end.c >= maxColumns && widthOf(sheet) > maxColumns)
      return { ok: false, code: 'file-too-many-columns' };
    sheets.push({
      name,
      hidden: (hidden[at]?.Hidden ?? 0) !== 0,
      rows: textsOf(sheet, maxColumns),
      merges: (sheet['!merges'] ?? []).map(({ s, e }) => ({ top: s.r, left: s.c, bottom: e.r, right: e.c })),
    });
  }
  return { ok: true, sheets };
}

const isMarkup = (bytes: Uint8Array): boolean => /^[\s\uFEFF]*</.test(headOf(bytes));
const headOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 256));
/** Since 1997 the stream is called Workbook, and texts in it are Unicode. Tables of code pages take a while to load. */
const isUnicode = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(WORKBOOK);
const WORKBOOK = Buffer.from('Workbook', 'utf16le');

/** The range of a sheet may reach further than its cells. */
const widthOf = (sheet: WorkSheet): number =>
  Math.max(
    0,
    ...(sheet['!data'] ?? []).map((row) => row?.findLastIndex((cell) => cell?.v !== undefined) + 1),
  );

const textsOf = (sheet: WorkSheet, maxColumns: number): string[][] =>
  Array.from(sheet['!data'] ?? [], (row) =>
    Array.from((row ?? []).slice(0, maxColumns), (cell) => {
      if (cell === undefined || cell.v === undefined || cell.t === 'e' || cell.t === 'z') return '';
      if (cell.v instanceof Date) return dateText(cell.v);
      // Numbers in full: a telephone number is shown as 5.3E+09.
      return cell.t === 'b' ? String(cell.v).toUpperCase() : String(cell.v);
    }),
  );

/** As service/ingest/sheet-dates.ts writes them. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  const [day = '', time = ''] = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString().split('T');
  const clock = time.slice(0, time.slice(6, 8) === '00' ? 5 : 8);
  return date.getUTCFullYear() < 1900 ? clock : clock === '00:00' ? day : `${day} ${clock}`;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
parentPort?.postMessage(await answer(workerData as XlsQuestion));
