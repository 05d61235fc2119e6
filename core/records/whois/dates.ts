/**
 * Dates as registries write them. Few state their order; where the text itself does not, the registry's own
 * habit (DATE_ORDERS) decides, and day before month is the rule for the rest.
 */

/** How a date of three numbers is read when the year is last: 26.08.2024 or 08/26/2024. */
export type DateOrder = 'dmy' | 'mdy';

/** Registries that put the month first. Freenom ran cf, ga, gq, ml, tk from one system. */
const MONTH_FIRST: ReadonlySet<string> = new Set(['cf', 'ga', 'gq', 'ml', 'tk', 'as', 'ph', 'pk', 'gu']);

export const orderOf = (tld: string): DateOrder => (MONTH_FIRST.has(tld) ? 'mdy' : 'dmy');

/** Month names by their first letters, English, Turkish, Spanish, Portuguese, French, German, Italian. */
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'oca', 'ene', 'gen'],
  ['feb', 'şub', 'sub', 'fev', 'fév'],
  ['mar', 'mär', 'maer'],
  ['apr', 'nis', 'abr', 'avr'],
  ['may', 'mai', 'mag'],
  ['jun', 'haz', 'juin', 'giu'],
  ['jul', 'tem', 'juil', 'lug'],
  ['aug', 'ağu', 'agu', 'ago', 'aoû', 'aou'],
  ['sep', 'eyl', 'set'],
  ['oct', 'eki', 'out', 'okt', 'ott'],
  ['nov', 'kas'],
  ['dec', 'ara', 'dic', 'dez', 'déc'],
];

function monthOf(word: string): number {
  const at = MONTHS.findIndex((names) => names.some((n) => word.startsWith(n)));
  return at + 1;
}

/** Zones that are written as names. Others are not guessed: the time of day is dropped then. */
const ZONES: ReadonlyMap<string, string> = new Map([
  ['utc', 'Z'],
  ['gmt', 'Z'],
  ['z', 'Z'],
  ['jst', '+09:00'],
  ['kst', '+09:00'],
  ['cet', '+01:00'],
  ['cest', '+02:00'],
  ['eet', '+02:00'],
  ['eest', '+03:00'],
  ['msk', '+03:00'],
  ['trt', '+03:00'],
]);

const two = (n: number): string => String(n).padStart(2, '0');
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function day(year: number, month: number, date: number): string | null {
  const full = year < 100 ? (year < 70 ? 2000 + year : 1900 + year) : year;
  if (full < 1970 || full > 9999 || month < 1 || month > 12) return null;
  if (date < 1 || date > (DAYS[month - 1] as number)) return null;
  return `${full}-${two(month)}-${two(date)}`;
}

