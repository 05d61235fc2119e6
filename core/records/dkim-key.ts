/** DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463): TXT at <selector>._domainkey.<domain>. */
import { isBlank, lowerAscii } from './ascii.ts';
import { decodeBase64 } from './base64.ts';
import { rsaModulusBits } from './der.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { readTagList, type Tag } from './tag-list.ts';

/** RFC 8301 section 3.2: verifiers MUST NOT accept less, signers SHOULD use 2048 and more. */
const RSA_MINIMUM_BITS = 1024;
const RSA_ADVISED_BITS = 2048;

export interface DkimKey {
  readonly raw: string;
  /** "rsa" where the record names none; another word is a type this reader does not know */
  readonly type: string;
  /** size of the modulus, or 256 for Ed25519; null when revoked or of an unknown type */
  readonly bits: number | null;
  /** `p=` without a value: the key was withdrawn (section 3.6.1) */
  readonly revoked: boolean;
  /** acceptable hash algorithms; null = all */
  readonly hashes: readonly string[] | null;
  /** service types; "*" = all */
  readonly services: readonly string[];
  /** t=y: the domain is testing DKIM */
  readonly testing: boolean;
  /** t=s: the identity must be of this very domain */
  readonly strict: boolean;
  /** whether a verifier of today can accept a mail signature made with it */
  readonly usable: boolean;
}

export type DkimFaultCode =
  | 'version'
  | 'key-missing' // no p tag
  | 'key-base64'
  | 'key-structure'
  | 'key-length'
  | 'tag-malformed'
  | 'tag-repeated';
export type DkimFault = Problem<DkimFaultCode>;
export type DkimNoteCode =
  | 'revoked'
  | 'type-unknown'
  | 'rsa-too-short' // RFC 8301: signatures are not accepted
  | 'rsa-short' // RFC 8301: SHOULD be 2048
  | 'sha1-only' // RFC 8301: MUST NOT be accepted
  | 'not-for-mail'
  | 'testing';
export type DkimNote = Problem<DkimNoteCode>;

export type DkimKeyParse =
  | { readonly ok: true; readonly key: DkimKey; readonly notes: readonly DkimNote[] }
  | { readonly ok: false; readonly problems: readonly [DkimFault, ...DkimFault[]] };

/** Reads a key record. Never throws; takes time in proportion to the length of the text. */
export function parseDkimKey(text: string): DkimKeyParse {
  const faults = new Problems<DkimFaultCode>();
  const notes = new Problems<DkimNoteCode>();
  const tags = readTags(text, faults);
  const p = tags.get('p');
  if (p === undefined) faults.add('key-missing', 0, 'a key record has a "p" tag (RFC 6376 section 3.6.1)');
  const encoded = withoutFolds(p?.value ?? '');
  const revoked = p !== undefined && encoded === '';
  const type = lowerAscii(tags.get('k')?.value ?? '') || 'rsa';
  const bits = p === undefined || revoked ? null : keyBits(type, encoded, p.valueAt, faults);
  const hashes = list(tags.get('h'));
  const services = list(tags.get('s')) ?? ['*'];
  const flags = list(tags.get('t')) ?? [];
  const [first, ...others] = faults.all;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };

  const at = p?.at ?? 0;
  if (revoked) notes.add('revoked', at, 'the key was withdrawn: "p" is empty');
  if (type !== 'rsa' && type !== 'ed25519')
    notes.add('type-unknown', tags.get('k')?.at ?? 0, `verifiers ignore the key type ${quoted(type)}`);
  if (type === 'rsa' && bits !== null && bits < RSA_MINIMUM_BITS)
    notes.add('rsa-too-short', at, `verifiers refuse RSA keys of ${bits} bits (RFC 8301 section 3.2)`);
  else if (type === 'rsa' && bits !== null && bits < RSA_ADVISED_BITS)
    notes.add(
      'rsa-short',
      at,
      `an RSA key should have ${RSA_ADVISED_BITS} bits, not ${bits} (RFC 8301 section 3.2)`,
    );
  const sha256 = hashes === null || hashes.includes('sha256');
  if (!sha256)
    notes.add('sha1-only', tags.get('h')?.at ?? 0, 'verifiers accept sha256 alone (RFC 8301 section 3.1)');
  const forMail = services.includes('*') || services.includes('email');
  if (!forMail) notes.add('not-for-mail', tags.get('s')?.at ?? 0, 'the key is not meant for e-mail');
  if (flags.includes('y')) notes.add('testing', tags.get('t')?.at ?? 0, 'the domain is only testing DKIM');
  const key: DkimKey = {
    raw: text,
    type,
    bits,
    revoked,
    hashes,
    services,
    testing: flags.includes('y'),
    strict: flags.includes('s'),
    usable: bits !== null && sha256 && forMail && (type !== 'rsa' || bits >= RSA_MINIMUM_BITS),
  };
  return { ok: true, key, notes: notes.all };
}

function readTags(text: string, faults: Problems<DkimFaultCode>): ReadonlyMap<string, Tag> {
  const tags = new Map<string, Tag>();
  for (const [index, item] of readTagList(text).entries()) {
    // an empty piece is harmless, and common where a record was edited by hand
    if (item.kind === 'empty') continue;
    if (item.kind === 'malformed') {
      faults.add('tag-malformed', item.at, `${quoted(item.text)} is not of the form tag=value`);
      continue;
    }
    // tag names are case-sensitive (RFC 6376 section 3.2)
    if (tags.has(item.name))
      faults.add('tag-repeated', item.at, `the tag ${quoted(item.name)} is repeated (RFC 6376 section 3.2)`);
    else tags.set(item.name, item);
    // section 3.6.1: RECOMMENDED; when there, the first tag, and "DKIM1"; else the record is discarded
    if (item.name === 'v' && (index !== 0 || item.value !== 'DKIM1'))
      faults.add('version', item.at, '"v" may be left out, or comes first and is "DKIM1"');
  }
  return tags;
}

function keyBits(type: string, encoded: string, at: number, faults: Problems<DkimFaultCode>): number | null {
  if (type !== 'rsa' && type !== 'ed25519') return null;
  const bytes = decodeBase64(encoded);
  if (bytes === null) {
    faults.add('key-base64', at, 'the key is not base64 (RFC 4648 section 4)');
    return null;
  }
  if (type === 'ed25519') {
    // RFC 8463 section 4: the 32 bytes of RFC 8032, without any structure around them
    if (bytes.length === 32) return 256;
    faults.add('key-length', at, `an Ed25519 key has 32 bytes, not ${bytes.length} (RFC 8463 section 4)`);
    return null;
  }
  const bits = rsaModulusBits(bytes);
  if (bits === null)
    faults.add('key-structure', at, 'the key is not a DER-encoded RSA public key (RFC 8017)');
  return bits;
}

/** Colon-separated words; null when the tag is not there. Unknown words are kept and mean nothing. */
function list(tag: Tag | undefined): string[] | null {
  if (tag === undefined) return null;
  const words = tag.value.split(':').map((word) => lowerAscii(withoutFolds(word)));
  return [...new Set(words.filter((word) => word !== ''))];
}

/** FWS may stand anywhere in base64 (section 3.2). */
function withoutFolds(text: string): string {
  let plain = '';
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    if (i < text.length && !isBlank(code) && code !== 0x0d && code !== 0x0a) continue;
    plain += text.slice(from, i);
    from = i + 1;
  }
  return plain;
}
