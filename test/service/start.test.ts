import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { hostedCompany } from '#test/support/worlds.ts';

const MAIN = join(import.meta.dirname, '../../service/main.js');

let double: DnsDouble;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-start-'));
  double = await startDnsDouble({ zone: hostedCompany });
  writeFileSync(join(folder, 'bad.csv'), 'domain\ngokpinar.com.tr\n10.0.0.1\n');
  const names = Array.from({ length: 1000 }, (_, at) => `b${at}.gokpinar.com.tr\n`);
  writeFileSync(join(folder, 'names.csv'), names.join(''));
  writeFileSync(join(folder, 'long.csv'), `gokpinar.com.tr\n${'10.0.0.1\n'.repeat(5000)}`);
});
afterAll(async () => {
  await double.stop();
  rmSync(folder, { recursive: true });
});

const env = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HUNTER_LANGUAGE: 'en',
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DNS_TIMEOUT_MS: '300',
  HUNTER_DNS_TRIES: '1',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
/** Runs the program itself; `closed` ends are given up before it has said a word. */
function hunter(
  args: readonly string[],
  closed: readonly ('stdout' | 'stderr')[] = [],
  cwd = folder,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: env(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  for (const end of closed) child[end].destroy();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
/** The exit code of the program in a line for the shell, in which $hunter stands for it. */
function shell(line: string): Promise<Ended> {
  const child = spawn('bash', ['-c', `${line}; echo "code \${PIPESTATUS[0]}" >&2`], {
    cwd: folder,
    env: { ...env(), hunter: `${process.execPath} ${MAIN}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return new Promise((resolve) => {
    child.on('close', () => resolve({ code: Number(/code (\d+)/.exec(err)?.[1]), out, err }));
  });
}

test('a .env that cannot be read is told in a line', async () => {
  const place = join(folder, 'elsewhere');
  mkdirSync(join(place, '.env'), { recursive: true });
  const { code, out, err } = await hunter(['--version'], [], place);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^\.env cannot be read: .*\. Mend it, or take it away\.\n$/);
});

describe('nobody reads standard error', () => {
  test.each([
    [0, ['scan', 'gokpinar.com.tr']],
    [2, ['scan', '--file', 'bad.csv']],
    [2, ['scan', '--nonsense']],
    [1, ['scan', 'gokpinar.com.tr', '--facts', 'no/such/folder.json']],
  ])('the exit code stays %d: %j', async (code, args) => {
    expect((await hunter(args, ['stderr'])).code).toBe(code);
  });
  test('the results are complete', async () => {
    const { out } = await hunter(['scan', '--file', 'long.csv', '--json'], ['stderr']);
    expect(out.trim().split('\n')).toHaveLength(5001);
  });
  test.each([
    ['2>&1 >/dev/null | head -1', 'row 3: 10.0.0.1'],
    ['2>&1 | head -1', ''],
    ['2>&- | cat', 'gokpinar.com.tr'],
  ])('in a pipe: scan --file bad.csv %s', async (rest, said) => {
    const { code, out, err } = await shell(`$hunter scan --file bad.csv ${rest}`);
    expect(out).toContain(said);
    expect(err).not.toContain('EPIPE');
    expect(code).toBe(2);
  });
});

describe('nobody reads standard output', () => {
  test('the exit code of a run that was done is that of the run', async () => {
    expect((await hunter(['scan', 'gokpinar.com.tr'], ['stdout'])).code).toBe(0);
    expect((await hunter(['scan', '10.0.0.1', '--json'], ['stdout'])).code).toBe(2);
    expect((await hunter(['scan', '10.0.0.1', '--json'], ['stdout', 'stderr'])).code).toBe(2);
  });
  test('a list that would take minutes is left off without a complaint, and saved facts are whole', async () => {
    const { code, err } = await hunter(
      ['scan', '--file', 'names.csv', '--json', '--facts', 'facts.json'],
      ['stdout'],
    );
    expect([0, 3]).toContain(code);
    expect(err).not.toContain('Interrupted');
    expect(err).not.toContain('EPIPE');
    const saved = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as { facts: unknown[] };
    expect(saved.facts.length).toBeLessThan(200);
  });
  test('head has seen enough', async () => {
    const { code, out, err } = await shell('$hunter scan gokpinar.com.tr | head -1');
    expect(out).toBe('gokpinar.com.tr\n');
    expect(err.trim()).toBe('code 0');
    expect(code).toBe(0);
  });
});

test('what nobody expected is told in a sentence, with the place in the code for whoever asks', async () => {
  const { run } = await import('#service/cli/run.ts');
  const told = async (more: Record<string, string>): Promise<{ code: number; err: string }> => {
    let err = '';
    const io = {
      out: () => {
        throw new Error('the disk \u001B[31m is gone');
      },
      err: (text: string) => void (err += text),
    };
    const code = await run(
      ['help'],
      { ...env(), ...more },
      { clock: Date.now, random: Math.random, nodeVersion: 'v24.21.0' },
      io as never,
      '0',
    );
    return { code, err };
  };
  expect(await told({})).toEqual({
    code: 1,
    err: 'Something unexpected went wrong: the disk \uFFFD[31m is gone\n',
  });
  expect((await told({ HUNTER_LANGUAGE: 'tr' })).err).toContain('Beklenmeyen bir hata');
  expect((await told({ HUNTER_DEBUG: 'true' })).err).toContain('start.test.ts');
});
