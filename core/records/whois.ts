import { readFields, type WhoisFields } from './whois/fields.ts';
import { readLines } from './whois/lines.ts';
import { freeIn, invalidIn, refusalIn, reservedIn, statusMeans } from './whois/words.ts';

/** A domain that is registered, with what the text tells of it. */
export interface WhoisRegistered extends WhoisFields {
  readonly state: 'registered';
}

/**
 * What a port-43 answer (RFC 3912) says:
 * - `registered`: somebody holds the name
 * - `free`: the server says in so many words that nobody does
 * - `reserved`: nobody does, and nobody can
 * - `throttled`: the server will not tell now (quota, block, maintenance); says nothing about the name
 * - `invalid-query`: the server calls the question wrong, or is not the one to ask
 * - `referral`: only the name of another server to ask
 * - `unreadable`: none of these; says nothing about the name
 */
export type WhoisReading =
  | WhoisRegistered
  | { readonly state: 'free'; readonly sentence: string }
  | { readonly state: 'reserved'; readonly sentence: string }
  | { readonly state: 'throttled'; readonly sentence: string }
  | { readonly state: 'invalid-query'; readonly sentence: string }
  | { readonly state: 'referral'; readonly server: string }
  | { readonly state: 'unreadable' };

/** An answer longer than this is cut: no registry sends half as much. In UTF-16 code units. */
const TEXT_MAX = 1_000_000;

/** Red.es shows callers it does not know the name alone; its server names the domain only when it is registered. */
const NAME_ALONE_IS_REGISTERED: ReadonlySet<string> = new Set(['es']);

/**
 * Reads a WHOIS answer.
 * @param text the answer, decoded
 * @param domain the domain asked for, lower-case ASCII: it decides the order of day and month where the text leaves
 *   it open, and which part is read where the server answers with several names
 * @returns never throws, and reads no text as `free` that does not say so
 */
export function parseWhois(text: string, domain?: string): WhoisReading {
  const lines = readLines(text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text);
  const asked = domain?.toLowerCase().replace(/\.$/, '');
  const fields = readFields(lines, asked);

  // IANA's server answers for the top-level domain and names the registry's server ("refer:").
  if (
    asked?.includes('.') === true &&
    fields.domain !== null &&
    !fields.domain.includes('.') &&
    fields.referral !== null
  )
    return { state: 'referral', server: fields.referral };

  const facts =
    Number(fields.registrar !== null) +
    Number(fields.created !== null) +
    Number(fields.expires !== null) +
    Number(fields.nameservers.length > 0);

  for (const status of fields.statuses) {
    const meaning = facts > 1 ? null : statusMeans(status);
    if (meaning === null) continue;
    // A refusal stands above whatever else the text says
    const refusal = refusalIn(lines.sentences);
    return refusal === null
      ? { state: meaning, sentence: status }
      : { state: 'throttled', sentence: refusal };
  }

  if (facts > 1 || (facts === 1 && fields.domain !== null)) return { state: 'registered', ...fields };

  const refusal = refusalIn(lines.sentences);
  if (refusal !== null) return { state: 'throttled', sentence: refusal };
  const free = freeIn(lines.sentences);
  const reserved = reservedIn(lines.sentences);
  if (reserved !== null) return { state: 'reserved', sentence: reserved };
  if (free !== null) return { state: 'free', sentence: free };
  const invalid = invalidIn(lines.sentences);
  if (invalid !== null) return { state: 'invalid-query', sentence: invalid };

  const named = fields.domain !== null && fields.domain.includes('.');
  if (named && (fields.statuses.length > 0 || fields.updated !== null))
    return { state: 'registered', ...fields };
  if (named && NAME_ALONE_IS_REGISTERED.has((fields.domain as string).replace(/^.*\./, '')))
    return { state: 'registered', ...fields };
  const buried = refusalIn(lines.sentences, true);
  return buried === null ? { state: 'unreadable' } : { state: 'throttled', sentence: buried };
}
