import { createCipheriv, createDecipheriv, createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

/** Keeps secrets that have to be stored: signing secrets of webhooks, tokens. */
export interface Secrets {
  /**
   * @param text what is kept
   * @param place where it is kept, for example "alert-config:<owner>": what is sealed for one place does not open in another
   */
  seal(text: string, place: string): Buffer;
  /** The text; `foreign-key` when another key sealed it, `damaged` when it is not what was sealed for this place. */
  open(sealed: Uint8Array, place: string): Opened;
}
export type Opened =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: 'foreign-key' | 'damaged' };

const FORMAT = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES;

/**
 * Sealing with AES-256-GCM. A sealed text is: format (1 byte), id of the key (4), nonce (12), tag (16), cipher text.
 *
 * @param key 32 bytes
 */
export function createSecrets(key: Uint8Array, randomBytes: (size: number) => Buffer): Secrets {
  if (key.length !== KEY_BYTES) throw new RangeError(`a secret key has ${KEY_BYTES} bytes`);
  const head = Buffer.from([FORMAT, ...keyId(key)]);
  const bound = (place: string): Buffer => Buffer.concat([head, Buffer.from(place)]);
  return {
    seal(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(bound(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([head, nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== FORMAT)
        return { ok: false, why: 'damaged' };
      if (!bytes.subarray(0, HEAD_BYTES).equals(head)) return { ok: false, why: 'foreign-key' };
      const nonce = bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
      const tag = bytes.subarray(HEAD_BYTES + NONCE_BYTES, HEAD_BYTES + NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(bound(place));
      decipher.setAuthTag(tag);
      try {
        const body = bytes.subarray(HEAD_BYTES + NONCE_BYTES + TAG_BYTES);
        return { ok: true, text: Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8') };
      } catch {
        // The tag does not fit: other bytes, or another place.
        return { ok: false, why: 'damaged' };
      }
    },
  };
}

/** Tells keys apart and tells nothing of them. */
const keyId = (key: Uint8Array): Buffer =>
  createHash('sha256').update('hunter key id').update(key).digest().subarray(0, KEY_ID_BYTES);

/**
 * Secrets under the key of the installation: the configured one, or that of the data folder. It is read, and made where
 * there is none, when the first secret is kept or asked for: a command that needs none leaves no file behind.
 */
export function secretsOf(
  config: Pick<Config, 'secretKey' | 'database'>,
  randomBytes: (size: number) => Buffer,
): Secrets {
  let secrets: Secrets | null = null;
  const get = (): Secrets =>
    (secrets ??= createSecrets(
      config.secretKey === null
        ? keyOfFolder(config.database.dataDir, randomBytes)
        : Buffer.from(config.secretKey, 'base64'),
      randomBytes,
    ));
  return {
    seal: (text, place) => get().seal(text, place),
    open: (sealed, place) => get().open(sealed, place),
  };
}

/** The key in `<folder>/secret.key`, made once: whoever comes second takes the key of the first. */
export function keyOfFolder(folder: string, randomBytes: (size: number) => Buffer): Buffer {
  const file = join(folder, 'secret.key');
  const there = readKey(file);
  if (there !== null) return there;
  // As the database makes it: its server may run as another user, who has to reach its own folder.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const draft = `${file}.${randomUUID()}`;
  try {
    writeWhole(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    // A link appears with its whole content or not at all, and never over an existing file.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(file);
  if (made === null) throw new Error('the secret key was taken away while it was made');
  return made;
}

/** On the disk before it has its name: a key lost in a crash would lose all that it sealed. */
function writeWhole(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readKey(file: string): Buffer | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64');
  // Another key would lock everybody out of what the lost one sealed: somebody has to decide.
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text.trim()) || key.length !== KEY_BYTES)
    throw new Error(`${file} does not hold a secret key (32 bytes in base64)`);
  return key;
}
