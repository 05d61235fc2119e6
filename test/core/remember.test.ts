import { expect, test } from 'vitest';
import { remembering } from '#core/remember.ts';

function reader(options: { max: number; longest: number }) {
  const read: string[] = [];
  const ask = remembering((text) => {
    read.push(text);
    return { text };
  }, options);
  return { ask, read };
}

test('a text asked again is not read again, and gives the very same answer', () => {
  const { ask, read } = reader({ max: 10, longest: 10 });
  expect(ask('a')).toEqual({ text: 'a' });
  expect(ask('a')).toBe(ask('a'));
  expect(ask('b')).toEqual({ text: 'b' });
  expect(read).toEqual(['a', 'b']);
});

test('what is asked for all the time stays, what is asked once goes', () => {
  const { ask, read } = reader({ max: 4, longest: 10 });
  for (let i = 0; i < 20; i++) {
    ask('often');
    ask(`once ${i}`);
  }
  ask('once 0');
  expect(read.filter((text) => text === 'often')).toHaveLength(1);
  expect(read.filter((text) => text === 'once 0')).toHaveLength(2);
});

test('a text longer than the longest is read each time and not kept', () => {
  const { ask, read } = reader({ max: 10, longest: 3 });
  expect(ask('long')).toEqual({ text: 'long' });
  ask('long');
  expect(read).toEqual(['long', 'long']);
});
