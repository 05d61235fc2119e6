import { afterAll, beforeAll, expect, test } from 'vitest';
import { docsRoutes } from '#service/http/routes/docs.ts';
import type { Route } from '#service/http/route.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let t: TestService;
let api: Api;
let routes: readonly Route[];
beforeAll(async () => {
  t = await createTestService();
  routes = docsRoutes(() => routes);
  api = await startApi(t.service, routes);
}, 60_000);
afterAll(async () => {
  await api.close();
  await t.close();
});

test.each(['/docs', '/redoc'])('%s loads everything from here, and may load nothing else', async (path) => {
  const { status, headers, text } = await api.call('GET', path, { as: 'nobody' });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(text).not.toMatch(/https?:/);
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const asset = await api.call('GET', file);
    expect([file, asset.status]).toEqual([file, 200]);
    expect(asset.text.length).toBeGreaterThan(100);
  }
});

test('the document is OpenAPI 3.1, made of the routes that are there', async () => {
  const { json, headers } = await api.call('GET', '/openapi.json', { as: 'nobody' });
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(json.openapi).toBe('3.1.0');
  expect(json.info.version).toBe('0.0.0-test');
  expect(Object.keys(json.paths)).toEqual(['/openapi.json', '/docs', '/redoc', '/docs/{file}']);
});

test('what is large travels packed, where that is understood', async () => {
  const plain = await api.call('GET', '/docs/swagger-ui.css', { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  const packed = await api.open('GET', '/docs/swagger-ui.css', { headers: { 'accept-encoding': 'gzip' } });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(packed.headers.get('vary')).toContain('Accept-Encoding');
  expect(Number(packed.headers.get('content-length') ?? 0)).toBeLessThan(plain.text.length / 2);
  expect(await packed.text()).toBe(plain.text);
});

test.each(['package.json', '..%2fpackage.json', '%2e%2e', 'constructor', 'toString'])(
  'no other file is served: %s',
  async (file) => {
    const { status, json } = await api.call('GET', `/docs/${file}`);
    expect([status, json.code]).toEqual([404, 'route-not-found']);
  },
);
