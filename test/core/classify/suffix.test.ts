import { describe, expect, test } from 'vitest';
import { hasSuffix, SuffixMap } from '#core/classify/suffix.ts';

describe('a name has a suffix', () => {
  test.each([
    ['outlook.com', 'outlook.com', true, 'when it is the suffix'],
    ['mail.protection.outlook.com', 'outlook.com', true, 'when it lies below it'],
    ['notoutlook.com', 'outlook.com', false, 'never inside a label'],
    ['outlook.com.evil.example', 'outlook.com', false, 'never at the front'],
    ['outlook-com.example', 'outlook.com', false, 'never with another sign for the dot'],
    ['com', 'outlook.com', false, 'never when it is shorter'],
    ['', 'outlook.com', false, 'never as the root'],
  ])('%s and %s: %s, %s', (name, suffix, expected) => {
    expect(hasSuffix(name, suffix)).toBe(expected);
  });
});

describe('a map of suffixes', () => {
  const map = new SuffixMap([
    ['google.com', 'Google'],
    ['aspmx.l.google.com', 'Google Workspace'],
    ['ovh.net', 'OVHcloud'],
  ]);
  test.each([
    ['aspmx.l.google.com', 'aspmx.l.google.com', 'Google Workspace'],
    ['alt1.aspmx.l.google.com', 'aspmx.l.google.com', 'Google Workspace'],
    ['www.google.com', 'google.com', 'Google'],
    ['google.com', 'google.com', 'Google'],
  ])('%s stands for what its longest suffix %s stands for: %s', (name, suffix, value) => {
    expect(map.get(name)).toEqual({ suffix, value });
  });
  test.each(['google.com.evil.example', 'mygoogle.com', 'com', '', '.'])('%j stands for nothing', (name) => {
    expect(map.get(name)).toBeUndefined();
  });
  test('refuses a suffix that would stand for two things', () => {
    expect(
      () =>
        new SuffixMap([
          ['ovh.net', 'OVHcloud'],
          ['ovh.net', 'another'],
        ]),
    ).toThrow('suffix "ovh.net" stands for two things');
  });
  test('takes the same suffix with the same meaning twice', () => {
    expect(new SuffixMap([1, 2].map(() => ['ovh.net', 'OVHcloud'] as const)).get('ovh.net')?.value).toBe(
      'OVHcloud',
    );
  });
});
