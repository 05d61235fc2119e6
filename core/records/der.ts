/** As much of DER (X.690) as an RSA public key needs. */

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const SEQUENCE = 0x30;
/** 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017 appendix C), as an OBJECT IDENTIFIER */
const RSA_ENCRYPTION = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

/**
 * The size in bits of the modulus of an RSA public key: a SubjectPublicKeyInfo (RFC 5280 section 4.1), which is
 * what everybody publishes, or the bare RSAPublicKey that RFC 6376 section 3.6.1 names. Null when it is neither.
 */
export function rsaModulusBits(der: Uint8Array): number | null {
  const outer = readElement(der);
  if (outer?.tag !== SEQUENCE || outer.rest.length > 0) return null;
  const first = readElement(outer.content);
  if (first === null) return null;
  if (first.tag === INTEGER) return modulusBits(first, outer.content);
  if (first.tag !== SEQUENCE || !RSA_ENCRYPTION.every((byte, i) => first.content[i] === byte)) return null;
  const bitString = readElement(first.rest);
  // the first byte of a BIT STRING counts the unused bits of its last
  if (bitString?.tag !== BIT_STRING || bitString.content[0] !== 0 || bitString.rest.length > 0) return null;
  const key = readElement(bitString.content.subarray(1));
  if (key?.tag !== SEQUENCE) return null;
  const modulus = readElement(key.content);
  return modulus?.tag === INTEGER ? modulusBits(modulus, key.content) : null;
}

function modulusBits(modulus: Element, sequence: Uint8Array): number | null {
  const exponent = readElement(sequence.subarray(sequence.length - modulus.rest.length));
  if (exponent?.tag !== INTEGER || exponent.rest.length > 0) return null;
  let from = 0;
  while (modulus.content[from] === 0) from++;
  const top = modulus.content[from];
  if (top === undefined || (modulus.content[0] ?? 0) >= 0x80) return null;
  return (modulus.content.length - from - 1) * 8 + (32 - Math.clz32(top));
}

/** One tag-length-value; null when the bytes end too soon or the length is not definite. */
function readElement(bytes: Uint8Array): Element | null {
  const [tag, head] = bytes;
  if (tag === undefined || head === undefined) return null;
  let length = head;
  let from = 2;
  if (head >= 0x80) {
    const count = head & 0x7f;
    if (count === 0 || count > 3) return null;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[from + i] ?? 0);
    from += count;
  }
  const end = from + length;
  if (end > bytes.length) return null;
  return { tag, content: bytes.subarray(from, end), rest: bytes.subarray(end) };
}
