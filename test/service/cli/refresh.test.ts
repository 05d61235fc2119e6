import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bootstrapText, refreshBootstrap } from '#service/cli/refresh.ts';
import { EXIT, type Io } from '#service/cli/io.ts';
import { createSafeFetch } from '#service/lookup/guard.ts';
import { RULES_DIRECTORY } from '#service/rule-files.ts';
import { allShippedRules } from '#test/support/rules.ts';

const { registration, messages } = allShippedRules();
const shipped = registration.bootstrap;
const file = (directory: string): string => readFileSync(join(directory, 'rdap-bootstrap.json'), 'utf8');

let server: Server;
let url: string;
let directory: string;
let reply: (request: IncomingMessage, response: ServerResponse) => void;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hunter-refresh-'));
  server = createServer((request, response) => reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rdap/dns.json`;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => writeFileSync(join(directory, 'rdap-bootstrap.json'), bootstrapText(shipped)));

const send = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const iana = (publication: string): object => ({
  version: '1.0',
  publication,
  description: 'RDAP bootstrap file for Domain Name System registrations',
  services: [
    [['net', 'com'], ['https://rdap.verisign.com/com/v1/']],
    [['tr'], ['https://rdap.example.tr']],
  ],
});

async function refresh(): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    signal: new AbortController().signal,
  } as unknown as Io;
  const fetch = createSafeFetch({ allowAddress: (address) => address === '127.0.0.1', allowHttp: true });
  const code = await refreshBootstrap(shipped, { url, fetch, directory }, messages.en, io);
  return { code, out, err };
}

test('the shipped file is written as the command writes it', () => {
  expect(file(RULES_DIRECTORY)).toBe(bootstrapText(shipped));
});

describe('hunter rules refresh', () => {
  test('asks only for what is newer', async () => {
    let asked: IncomingMessage['headers'] = {};
    reply = (request, response) => {
      asked = request.headers;
      response.writeHead(304).end();
    };
    const { code, out } = await refresh();
    expect(asked['if-modified-since']).toBe('Thu, 06 Nov 2025 23:00:01 GMT');
    expect([code, out]).toEqual([EXIT.done, `The RDAP list is up to date: ${shipped.publication}.\n`]);
    expect(file(directory)).toBe(bootstrapText(shipped));
  });
  test('takes the newer services and keeps our own additions', async () => {
    reply = send(200, iana('2026-11-20T20:00:00Z'));
    const { code, out } = await refresh();
    expect(code).toBe(EXIT.done);
    expect(out).toContain('3 suffixes instead of');
    const written = JSON.parse(file(directory)) as typeof shipped;
    expect(written.services).toEqual([
      [['net', 'com'], ['https://rdap.verisign.com/com/v1/']],
      [['tr'], ['https://rdap.example.tr/']],
    ]);
    expect(written.extra).toEqual(shipped.extra);
    expect(written.date).toBe('2026-11-20');
  });
  test.each([
    ['an older file', send(200, iana('2020-01-01T00:00:00Z')), 'could not be read'],
    ['another JSON', send(200, { hello: 'world' }), 'could not be read'],
    ['no JSON', send(200, '<html>'), 'could not be read'],
    ['an error of the server', send(503, ''), 'HTTP 503'],
    ['a closed connection', (request: IncomingMessage) => void request.socket.destroy(), 'could not be had'],
  ])('writes nothing after %s, and says so', async (_, answer, sentence) => {
    reply = answer;
    const { code, err } = await refresh();
    expect(code).toBe(EXIT.failed);
    expect(err).toContain(sentence);
    expect(file(directory)).toBe(bootstrapText(shipped));
  });
});
