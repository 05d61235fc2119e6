import { API_PREFIX, type Place } from './places.ts';

/** Since when the addresses without /api/v1 are deprecated: the first release of this product. */
export const DEPRECATED_SINCE = Date.UTC(2026, 10, 25);
/** When they may go away; not before, and the change log will say so again. */
export const SUNSET = Date.UTC(2027, 10, 30);

const MARKS = {
  // RFC 9745 section 2.1: a date of structured fields, seconds after an at sign.
  Deprecation: `@${DEPRECATED_SINCE / 1000}`,
  // RFC 8594 section 3: an HTTP date.
  Sunset: new Date(SUNSET).toUTCString(),
};

/** What an answer at an address of the earlier system says besides: where to go, and until when. */
export function legacyHeaders(place: Place | null, url: string): Record<string, string> {
  if (place?.deprecated !== true) return {};
  const { pathname } = new URL(url);
  return { ...MARKS, Link: `<${API_PREFIX}${pathname}>; rel="successor-version"` };
}
