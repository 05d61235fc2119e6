import type { Cell } from './columns.ts';
import { looksLikeFormula } from './formula.ts';
import { zip, type ZipEntry } from './zip.ts';

/** Rows a sheet may have, its heading included (ECMA-376; Excel's own limit). */
export const MAX_ROWS = 1_048_576;
/** Characters a cell may have. */
const MAX_TEXT = 32_767;

export interface Sheet {
  readonly name: string;
  readonly heading: readonly string[];
  /** in characters, one a column */
  readonly widths: readonly number[];
  /** batches of rows: an await for each row would take longer than the row */
  readonly rows: Iterable<readonly (readonly Cell[])[]> | AsyncIterable<readonly (readonly Cell[])[]>;
}

/**
 * A workbook (ECMA-376) as a stream of bytes. Rows are written as they come; texts stand in their cells and not in a
 * shared table, which would have to be kept. Each sheet has a bold heading that stays in view, and a filter.
 */
export function xlsx(sheets: readonly Sheet[]): AsyncGenerator<Uint8Array> {
  const entries: ZipEntry[] = [
    { name: '[Content_Types].xml', pieces: [contentTypes(sheets)] },
    { name: '_rels/.rels', pieces: [relations([['officeDocument', 'xl/workbook.xml']])] },
    { name: 'xl/workbook.xml', pieces: [workbook(sheets)] },
    {
      name: 'xl/_rels/workbook.xml.rels',
      pieces: [
        relations([
          ...sheets.map((_, at) => ['worksheet', `worksheets/sheet${at + 1}.xml`] as const),
          ['styles', 'styles.xml'],
        ]),
      ],
    },
    { name: 'xl/styles.xml', pieces: [STYLES] },
    ...sheets.map((sheet, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      pieces: sheetXml(sheet, at === 0),
    })),
  ];
  return zip(entries);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const KIND = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const contentTypes = (sheets: readonly Sheet[]): string =>
  `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${KIND}.styles+xml"/>${sheets
    .map(
      (_, at) =>
        `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${KIND}.worksheet+xml"/>`,
    )
    .join('')}</Types>`;

const relations = (targets: readonly (readonly [kind: string, target: string])[]): string =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${targets
    .map(
      ([kind, target], at) => `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${kind}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`;

const workbook = (sheets: readonly Sheet[]): string =>
  `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets
    .map(({ name }, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
    .join('')}</sheets></workbook>`;

/** Which format a cell has: the order of `cellXfs` below. */
const STYLE = { plain: 0, heading: 1, day: 2, moment: 3, quoted: 4 } as const;
/** `quotePrefix` is Excel's own mark for text that begins like a formula: it stays text when somebody edits the cell. */
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

async function* sheetXml({ heading, widths, rows }: Sheet, first: boolean): AsyncGenerator<string> {
  const letters = heading.map((_, at) => columnLetters(at));
  const columns = widths
    .map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  const view = `<sheetViews><sheetView ${first ? 'tabSelected="1" ' : ''}workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`;
  yield `${XML}<worksheet xmlns="${MAIN}">${view}<cols>${columns}</cols><sheetData>${rowXml(heading, letters, 1, STYLE.heading)}`;
  let last = 1;
  for await (const batch of rows) {
    let piece = '';
    for (const row of batch) {
      last += 1;
      if (last > MAX_ROWS) throw new RangeError(`a sheet has at most ${MAX_ROWS} rows`);
      piece += rowXml(row, letters, last);
    }
    yield piece;
  }
  yield `</sheetData><autoFilter ref="A1:${letters.at(-1)}${last}"/></worksheet>`;
}

function rowXml(cells: readonly Cell[], letters: readonly string[], row: number, style?: number): string {
  let xml = `<row r="${row}">`;
  for (let at = 0; at < cells.length; at++) xml += cellXml(cells[at] ?? null, `${letters[at]}${row}`, style);
  return `${xml}</row>`;
}

function cellXml(cell: Cell, place: string, style: number | undefined): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell !== 'string') {
    const serial = serialOf(cell.kind === 'day' ? cell.day : cell.moment);
    return `<c r="${place}" s="${STYLE[cell.kind]}"><v>${serial}</v></c>`;
  }
  const format = style ?? (looksLikeFormula(cell) ? STYLE.quoted : STYLE.plain);
  const attributes = format === STYLE.plain ? '' : ` s="${format}"`;
  // Only spaces at the ends, and lines, are lost without it.
  const space = /^\s|\s$|[\r\n]/.test(cell) ? ' xml:space="preserve"' : '';
  return `<c r="${place}"${attributes} t="inlineStr"><is><t${space}>${escaped(cell.slice(0, MAX_TEXT))}</t></is></c>`;
}

/** Days since 1899-12-30, which is how a spreadsheet counts time; it knows no time zone, so this is UTC. */
const serialOf = (iso: string): number => (Date.parse(iso) + 25_569 * 86_400_000) / 86_400_000;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Most texts have none of what follows. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const SPECIAL = /[&<>"\u0000-\u0008\u000B-\u001F\uD800-\uDFFF\uFFFE\uFFFF]|_x/;
/** Text for XML. What XML 1.0 cannot hold (control characters, half a character) becomes U+FFFD. */
export const escaped = (text: string): string => (SPECIAL.test(text) ? escapedSpecial(text) : text);

const escapedSpecial = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- these are what it is about
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
    // "_x0041_" is how a workbook writes a character by its number: text that looks so needs its own underscore written so.
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    // A parser turns a bare carriage return into a line feed.
    .replaceAll('\r', '_x000D_');

/** 0 -> "A", 25 -> "Z", 26 -> "AA" */
export function columnLetters(at: number): string {
  const letter = String.fromCharCode(65 + (at % 26));
  return at < 26 ? letter : columnLetters(Math.floor(at / 26) - 1) + letter;
}
