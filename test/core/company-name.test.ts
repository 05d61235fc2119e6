import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { companyName, comparisonForm } from '#core/company-name.ts';
import { CompanyFormsFile } from '#core/rules/company-forms.ts';

const form = comparisonForm(
  CompanyFormsFile.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../rules/company-forms.json'), 'utf8')),
  ),
);

describe('companyName keeps', () => {
  test.each([
    ['  Gökpınar   Döküm\tSanayi A.Ş. ', 'Gökpınar Döküm Sanayi A.Ş.'],
    ['ŞİRKET', 'ŞİRKET'],
    ['Bell\u0007 Ltd', 'Bell Ltd'],
  ])('%j as %j', (text, expected) => expect(companyName(text)).toBe(expected));
  test.each(['', '  ', 'NaN', 'n/a', 'null', '-'])('no name of %j', (text) =>
    expect(companyName(text)).toBeNull(),
  );
});

describe('comparisonForm finds the same company in', () => {
  test.each([
    ['Gökpınar Döküm Sanayi A.Ş.', 'GÖKPINAR DÖKÜM SANAYİ ANONİM ŞİRKETİ'],
    ['Işık Tekstil Ltd. Şti.', 'IŞIK TEKSTİL LİMİTED ŞİRKETİ'],
    ['Işık Tekstil Ltd.Şti.', 'ışık tekstil'],
    ['Müller GmbH & Co. KG', 'müller'],
    ['Acme, Inc.', 'ACME'],
    ['Acme Co., Ltd.', 'acme'],
    ['Rossi S.p.A.', 'Rossi'],
  ])('%j and %j', (a, b) => expect(form(a)).toBe(form(b)));
  test.each([
    ['Acme Tekstil A.Ş.', 'Acme Lojistik A.Ş.'],
    ['Kas', 'Ka'],
    ['Teknosa', 'Tekno'],
  ])('but not in %j and %j', (a, b) => expect(form(a)).not.toBe(form(b)));
  test('a name that is a legal form keeps it', () => expect(form('Ltd.')).toBe('ltd'));
});
