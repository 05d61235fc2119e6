import { attribute, type XmlEvent } from './xml.ts';

/** Formats of ECMA-376 part 1, section 18.8.30, that show a date or a time. */
const BUILT_IN = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47,
]);
for (let id = 50; id <= 58; id++) BUILT_IN.add(id);

/** Which cell styles show their number as a date. */
export async function dateStyles(events: AsyncIterable<XmlEvent>): Promise<ReadonlySet<number>> {
  const formats = new Set(BUILT_IN);
  const styles = new Set<number>();
  let style = -1;
  let inStyles = false;
  for await (const event of events) {
    if (event.kind === 'close' && event.name === 'cellXfs') inStyles = false;
    if (event.kind !== 'open') continue;
    if (event.name === 'cellXfs') inStyles = true;
    else if (event.name === 'numFmt') {
      const id = Number(attribute(event.attributes, 'numFmtId'));
      if (showsDate(attribute(event.attributes, 'formatCode') ?? '')) formats.add(id);
      else formats.delete(id);
    } else if (event.name === 'xf' && inStyles) {
      style += 1;
      if (formats.has(Number(attribute(event.attributes, 'numFmtId') ?? 0))) styles.add(style);
    }
  }
  return styles;
}

/** Letters of a date outside of quotes, escapes and the brackets of colours and currencies. */
const showsDate = (code: string): boolean =>
  /[dmyhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\[(?!(?:h+|m+|s+)\])[^\]]*\]|general|standard/gi, ''));

const DAY = 86_400_000;
/** Last day Excel knows: the end of the year 9999. */
const LAST = 2_958_465;

/** "2026-11-25", with the time where there is one, "10:30" alone for a time; null when the number is no date. */
export function serialDate(serial: number, from1904: boolean): string | null {
  if (serial < 0 || serial > LAST) return null;
  const seconds = Math.round(serial * 86_400) * 1000;
  // Excel believes in a 29 February 1900: from March on it is one day ahead.
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const iso = new Date(epoch + seconds).toISOString();
  const time = iso.slice(11, iso.slice(17, 19) === '00' ? 16 : 19);
  if (serial < 1) return time;
  return seconds % DAY === 0 ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`;
}
