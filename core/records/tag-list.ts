/**
 * Tag-lists: "name=value; name=value", the form DKIM gave to DNS records (RFC 6376 section 3.2) and DMARC, BIMI and
 * others took over. This file only cuts the text; what a tag means, and how strict to be, is each record's business.
 */
import { isAlpha, isAlphanumeric, isBlank, lowerAscii } from './ascii.ts';

export interface Tag {
  /** as written */
  readonly name: string;
  /** for comparison */
  readonly key: string;
  readonly value: string;
  /** where the name begins */
  readonly at: number;
  readonly valueAt: number;
}

export type TagListItem =
  | ({ readonly kind: 'tag' } & Tag)
  /** nothing but blanks between two semicolons */
  | { readonly kind: 'empty'; readonly at: number }
  /** a piece without "=", or with a name that cannot be one */
  | { readonly kind: 'malformed'; readonly text: string; readonly at: number };

/** Whether a tag-list may fold over lines (DKIM) or not; the blanks around names and values are cut either way. */
const isFold = (code: number): boolean => isBlank(code) || code === 0x0d || code === 0x0a;

/** Cuts a text at ";" and each piece at its first "=". A final ";" is part of the form, not an empty piece. */
export function readTagList(text: string): TagListItem[] {
  const items: TagListItem[] = [];
  for (let from = 0; from <= text.length;) {
    const semicolon = text.indexOf(';', from);
    const end = semicolon === -1 ? text.length : semicolon;
    const item = readItem(text, from, end);
    if (!(item.kind === 'empty' && semicolon === -1)) items.push(item);
    from = end + 1;
  }
  return items;
}

function readItem(text: string, start: number, stop: number): TagListItem {
  let from = start;
  let end = stop;
  while (from < end && isFold(text.charCodeAt(from))) from++;
  while (end > from && isFold(text.charCodeAt(end - 1))) end--;
  if (from === end) return { kind: 'empty', at: start };
  const piece = text.slice(from, end);
  const equals = piece.indexOf('=');
  let nameEnd = Math.max(equals, 0);
  while (nameEnd > 0 && isFold(piece.charCodeAt(nameEnd - 1))) nameEnd--;
  const name = piece.slice(0, nameEnd);
  if (equals === -1 || !isTagName(name)) return { kind: 'malformed', text: piece, at: from };
  let valueFrom = equals + 1;
  while (valueFrom < piece.length && isFold(piece.charCodeAt(valueFrom))) valueFrom++;
  return {
    kind: 'tag',
    name,
    key: lowerAscii(name),
    value: piece.slice(valueFrom),
    at: from,
    valueAt: from + valueFrom,
  };
}

/** tag-name = ALPHA *(ALPHA / DIGIT / "_") (RFC 6376 section 3.2). Hyphens and dots occur in the wild and are let pass. */
function isTagName(name: string): boolean {
  if (!isAlpha(name.charCodeAt(0))) return false;
  for (let i = 1; i < name.length; i++)
    if (!isAlphanumeric(name.charCodeAt(i)) && !'_-.'.includes(name.charAt(i))) return false;
  return true;
}
