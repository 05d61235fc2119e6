import { fill } from '#core/rules/fill.ts';
import type { Wording } from '#core/rules/sales.ts';

/** Numbers, amounts, dates and lists as a language writes them. The signs are rule data, not code. */
export interface Format {
  number(value: number): string;
  money(amount: number, currency: string): string;
  percent(value: number): string;
  date(iso: string): string;
  /** for a line of a list: "14 Jan 2026" */
  shortDate(iso: string): string;
  list(items: readonly string[]): string;
}

export function formatFor({ format }: Pick<Wording, 'format'>): Format {
  const number = (value: number): string => {
    const [whole = '', fraction] = String(Math.abs(value)).split('.');
    const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, format.thousands);
    return (value < 0 ? '−' : '') + grouped + (fraction === undefined ? '' : format.decimal + fraction);
  };
  const dated = (iso: string, template: string, months: readonly string[]): string => {
    const [, year, month, dd] = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso) ?? [];
    const name = months[Number(month) - 1];
    // A registry may write its date in a way of its own: then that is what is shown.
    if (year === undefined || dd === undefined || name === undefined) return iso;
    return fill(template, { day: Number(dd), dd, month: name, year });
  };
  return {
    number,
    money: (amount, currency) => fill(format.money, { amount: number(amount), currency }),
    percent: (value) => fill(format.percent, { value: number(value) }),
    date: (iso) => dated(iso, format.date, format.months),
    shortDate: (iso) => dated(iso, format.shortDate, format.shortMonths),
    list: (items) =>
      items.length < 2
        ? (items[0] ?? '')
        : items.slice(0, -1).join(format.listBetween) + format.listLast + (items.at(-1) ?? ''),
  };
}
