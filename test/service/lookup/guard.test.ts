import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopback } from '#service/lookup/loopback.ts';
import {
  createSafeConnect,
  createSafeFetch,
  createTargetCheck,
  isPublicAddress,
  type ResolveHost,
} from '#service/lookup/guard.ts';

describe('isPublicAddress', () => {
  it.each([
    '8.8.8.8',
    '185.7.0.1',
    '1.1.1.1',
    '2606:4700:4700::1111',
    '2a02:e980::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('lets %s through', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    ['0.0.0.0', 'this host'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local: cloud metadata'],
    ['100.64.0.1', 'shared (RFC 6598)'],
    ['192.0.0.8', 'protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['168.63.129.16', "Azure's wire server"],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::ffff:10.0.0.1', 'IPv4-mapped private'],
    ['::ffff:7f00:1', 'IPv4-mapped loopback'],
    ['64:ff9b::7f00:1', 'NAT64 of loopback'],
    ['64:ff9b::a00:1', 'NAT64 of private'],
    ['64:ff9b:1::808:808', 'local NAT64 (RFC 8215)'],
    ['fe80::1', 'link-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'unique local: cloud metadata'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation (RFC 9637)'],
    ['2002:7f00:1::', '6to4 of loopback'],
    ['2001::1', 'Teredo'],
    ['100::1', 'discard'],
    ['localhost', 'not an address'],
    ['', 'not an address'],
    ['1.2.3', 'not an address'],
  ])('refuses %s: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handle(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, port, seen };
}

/** What a service on loopback needs; everything else as in production. */
const loopback = createSafeFetch({ allowAddress: isLoopback, allowHttp: true });
const text = (body: Uint8Array): string => new TextDecoder().decode(body);

describe('createSafeFetch', () => {
  it('hands back status, headers and body', async () => {
    const { url, seen } = await serve((_, response) =>
      response.writeHead(203, { 'x-sample': '1' }).end('hello'),
    );
    const answer = await loopback(url, { headers: { accept: 'text/plain' } });
    expect(answer).toMatchObject({ state: 'answered', status: 203, url });
    expect(answer.state === 'answered' ? [answer.headers['x-sample'], text(answer.body)] : null).toEqual([
      '1',
      'hello',
    ]);
    expect(seen[0]?.headers).toMatchObject({ accept: 'text/plain', 'accept-encoding': 'identity' });
  });

  it.each([
    ['http://127.0.0.1/', 'https only'],
    ['https://127.0.0.1/', 'not a public address'],
    ['https://[::1]/', 'not a public address'],
    ['https://[::ffff:127.0.0.1]/', 'not a public address'],
    ['https://2130706433/', 'not a public address'],
    ['https://0x7f.1/', 'not a public address'],
    ['https://169.254.169.254/latest/meta-data/', 'not a public address'],
    ['ftp://sample.example/', 'https only'],
    ['file:///etc/passwd', 'https only'],
    ['https://user:secret@sample.example/', 'password'],
    ['sample.example', 'not a URL'],
    ['', 'not a URL'],
  ])('refuses %j without a connection', async (url, reason) => {
    const answer = await createSafeFetch()(url);
    expect(answer).toMatchObject({ state: 'failed', why: 'UNSUPPORTED' });
    expect(answer.state === 'failed' && answer.sentence).toContain(reason);
  });

  it('judges the address connected to, and asks for it once: a name that changes cannot slip through', async () => {
    const { port, seen } = await serve((_, response) => response.end('secret'));
    let asked = 0;
    const resolve: ResolveHost = async () => {
      asked++;
      return [{ address: asked === 1 ? '10.0.0.1' : '127.0.0.1', family: 4 }];
    };
    const fetch = createSafeFetch({ resolve, allowHttp: true });
    expect(await fetch(`http://localhost:${port}/`)).toMatchObject({
      state: 'failed',
      why: 'UNSUPPORTED',
      code: 'ADDRESS_REFUSED',
    });
    expect(asked).toBe(1);
    expect(await fetch(`http://localhost:${port}/`)).toMatchObject({
      state: 'failed',
      code: 'ADDRESS_REFUSED',
    });
    expect(seen).toHaveLength(0);
  });
  it('leaves out the forbidden ones of several addresses', async () => {
    const { port } = await serve((_, response) => response.end('fine'));
    const resolve: ResolveHost = async () => [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const fetch = createSafeFetch({ resolve, allowHttp: true, allowAddress: isLoopback });
    expect(await fetch(`http://localhost:${port}/`)).toMatchObject({ state: 'answered', status: 200 });
  });
  it('tells a name that does not exist as a failure', async () => {
    const resolve: ResolveHost = async () =>
      Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }));
    expect(await createSafeFetch({ resolve, allowHttp: true })('http://localhost:9/')).toMatchObject({
      state: 'failed',
      why: 'NETWORK',
      code: 'ENOTFOUND',
    });
  });

  it('hands a redirect back when none is to be followed (RFC 8461 section 3.3)', async () => {
    const { url, seen } = await serve((_, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect(await loopback(url)).toMatchObject({ state: 'answered', status: 302 });
    expect(seen).toHaveLength(1);
  });
  it('follows as many redirects as it is told, and no more', async () => {
    const { url } = await serve((request, response) => {
      const left = Number(request.url?.slice(1) || '3');
      if (left === 0) response.end('arrived');
      else response.writeHead(307, { location: `/${left - 1}` }).end();
    });
    expect(await loopback(url, { redirects: 3 })).toMatchObject({
      state: 'answered',
      status: 200,
      url: `${url}0`,
    });
    expect(await loopback(url, { redirects: 2 })).toMatchObject({ state: 'failed', why: 'BAD-REPLY' });
  });
  it.each(['http://10.0.0.1/', 'http://[fd00::1]/', 'file:///etc/passwd', 'http://169.254.169.254/latest/'])(
    'refuses a redirect to %s',
    async (location) => {
      const { url } = await serve((_, response) => response.writeHead(301, { location }).end());
      expect(await loopback(url, { redirects: 3 })).toMatchObject({ state: 'failed', why: 'UNSUPPORTED' });
    },
  );
  it('takes no secret along to another origin', async () => {
    const there = await serve((_, response) => response.end());
    const here = await serve((_, response) => response.writeHead(302, { location: there.url }).end());
    await loopback(here.url, { redirects: 1, headers: { authorization: 'Bearer x', accept: 'a/b' } });
    expect(here.seen[0]?.headers.authorization).toBe('Bearer x');
    expect(there.seen[0]?.headers).toMatchObject({ accept: 'a/b' });
    expect(there.seen[0]?.headers.authorization).toBeUndefined();
  });
  it('sends a body once', async () => {
    const { url } = await serve((_, response) => response.writeHead(307, { location: '/2' }).end());
    expect(await loopback(url, { method: 'POST', body: '{}', redirects: 1 })).toMatchObject({
      state: 'failed',
      why: 'BAD-REPLY',
    });
    const plain = await serve((request, response) => void request.pipe(response));
    const answer = await loopback(plain.url, { method: 'POST', body: '{"a":1}' });
    expect(answer.state === 'answered' && text(answer.body)).toBe('{"a":1}');
  });

  it('stops at the size limit', async () => {
    const { url } = await serve((_, response) => response.end('x'.repeat(1001)));
    expect(await loopback(url, { maxBytes: 1000 })).toMatchObject({ state: 'failed', why: 'BAD-REPLY' });
    expect(await loopback(url, { maxBytes: 1001 })).toMatchObject({ state: 'answered' });
  });
  it('reads no compressed body, which it did not ask for', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    expect(await loopback(url)).toMatchObject({ state: 'failed', why: 'BAD-REPLY' });
  });
  it('gives up in time: before the head, and in the middle of a body', async () => {
    const mute = await serve(() => {});
    expect(await loopback(mute.url, { timeoutMs: 50 })).toMatchObject({ state: 'failed', why: 'TIMEOUT' });
    const slow = await serve((_, response) => void response.write('half'));
    expect(await loopback(slow.url, { timeoutMs: 50 })).toMatchObject({ state: 'failed', why: 'TIMEOUT' });
  });
  it("tells the caller's own end as CANCELLED", async () => {
    const { url } = await serve(() => {});
    const end = new AbortController();
    setTimeout(() => end.abort(), 20);
    expect(await loopback(url, { signal: end.signal })).toMatchObject({ state: 'failed', why: 'CANCELLED' });
    expect(await loopback(url, { signal: end.signal })).toMatchObject({ state: 'failed', why: 'CANCELLED' });
  });
  it('tells a broken answer, a closed port and a bad header as values', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.socket?.resetAndDestroy());
    });
    expect(await loopback(broken.url)).toMatchObject({ state: 'failed', why: 'NETWORK' });
    expect(await loopback('http://127.0.0.1:1/')).toMatchObject({
      state: 'failed',
      why: 'NETWORK',
      code: 'ECONNREFUSED',
    });
    expect(await loopback(broken.url, { headers: { 'x-bad': 'a\r\nb' } })).toMatchObject({ state: 'failed' });
  });
  it('tells what is not HTTP as a bad reply', async () => {
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-Sample\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await loopback(`http://127.0.0.1:${port}/`)).toMatchObject({ state: 'failed', why: 'BAD-REPLY' });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('createSafeConnect', () => {
  it('connects to an allowed address only', async () => {
    const { port } = await serve((_, response) => response.end());
    const open = await createSafeConnect({ allowAddress: isLoopback })('127.0.0.1', port);
    expect(open.state).toBe('connected');
    if (open.state === 'connected') open.socket.destroy();
    expect(await createSafeConnect()('127.0.0.1', port)).toMatchObject({
      state: 'failed',
      why: 'UNSUPPORTED',
    });
    const resolve: ResolveHost = async () => [{ address: '192.168.0.1', family: 4 }];
    expect(await createSafeConnect({ resolve })('localhost', port)).toMatchObject({
      state: 'failed',
      why: 'UNSUPPORTED',
      code: 'ADDRESS_REFUSED',
    });
  });
  it('tells a closed port, a port that is none, and an end as values', async () => {
    const connect = createSafeConnect({ allowAddress: isLoopback });
    expect(await connect('127.0.0.1', 1)).toMatchObject({ state: 'failed', why: 'NETWORK' });
    expect(await connect('127.0.0.1', 99_999)).toMatchObject({ state: 'failed' });
    expect(await connect('127.0.0.1', 1, { signal: AbortSignal.abort() })).toMatchObject({
      state: 'failed',
      why: 'CANCELLED',
    });
  });
});

describe('a target that is only saved', () => {
  const resolve: ResolveHost = async (host) => {
    if (host === 'silent.firma.com.tr') throw Object.assign(new Error('again'), { code: 'EAI_AGAIN' });
    const known: Readonly<Record<string, string>> = {
      'hooks.firma.com.tr': '93.184.215.14',
      'intern.firma.com.tr': '10.0.0.5',
    };
    const address = known[host];
    if (address === undefined) throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    return [{ address, family: 4 }];
  };
  const check = createTargetCheck({ resolve });
  it.each([
    ['https://hooks.firma.com.tr/x', null],
    ['https://93.184.215.14/x', null],
    ['https://[2606:4700:4700::1111]/x', null],
    // Its name may well be right: where it leads is judged again when it is asked.
    ['https://silent.firma.com.tr/x', null],
    ['https://intern.firma.com.tr/x', 'not-public'],
    ['https://unknown.firma.com.tr/x', 'name-unknown'],
    ['https://192.168.1.1/x', 'not-public'],
    ['https://[::ffff:10.0.0.1]/x', 'not-public'],
    ['http://hooks.firma.com.tr/x', 'not-https'],
    ['https://user@hooks.firma.com.tr/x', 'password-in-url'],
    ['hooks.firma.com.tr', 'not-a-url'],
    [`https://hooks.firma.com.tr/${'x'.repeat(5000)}`, 'not-a-url'],
  ] as const)('%s: %s', async (url, fault) => {
    expect(await check(url)).toBe(fault);
  });
});
