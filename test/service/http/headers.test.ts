import { expect, test } from 'vitest';
import { createHeaders, traceOf } from '#service/http/headers.ts';
import { configOf } from '#test/support/service.ts';

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ['01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more', true],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', false],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', false],
  ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', false],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', false],
  ['x', false],
])('traceparent %s is taken over: %s', (header, taken) => {
  expect(traceOf(header)).toEqual(
    taken ? { trace: '4bf92f3577b34da6a3ce929d0e0e4736', parent: '00f067aa0ba902b7' } : null,
  );
});

test('only an address with encryption asks browsers to keep to it', () => {
  const of = (url: string) => createHeaders(configOf({ HUNTER_PUBLIC_URL: url })).common('1', null);
  expect(of('https://hunter.example.net')['Strict-Transport-Security']).toBe('max-age=31536000');
  expect(of('http://127.0.0.1:8080')['Strict-Transport-Security']).toBeUndefined();
});
