import { describe, expect, test } from 'vitest';
import { createSiteCheck } from '#service/http/same-site.ts';
import { configOf } from '#test/support/service.ts';

const check = (headers: Record<string, string>, env: Record<string, string> = {}, method = 'GET'): string => {
  const all = new Headers({ host: '127.0.0.1:8080', ...headers });
  const request = { url: 'http://127.0.0.1:8080/', method, headers: all };
  return createSiteCheck(configOf(env))(request)?.code ?? 'fine';
};

describe('the name the internal mode is called by', () => {
  test.each(['127.0.0.1', '127.0.0.1:8080', 'localhost:8080', 'LOCALHOST', '[::1]:8080', 'hunter.localhost'])(
    '%s is this machine',
    (host) => expect(check({ host })).toBe('fine'),
  );
  test.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    '127.evil.example',
    'localhost.evil.example',
    '10.0.0.5',
    '',
    'x@127.0.0.1',
    '127.0.0.1/x',
  ])('rebound: %j is refused', (host) => expect(check({ host })).toBe('host-not-allowed'));
  test('the configured one is taken', () => {
    expect(check({ host: 'hunter.example.net' }, { HUNTER_PUBLIC_URL: 'https://hunter.example.net' })).toBe(
      'fine',
    );
  });
  test('an address of the network only when the service is open to it', () => {
    expect(check({ host: '10.0.0.5:8080' }, { HUNTER_INTERNAL_ANYWHERE: 'true' })).toBe('fine');
    expect(check({ host: 'evil.example' }, { HUNTER_INTERNAL_ANYWHERE: 'true' })).toBe('host-not-allowed');
  });
});

describe('a page in the browser of this machine', () => {
  const cors = { HUNTER_CORS_ORIGINS: 'https://contoso.crm4.dynamics.com' };
  test.each([
    ['its own page', { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' }, 'fine'],
    ['its own page, loading a script', { 'sec-fetch-site': 'same-origin' }, 'fine'],
    ['an address typed in', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 'fine'],
    ['a program', {}, 'fine'],
    [
      'a listed origin',
      { origin: 'https://contoso.crm4.dynamics.com', 'sec-fetch-site': 'cross-site' },
      'fine',
    ],
    [
      'another origin',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      'origin-not-allowed',
    ],
    [
      'another port of this machine',
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
      'origin-not-allowed',
    ],
    ['a page without an origin', { origin: 'null' }, 'origin-not-allowed'],
    [
      'a picture in another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      'origin-not-allowed',
    ],
    [
      'a frame in another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      'origin-not-allowed',
    ],
    [
      'a link that somebody follows',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      'fine',
    ],
  ] as const)('%s', (_, headers, expected) => expect(check({ ...headers }, cors)).toBe(expected));

  test('a form in another page may not post, even as a navigation', () => {
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(check(headers, cors, 'POST')).toBe('origin-not-allowed');
  });
});

test('where people sign in, neither matters: a browser sends no token by itself', () => {
  const entra = {
    HUNTER_AUTH_MODE: 'entra',
    HUNTER_ENTRA_TENANT_IDS: '8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40',
    HUNTER_ENTRA_AUDIENCES: 'api',
  };
  expect(check({ host: 'pod-7:8080', origin: 'https://evil.example' }, entra)).toBe('fine');
});
