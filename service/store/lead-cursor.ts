import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Key } from './lead-order.ts';

/** Where the next page begins: behind this row. */
export interface Position {
  /** number of the page that begins here */
  readonly page: number;
  readonly group: string;
  readonly value: string | number;
  readonly id: number;
}

const Content = z.tuple([
  z.int().min(2),
  z.string().max(64),
  z.union([z.string().max(400), z.number()]),
  z.int().min(1),
]);

/** What a value of the key looks like: a cursor of another order, or one made by hand, must not reach the database. */
const VALUES: Readonly<Record<Key, z.ZodType<string | number>>> = {
  rank: z.int().min(0).max(32_767),
  readiness_score: z.int().min(0).max(100),
  domain: z.string(),
  canonical_name: z.string(),
  scanned_at: z.iso.datetime(),
  expires_at: z.union([z.iso.date(), z.literal('infinity')]),
};

/** Eight bytes that say whether a cursor is whole and of this list. It is no secret: a position gives no right. */
const checksum = (content: string, list: string): string =>
  createHash('sha256').update(`${list}\0${content}`).digest('base64url').slice(0, 11);

/** @param list everything that makes this list this one: filter, order, page size */
export function writeCursor({ page, group, value, id }: Position, list: string): string {
  const content = Buffer.from(JSON.stringify([page, group, value, id])).toString('base64url');
  return `${content}.${checksum(content, list)}`;
}

/** The position in a cursor; null when it was changed or belongs to another list. */
export function readCursor(cursor: string, list: string, key: Key): Position | null {
  const [content = '', sum] = cursor.split('.');
  if (sum !== checksum(content, list)) return null;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(content, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  const parsed = Content.safeParse(json);
  if (!parsed.success) return null;
  const [page, group, value, id] = parsed.data;
  return VALUES[key].safeParse(value).success ? { page, group, value, id } : null;
}
