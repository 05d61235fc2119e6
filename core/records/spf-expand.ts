/** Expanding the macros of SPF (RFC 7208 section 7.3). */
import { dottedIp, formatIp, type IpAddress } from './ip.ts';
import type { SpfMacroLetter, SpfMacroPart } from './spf-macro.ts';

/** What macros are replaced by: the arguments of check_host() and the little that belongs to explanations. */
export interface SpfMacroValues {
  readonly ip: IpAddress;
  readonly localPart: string;
  readonly senderDomain: string;
  /** the domain being evaluated: changes with include and redirect */
  readonly domain: string;
  readonly helo: string;
  /** the validated name of the client, or "unknown" (section 5.5) */
  readonly validated: string;
  /** the receiving host, for "r" */
  readonly receiver: string;
  /** seconds since 1970, for "t" */
  readonly time: number;
}

/** The text with every macro replaced. */
export function expandMacros(parts: readonly SpfMacroPart[], values: SpfMacroValues): string {
  return parts.map((part) => (part.kind === 'literal' ? part.text : expandOne(part, values))).join('');
}

/**
 * A domain-spec as a name to ask for: without its final dot, and cut from the left, label by label, when it is
 * longer than DNS allows (section 7.3).
 */
export function expandName(parts: readonly SpfMacroPart[], values: SpfMacroValues): string {
  const name = withoutFinalDot(expandMacros(parts, values));
  if (name.length <= 253) return name;
  // the first label boundary behind which 253 characters or fewer remain
  const dot = name.indexOf('.', name.length - 254);
  return dot === -1 ? name : name.slice(dot + 1);
}

export const withoutFinalDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);

/** Whether any of the parts needs the validated name, which costs look-ups. */
export function needsValidatedName(parts: readonly SpfMacroPart[]): boolean {
  return parts.some((part) => part.kind === 'macro' && part.letter === 'p');
}

function expandOne(part: SpfMacroPart & { kind: 'macro' }, values: SpfMacroValues): string {
  const whole = valueOf(part.letter, values);
  let pieces = split(whole, part.delimiters);
  if (part.reverse) pieces = pieces.reverse();
  if (part.keep !== null) pieces = pieces.slice(-part.keep);
  const text = pieces.join('.');
  return part.escape ? escapeUrl(text) : text;
}

function valueOf(letter: SpfMacroLetter, values: SpfMacroValues): string {
  switch (letter) {
    case 's':
      return `${values.localPart}@${values.senderDomain}`;
    case 'l':
      return values.localPart;
    case 'o':
      return values.senderDomain;
    case 'd':
      return values.domain;
    case 'i':
      return dottedIp(values.ip);
    case 'p':
      return values.validated;
    case 'h':
      return values.helo;
    case 'v':
      return values.ip.version === 4 ? 'in-addr' : 'ip6';
    case 'c':
      return formatIp(values.ip);
    case 'r':
      return values.receiver;
    case 't':
      return String(values.time);
  }
}

/** Cuts at every delimiter; neighbours leave an empty piece between them. */
function split(text: string, delimiters: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (!delimiters.includes(text.charAt(i))) continue;
    pieces.push(text.slice(from, i));
    from = i + 1;
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** All but the unreserved characters of RFC 3986 section 2.3, as bytes of UTF-8. */
function escapeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
