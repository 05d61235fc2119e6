/** Report addresses: URIs (RFC 3986) as DMARC and TLS-RPT list them. */
import { every, isAlpha, isAlphanumeric, isDigit } from './ascii.ts';

export interface ReportUri {
  /** as published, blanks around it cut */
  readonly uri: string;
  /** lower case: "mailto", "https" */
  readonly scheme: string;
  /** the mailbox of a mailto URI (RFC 6068), percent-encoding undone; null for other schemes */
  readonly address: string | null;
}

const MARKS = "-._~:/?#[]@!$&'()*+,;=%";

/** Reads one URI: scheme, then characters RFC 3986 allows, "%" with two hex digits; null when it is none. */
export function parseReportUri(text: string): ReportUri | null {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1 || !isScheme(text.slice(0, colon))) return null;
  for (let i = colon + 1; i < text.length; i++) {
    if (!isAlphanumeric(text.charCodeAt(i)) && !MARKS.includes(text.charAt(i))) return null;
    if (text[i] === '%' && !(isHex(text.charCodeAt(i + 1)) && isHex(text.charCodeAt(i + 2)))) return null;
  }
  const scheme = text.slice(0, colon).toLowerCase();
  const rest = text.slice(colon + 1);
  if (scheme !== 'mailto') {
    // the schemes of the web name a host (RFC 9110 section 4.2)
    const needsHost = scheme === 'http' || scheme === 'https';
    return needsHost && !/^\/\/[^/?#]/.test(rest) ? null : { uri: text, scheme, address: null };
  }
  const question = rest.indexOf('?');
  const address = decodePercent(question === -1 ? rest : rest.slice(0, question));
  // a mailbox has a local part and a domain; "mailto://host" has neither and is still a URI
  return { uri: text, scheme, address: address.startsWith('/') ? null : address };
}

function isScheme(text: string): boolean {
  return (
    isAlpha(text.charCodeAt(0)) &&
    every(text, (c) => isAlphanumeric(c) || c === 0x2b || c === 0x2d || c === 0x2e)
  );
}

const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // escapes that are not UTF-8: the text as published is the best there is
    return text;
  }
}