/** Time of day and zone behind a date: "T10:39:22Z", " 09:45:08 +03:00", " 01:12:57 (JST)", " 12:30:05 (UTC+8)". */
function clock(rest: string): string {
  const time = /^[T\s.]*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?/i.exec(rest);
  if (time === null) return '';
  const [hours, minutes, seconds] = [Number(time[1]), Number(time[2]), Number(time[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return '';
  const tail = rest
    .slice(time[0].length, time[0].length + 24)
    .trim()
    .replace(/^\(/, '');
  const offset = /^(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)/i.exec(tail);
  const zone =
    offset === null
      ? ZONES.get(/^[a-z]+/i.exec(tail)?.[0].toLowerCase() ?? '')
      : Number(offset[2]) <= 14
        ? `${offset[1]}${two(Number(offset[2]))}:${offset[3] ?? '00'}`
        : undefined;
  // A time without a zone is a time nowhere: only the day is kept.
  if (zone === undefined) return '';
  return `T${two(hours)}:${two(minutes)}:${two(seconds)}${zone === '+00:00' ? 'Z' : zone}`;
}

/** The order a note such as "(dd/mm/yyyy)" or a format line states, or null. */
export function statedOrder(note: string): DateOrder | null {
  const at = /\b(d{1,2}|m{1,2})[ ./-](d{1,2}|m{1,2})[ ./-]y/i.exec(note);
  return at === null ? null : (at[1] as string).toLowerCase().startsWith('d') ? 'dmy' : 'mdy';
}

/** Whether a date of three numbers can only be read one way: 26/08/2024 proves day first for its whole text. */
export function provenOrder(text: string): DateOrder | null {
  const at = /^\D{0,12}(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}(?!\d)/.exec(text.slice(0, 40));
  if (at === null) return null;
  const [first, second] = [Number(at[1]), Number(at[2])];
  return first > 12 && second <= 12 ? 'dmy' : second > 12 && first <= 12 ? 'mdy' : null;
}

/**
 * The first date in a value, as ISO 8601: the day alone, or with time and offset where the text states a zone.
 * The offset stays as written, so that the day is the registry's own.
 * @returns null when there is no date, or one that no calendar has (0000-00-00)
 */
export function parseDate(value: string, order: DateOrder): string | null {
  const text = value.slice(0, 200).replace(/\s+/g, ' ');

  // 2024-08-26, 2024/8/26, 2024.08.26, 2001. 10. 10., 2001년 10월 10일
  const ymd = /(?<!\d)(\d{4})(?:[-/.]|\. |년 ?)(\d{1,2})(?:[-/.]|\. |월 ?)(\d{1,2})(?!\d)/.exec(text);
  // 2024-Aug-26. as .tr writes it, 2024 August 26
  const yMd = /(?<!\d)(\d{4})[-/. ](\p{L}{3,12})[-/. ](\d{1,2})(?!\d)/u.exec(text);
  // 20240826, 20240826120000, 20170315 14:41:55
  const compact = /(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?(?!\d)/.exec(text);
  const dmy = /(?<!\d)(\d{1,2})([-/.]|\. )(\d{1,2})\2(\d{4}|\d{2})(?!\d)/.exec(text);
  // 26-Aug-2024, 26 August 2024, 13th January 2010, 26.aug.2024
  const dMy =
    /(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[-/. ]{1,2}(?:de )?(\p{L}{3,12})[-/., ]{1,2}(?:de )?(\d{4}|\d{2})(?!\d)/u.exec(
      text,
    );
  // Aug 26 2024, August 26, 2024
  const Mdy = /(?<!\p{L})(\p{L}{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/u.exec(text);
  // Mon Aug 26 10:00:00 2024 (asctime), Mon Aug 26 10:00:00 UTC 2024
  const asctime =
    /(?<!\p{L})(\p{L}{3}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2}) (?:([A-Z]{2,5}) )?(\d{4})(?!\d)/u.exec(text);
  // before Aug-1996 (Nominet)
  const My = /(?<!\p{L})(\p{L}{3,12})[- ](\d{4})(?!\d)/u.exec(text);

  const candidates: { at: number; iso: string | null }[] = [];
  const add = (m: RegExpExecArray | null, iso: (m: RegExpExecArray) => string | null, timed = true): void => {
    if (m === null) return;
    const date = iso(m);
    candidates.push({
      at: m.index,
      iso: date === null || !timed ? date : date + clock(text.slice(m.index + m[0].length)),
    });
  };
  const number = (m: RegExpExecArray, i: number): number => Number(m[i]);
  const month = (m: RegExpExecArray, i: number): number => monthOf((m[i] as string).toLowerCase());

  add(ymd, (m) => day(number(m, 1), number(m, 2), number(m, 3)));
  add(yMd, (m) => day(number(m, 1), month(m, 2), number(m, 3)));
  add(compact, (m) => day(number(m, 1), number(m, 2), number(m, 3)));
  add(dmy, (m) => {
    const [a, b, year] = [number(m, 1), number(m, 3), number(m, 4)];
    const monthFirst = a <= 12 && (order === 'mdy' || b > 12);
    return monthFirst ? day(year, a, b) : day(year, b, a);
  });
  add(dMy, (m) => day(number(m, 3), month(m, 2), number(m, 1)));
  add(Mdy, (m) => day(number(m, 3), month(m, 1), number(m, 2)));
  add(
    asctime,
    (m) => {
      const date = day(number(m, 5), month(m, 1), number(m, 2));
      return date === null ? null : date + clock(` ${m[3] as string} ${m[4] ?? ''}`);
    },
    false,
  );
  const dated = candidates.filter((c) => c.iso !== null).sort((a, b) => a.at - b.at);
  if (dated.length > 0) return (dated[0] as { iso: string }).iso;
  return My === null ? null : day(number(My, 2), month(My, 1), 1);
}
