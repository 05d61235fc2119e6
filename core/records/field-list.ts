/**
 * The records of MTA-STS and TLS-RPT: "v=...; name=value; ...", cut at ";" with blanks around it but none around
 * "=" (RFC 8461 section 3.1, RFC 8460 section 3). Stricter than the tag-lists of DKIM and DMARC.
 */
import { every, isAlphanumeric, isVisible, trimBlanks } from './ascii.ts';
import { quoted } from './problem.ts';

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}
export type FieldFaultCode = 'version' | 'field-missing' | 'field-malformed' | 'field-empty';

/** Whether the text is a record of this version: "v=STSv1" and then ";" (blanks between them allowed), or the end. */
export function hasVersion(text: string, version: string): boolean {
  if (!text.startsWith(version)) return false;
  const rest = trimBlanks(text.slice(version.length, version.length + 64));
  return rest === '' || rest.startsWith(';');
}

/**
 * The fields behind the version, in order. A faulty one is reported and left out. `plain` names the fields whose
 * value may hold any visible character, because their own grammar checks it.
 */
export function readFieldList(
  text: string,
  version: string,
  plain: readonly string[],
  faults: { add(code: FieldFaultCode, at: number, sentence: string): void },
): Field[] {
  const fields: Field[] = [];
  if (!hasVersion(text, version)) {
    faults.add('version', 0, `the record begins with "${version};"`);
    return fields;
  }
  let at = version.length;
  for (const [index, piece] of text.slice(version.length).split(';').entries()) {
    const start = at;
    at += piece.length + 1;
    const trimmed = trimBlanks(piece);
    const last = at > text.length;
    if (index === 0 || (trimmed === '' && last)) continue;
    const equals = trimmed.indexOf('=');
    const field = { name: trimmed.slice(0, equals), value: trimmed.slice(equals + 1), at: start };
    if (trimmed === '') faults.add('field-empty', start, 'nothing stands between two semicolons');
    else if (equals === -1 || !isFieldName(field.name))
      faults.add('field-malformed', start, `${quoted(trimmed)} is not of the form name=value`);
    else if (!plain.includes(field.name) && !isFieldValue(field.value))
      faults.add(
        'field-malformed',
        start,
        `${quoted(trimmed)} has a value with a blank, "=" or nothing in it`,
      );
    else fields.push(field);
  }
  return fields;
}

/** (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".") */
export function isFieldName(name: string): boolean {
  return (
    name.length >= 1 &&
    name.length <= 32 &&
    isAlphanumeric(name.charCodeAt(0)) &&
    every(name, (code) => isAlphanumeric(code) || code === 0x5f || code === 0x2d || code === 0x2e)
  );
}

/** 1*(%x21-3A / %x3C / %x3E-7E) */
const isFieldValue = (value: string): boolean =>
  value !== '' && every(value, (code) => isVisible(code) && code !== 0x3b && code !== 0x3d);
