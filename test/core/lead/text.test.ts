import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asJson, columnText, cutToJsonLength, cutToUnits, jsonLength, utf8Length } from '#core/lead/text.ts';

/** Any sequence of UTF-16 units: half characters, control characters and emoji included. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud83d', '\ude00', '😀', 'ğ', '漢', '"', '\\', '\u0000', '\u2028', '<'),
    ),
  )
  .map((parts) => parts.join(''));

describe('utf8Length', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['ğüşiöç', 11],
    ['漢', 3],
    ['😀', 4],
    ['\ud83d', 3],
    ['\ude00\ud83d', 6],
  ])('counts %j as %i bytes', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  test('agrees with the platform on any text', () => {
    fc.assert(fc.property(anyText, (text) => utf8Length(text) === Buffer.byteLength(text, 'utf8')));
  });
});

describe('cutToUnits', () => {
  test('cuts by UTF-16 units, as Dataverse counts', () => {
    expect(cutToUnits('abcdef', 4)).toBe('abcd');
    expect(cutToUnits('abc', 4)).toBe('abc');
  });
  test('never splits a character', () => {
    expect(cutToUnits('abc😀', 4)).toBe('abc');
    expect(cutToUnits('abc😀', 5)).toBe('abc😀');
  });
  test('keeps to the limit and makes no new half characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, units) => {
        const cut = cutToUnits(text, units);
        return cut.length <= units && text.startsWith(cut) && (cut.isWellFormed() || !text.isWellFormed());
      }),
    );
  });
});

describe('cutToJsonLength', () => {
  test('leaves a text that fits as it is', () => {
    expect(cutToJsonLength('v=spf1 -all', 11)).toBe('v=spf1 -all');
  });
  test('marks what is missing', () => {
    expect(cutToJsonLength('v=spf1 include:example.com -all', 20)).toBe('v=spf1 include:ex…');
  });
  test('counts what JSON makes of a character', () => {
    expect(jsonLength('"\u0000<')).toBe(2 + 6 + 6);
    expect(cutToJsonLength('""""""', 8)).toBe('""…');
  });
  test('counts as JSON writes, for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => jsonLength(text) === Buffer.byteLength(asJson(text), 'utf8') - 2),
    );
  });
  test('keeps to the limit for any text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 3, max: 200 }), (text, bytes) => {
        return jsonLength(cutToJsonLength(text, bytes)) <= bytes;
      }),
    );
  });
});

describe('asJson', () => {
  test('cannot end a script element or a line of JavaScript', () => {
    const json = asJson({ record: '</script>\u2028<!--' });
    expect(json).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual({ record: '</script>\u2028<!--' });
  });
});

describe('columnText', () => {
  test('takes out what the XML of Dataverse cannot carry', () => {
    expect(columnText('a\u0000b\u001fc\ufffe', { lines: false })).toBe('abc');
    expect(columnText('half \ud83d', { lines: false })).toBe('half \ufffd');
  });
  test('makes one line of a text column and keeps the lines of a memo', () => {
    expect(columnText(' one\r\n two\t', { lines: false })).toBe('one two');
    expect(columnText('one\ntwo', { lines: true })).toBe('one\ntwo');
  });
});
