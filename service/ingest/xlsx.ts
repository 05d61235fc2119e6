import { fillMerged, parseRange, type Merge } from './merged.ts';
import { RowReader, unescapeControl, type Book, type RawRow } from './row-reader.ts';
import { dateStyles } from './sheet-dates.ts';
import { TableFault, tidy, type Table, type TableLimits } from './table.ts';
import { attribute, xmlEvents, type XmlEvent } from './xml.ts';
import { openZip, type Zip } from './zip.ts';

/** A sheet of a workbook, in the order of its tabs. */
export interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  open(): Promise<Table>;
}
export interface Workbook {
  readonly sheets: readonly Sheet[];
  close(): void;
}

/**
 * An XLSX workbook (ECMA-376, transitional or strict), read row by row: what is in memory at one time is its table of
 * shared texts and one row.
 */
export async function openXlsx(bytes: Uint8Array, limits: TableLimits): Promise<Workbook> {
  const zip = await openZip(bytes, limits.maxUnpacked);
  try {
    const main = await partOf(zip, '', 'officeDocument');
    if (main === null || !(await isWorkbook(zip, main))) throw new TableFault('file-kind-unknown');
    const targets = await relations(zip, main);
    const { sheets, date1904 } = await workbook(zip, main);
    const shared = once(async () => sharedTexts(zip, targets.byType.get('sharedStrings')));
    const seen = new Set<string>();
    const dates = once(async () => dateStyles(eventsOf(zip, targets.byType.get('styles') ?? null)));
    return {
      sheets: sheets.flatMap(({ name, hidden, relation }) => {
        const path = targets.byId.get(relation);
        // Two names for one part would have it read twice, and ten thousand ten thousand times.
        if (path === undefined || !zip.has(path) || seen.has(path.toLowerCase())) return [];
        seen.add(path.toLowerCase());
        const open = async (): Promise<Table> => {
          const book = { texts: await shared(), dates: await dates(), date1904 };
          const merges = await mergesOf(zip, path);
          const rows = () => tidy(fillMerged(sheetRows(zip, path, book, limits.maxColumns), merges), limits);
          return { sheet: name, separator: null, rows };
        };
        return [{ name, hidden, open }];
      }),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw asFault(error);
  }
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
};
const asFault = (error: unknown): unknown =>
  error instanceof SyntaxError ? new TableFault('file-unreadable') : error;

/** Parts about the workbook are small; what is read of them is kept in memory. */
const MOST_ABOUT = 32 * 1024 * 1024;
/** The texts of all cells, each once: a workbook of 100,000 rows and 20 columns has less than 100 MB. */
const MOST_TEXTS = 256 * 1024 * 1024;

/** All events of a part about the workbook; a part that is not there has none. */
async function* eventsOf(zip: Zip, path: string | null): AsyncGenerator<XmlEvent> {
  if (path === null || !zip.has(path)) return;
  try {
    for await (const events of xmlEvents(zip.text(path, MOST_ABOUT))) yield* events;
  } catch (error) {
    throw asFault(error);
  }
}

interface Relations {
  readonly byId: ReadonlyMap<string, string>;
  /** the last word of the type: the rest differs between transitional and strict */
  readonly byType: ReadonlyMap<string, string>;
}

async function relations(zip: Zip, part: string): Promise<Relations> {
  const slash = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, slash);
  const byId = new Map<string, string>();
  const byType = new Map<string, string>();
  for await (const event of eventsOf(zip, `${folder}_rels/${part.slice(slash)}.rels`)) {
    if (event.kind !== 'open' || event.name !== 'Relationship') continue;
    const target = attribute(event.attributes, 'Target') ?? '';
    const path = resolvePath(folder, target);
    byId.set(attribute(event.attributes, 'Id') ?? '', path);
    byType.set((attribute(event.attributes, 'Type') ?? '').split('/').at(-1) ?? '', path);
  }
  return { byId, byType };
}
const partOf = async (zip: Zip, part: string, type: string): Promise<string | null> =>
  (await relations(zip, part)).byType.get(type) ?? null;

