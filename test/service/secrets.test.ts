import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecrets, keyOfFolder, secretsOf } from '#service/secrets.ts';

const KEY = Buffer.alloc(32, 7);
const secrets = createSecrets(KEY, randomBytes);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what is sealed opens at its place', () => {
  const sealed = secrets.seal('gizli anahtar: ğüşıöç', 'here');
  expect(secrets.open(sealed, 'here')).toEqual({ ok: true, text: 'gizli anahtar: ğüşıöç' });
  expect(sealed.toString('latin1')).not.toContain('gizli');
});

test('the same text is sealed differently each time', () => {
  expect(secrets.seal('x', 'here').equals(secrets.seal('x', 'here'))).toBe(false);
});

test('sealed for one place, it does not open at another', () => {
  expect(secrets.open(secrets.seal('x', 'of anna'), 'of berk')).toEqual({ ok: false, why: 'damaged' });
});

test('each byte that is changed is noticed, and so is an end that is missing', () => {
  const sealed = secrets.seal('secret', 'here');
  for (let at = 0; at < sealed.length; at++) {
    const other = Buffer.from(sealed);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(secrets.open(other, 'here').ok).toBe(false);
    expect(secrets.open(sealed.subarray(0, at), 'here').ok).toBe(false);
  }
});

test('another key says so: it is not damage', () => {
  const other = createSecrets(Buffer.alloc(32, 8), randomBytes);
  expect(other.open(secrets.seal('x', 'here'), 'here')).toEqual({ ok: false, why: 'foreign-key' });
});

test('a key of another length is refused', () => {
  expect(() => createSecrets(Buffer.alloc(16), randomBytes)).toThrow('32 bytes');
});

test('the configured key is used, and no file is made', () => {
  const config = {
    secretKey: KEY.toString('base64'),
    database: { dataDir: join(folder, 'unused') } as never,
  };
  expect(secretsOf(config, randomBytes).open(secrets.seal('x', 'here'), 'here').ok).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

test('without one, the key of the data folder is made when the first secret is kept, readable for its owner alone', () => {
  const dataDir = join(folder, 'own');
  const config = { secretKey: null, database: { dataDir } as never };
  const first = secretsOf(config, randomBytes);
  expect(() => readdirSync(dataDir)).toThrow('ENOENT');
  const sealed = first.seal('x', 'here');
  expect(readdirSync(dataDir)).toEqual(['secret.key']);
  expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, 'secret.key'), 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
  expect(secretsOf(config, randomBytes).open(sealed, 'here')).toEqual({ ok: true, text: 'x' });
});

test('a file that holds no key is a fault, and is not written over', () => {
  const file = join(folder, 'secret.key');
  writeFileSync(file, 'not a key\n');
  expect(() => keyOfFolder(folder, randomBytes)).toThrow('does not hold a secret key');
  expect(readFileSync(file, 'utf8')).toBe('not a key\n');
  rmSync(file);
});

test('processes that start together get the same key', async () => {
  const dataDir = join(folder, 'together');
  const script = `
    import { randomBytes } from 'node:crypto';
    import { keyOfFolder } from ${JSON.stringify(join(import.meta.dirname, '../../service/secrets.ts'))};
    process.stdout.write(keyOfFolder(${JSON.stringify(dataDir)}, randomBytes).toString('base64'));`;
  const keys = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
          let out = '';
          child.stdout.on('data', (part: Buffer) => (out += part.toString()));
          child.on('close', () => resolve(out));
        }),
    ),
  );
  expect(keys[0]).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(new Set(keys).size).toBe(1);
  expect(readdirSync(dataDir)).toEqual(['secret.key']);
});
