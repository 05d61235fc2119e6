import { serialDate } from './sheet-dates.ts';
import { TableFault } from './table.ts';
import { attribute, type XmlEvent } from './xml.ts';

/** What all sheets of a workbook share. */
export interface Book {
  readonly texts: readonly string[];
  readonly dates: ReadonlySet<number>;
  readonly date1904: boolean;
}

export interface RawRow {
  readonly number: number;
  readonly cells: string[];
  readonly gap: number;
}

/** Makes rows of the events of a sheet. Cells without a value are left out. */
export class RowReader {
  readonly rows: RawRow[] = [];
  ended = false;
  readonly #book: Book;
  readonly #maxColumns: number;
  #number = 0;
  #gap = 0;
  #cells: string[] = [];
  #column = -1;
  #type = 'n';
  #style = 0;
  #value = '';
  #inValue = false;
  #guide = false;

  constructor(book: Book, maxColumns: number) {
    this.#book = book;
    this.#maxColumns = maxColumns;
  }

  take(event: XmlEvent): void {
    if (event.kind === 'text') {
      if (this.#inValue && !this.#guide) this.#value += event.text;
    } else if (event.kind === 'open') this.#open(event);
    else this.#close(event.name);
  }

  #open({ name, attributes, empty }: XmlEvent & { kind: 'open' }): void {
    switch (name) {
      case 'row': {
        const before = this.#number;
        this.#number = Math.max(Number(attribute(attributes, 'r') ?? 0), before + 1);
        if (!(this.#number <= LAST_ROW)) throw new TableFault('file-unreadable');
        this.#gap += this.#number - before - 1;
        this.#cells = [];
        this.#column = -1;
        // Styled and empty: a gap in the list.
        if (empty) this.#gap += 1;
        break;
      }
      case 'c':
        this.#column = columnAt(attribute(attributes, 'r')) ?? this.#column + 1;
        if (this.#column >= LAST_COLUMN) throw new TableFault('file-unreadable');
        this.#type = attribute(attributes, 't') ?? 'n';
        this.#style = Number(attribute(attributes, 's') ?? 0);
        this.#value = '';
        break;
      case 'v':
      case 't':
        this.#inValue = !empty;
        break;
      case 'rPh':
        this.#guide = !empty;
        break;
    }
  }

  #close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
        this.#inValue = false;
        break;
      case 'rPh':
        this.#guide = false;
        break;
      case 'c':
        if (this.#value !== '') this.#cell(cellText(this.#value, this.#type, this.#style, this.#book));
        break;
      case 'row':
        this.rows.push({ number: this.#number, cells: this.#cells, gap: this.#gap });
        this.#gap = 0;
        break;
      case 'sheetData':
        this.ended = true;
        break;
    }
  }

  #cell(text: string): void {
    if (text === '') return;
    if (this.#column >= this.#maxColumns)
      throw new TableFault('file-too-many-columns', { limit: this.#maxColumns });
    while (this.#cells.length < this.#column) this.#cells.push('');
    this.#cells[this.#column] = text;
  }
}

/** As many rows as a sheet has; also false for what is no number. */
const LAST_ROW = 1_048_576;
/** XFD */
const LAST_COLUMN = 16_384;

/** "AB12" is 27. */
function columnAt(reference: string | null): number | null {
  if (reference === null) return null;
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const code = reference.charCodeAt(at);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column === 0 ? null : column - 1;
}

/** What a reader of the sheet sees, but dates as 2026-11-25 and numbers in full. */
function cellText(value: string, type: string, style: number, book: Book): string {
  switch (type) {
    case 's':
      return book.texts[Number(value)] ?? '';
    case 'str':
    case 'inlineStr':
      return unescapeControl(value);
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'e':
      return '';
    case 'd':
      return value;
    default: {
      const number = Number(value);
      if (!Number.isFinite(number)) return value;
      return (book.dates.has(style) ? serialDate(number, book.date1904) : null) ?? String(number);
    }
  }
}

/** "_x000D_": characters that XML cannot hold (ECMA-376 part 1, section 22.9.2.19). */
export const unescapeControl = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9a-f]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