function resolvePath(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  const path: string[] = [];
  for (const step of `${folder}${target}`.split('/')) {
    if (step === '..') path.pop();
    else if (step !== '.' && step !== '') path.push(step);
  }
  return path.join('/');
}

/** A document or a presentation is an archive of the same kind; a binary workbook is no XML. */
async function isWorkbook(zip: Zip, path: string): Promise<boolean> {
  if (!path.toLowerCase().endsWith('.xml')) return false;
  for await (const event of eventsOf(zip, path)) if (event.kind === 'open') return event.name === 'workbook';
  return false;
}

async function workbook(
  zip: Zip,
  path: string,
): Promise<{ sheets: { name: string; hidden: boolean; relation: string }[]; date1904: boolean }> {
  const sheets: { name: string; hidden: boolean; relation: string }[] = [];
  let date1904 = false;
  for await (const event of eventsOf(zip, path)) {
    if (event.kind !== 'open') continue;
    if (event.name === 'workbookPr') {
      date1904 = ['1', 'true'].includes(attribute(event.attributes, 'date1904') ?? '');
    } else if (event.name === 'sheet') {
      sheets.push({
        name: attribute(event.attributes, 'name') ?? '',
        hidden: ['hidden', 'veryHidden'].includes(attribute(event.attributes, 'state') ?? ''),
        relation: attribute(event.attributes, 'id') ?? '',
      });
    }
  }
  return { sheets, date1904 };
}

/** Texts that cells refer to by number. Phonetic guides are no part of them. */
async function sharedTexts(zip: Zip, path: string | undefined): Promise<string[]> {
  const texts: string[] = [];
  if (path === undefined || !zip.has(path)) return texts;
  let text = '';
  let inText = false;
  let guide = false;
  const take = (event: XmlEvent): void => {
    if (event.kind === 'text') {
      if (inText && !guide) text += event.text;
    } else if (event.kind === 'open') {
      if (event.name === 'rPh') guide = !event.empty;
      else if (event.name === 't') inText = !event.empty;
      else if (event.name === 'si' && event.empty) texts.push('');
    } else if (event.name === 't') inText = false;
    else if (event.name === 'rPh') guide = false;
    else if (event.name === 'si') {
      texts.push(unescapeControl(text));
      text = '';
    }
  };
  try {
    for await (const events of xmlEvents(zip.text(path, MOST_TEXTS))) for (const event of events) take(event);
  } catch (error) {
    throw asFault(error);
  }
  return texts;
}

/** No part of it can reach beyond the next tag, so that no text makes it look twice. */
const MERGE = /<(?:\w+:)?mergeCell(\s[^<>]*)>/g;

async function mergesOf(zip: Zip, path: string): Promise<Merge[]> {
  const merges: Merge[] = [];
  let rest = '';
  try {
    // They stand behind the rows. The cells need no reading to get there.
    for await (const piece of zip.text(path)) {
      const text = rest + piece;
      for (const [, attributes] of text.matchAll(MERGE)) {
        const merge = parseRange(attribute(attributes ?? '', 'ref') ?? '');
        if (merge !== null && merges.length < 50_000) merges.push(merge);
      }
      rest = text.slice(text.lastIndexOf('<'));
      if (rest.length > 4096) rest = '';
    }
  } catch (error) {
    throw asFault(error);
  }
  return merges;
}

/** Rows, each as soon as its end has come. */
async function* sheetRows(zip: Zip, path: string, book: Book, maxColumns: number): AsyncGenerator<RawRow> {
  const reader = new RowReader(book, maxColumns);
  try {
    for await (const events of xmlEvents(zip.text(path))) {
      for (const event of events) reader.take(event);
      yield* reader.rows.splice(0);
      if (reader.ended) return;
    }
  } catch (error) {
    throw asFault(error);
  }
}
