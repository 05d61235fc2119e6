/**
 * Text that PostgreSQL takes. Records of the DNS and files of users may hold any byte: a NUL or half of a surrogate
 * pair would be refused, and with it everything else of the same statement. Both become U+FFFD.
 */
export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();

/** The same for JSON. JSON.stringify writes both as escapes, and a backslash of the text itself as two. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return text.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|[^])/g, (escape) =>
    escape.length === 2 ? escape : '\\ufffd',
  );
}
