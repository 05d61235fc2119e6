import { Worker } from 'node:worker_threads';
import { fillMerged } from './merged.ts';
import { TableFault, tidy, type TableLimits } from './table.ts';
import type { XlsQuestion, XlsReply, XlsSheet } from './xls-worker.ts';
import type { Workbook } from './xlsx.ts';

/** The old kind knows no more. */
const MOST_ROWS = 65_536;
const PATIENCE_MS = 60_000;
/** What the reader of the old kind may take: it holds the whole workbook in memory. */
const MEMORY_MB = 768;

/**
 * A workbook of the old binary kind, or the HTML and XML that programs save under the name .xls. Read in a thread of its
 * own: the library needs seconds and memory for a large one, and the service goes on meanwhile.
 */
export async function openXls(bytes: Uint8Array, limits: TableLimits): Promise<Workbook> {
  const question: XlsQuestion = {
    bytes,
    maxRows: Math.min(limits.maxRows + 100, MOST_ROWS),
    maxColumns: limits.maxColumns,
  };
  const reply = await ask(question);
  if (!reply.ok) {
    const values = { 'file-too-many-rows': limits.maxRows, 'file-too-many-columns': limits.maxColumns };
    throw new TableFault(
      reply.code,
      reply.code in values ? { limit: values[reply.code as keyof typeof values] } : {},
    );
  }
  return {
    sheets: reply.sheets.map((sheet) => ({
      name: sheet.name,
      hidden: sheet.hidden,
      open: async () => ({
        sheet: sheet.name,
        separator: null,
        rows: () => tidy(fillMerged(rowsOf(sheet), sheet.merges), limits),
      }),
    })),
    close: () => undefined,
  };
}

async function* rowsOf({
  rows,
}: XlsSheet): AsyncGenerator<{ number: number; cells: readonly string[]; gap: number }> {
  for (const [at, cells] of rows.entries()) yield { number: at + 1, cells, gap: 0 };
}

function ask(question: XlsQuestion): Promise<XlsReply> {
  const worker = new Worker(new URL('./xls-worker.ts', import.meta.url), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    execArgv: [],
  });
  return new Promise((resolve) => {
    const end = (reply: XlsReply): void => {
      clearTimeout(timer);
      resolve(reply);
      void worker.terminate();
    };
    const timer = setTimeout(() => end({ ok: false, code: 'file-unreadable' }), PATIENCE_MS);
    worker.once('message', end);
    worker.once('error', () => end({ ok: false, code: 'file-unreadable' }));
    worker.once('exit', () => end({ ok: false, code: 'file-unreadable' }));
  });
}
