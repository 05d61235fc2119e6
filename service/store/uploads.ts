import { createHash } from 'node:crypto';
import { json, type Sql, type Transaction } from './pool.ts';

export interface NewUpload {
  readonly fileName: string;
  readonly content: Uint8Array;
  /** which column is what, when the client said so */
  readonly mapping: Readonly<Record<string, string>> | null;
  readonly uploadedBy: string;
}

const LONGEST_NAME = 300;

/** Keeps a file; returns its id. */
export async function addUpload(tx: Sql | Transaction, upload: NewUpload): Promise<string> {
  const { content } = upload;
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const hash = createHash('sha256').update(buffer).digest();
  const [row] = await tx<{ id: string }[]>`
    insert into uploads (file_name, content, sha256, mapping, uploaded_by)
    values (
      ${upload.fileName.slice(0, LONGEST_NAME).toWellFormed().replaceAll('\0', '')}, ${buffer}, ${hash},
      ${upload.mapping === null ? null : json(tx, upload.mapping)}, ${upload.uploadedBy}
    )
    returning id`;
  if (row === undefined) throw new Error('the database gave no id for an upload');
  return row.id;
}

/** Bytes of one question: the driver gets them as text of twice the length. */
const PART = 4 * 1024 * 1024;

/** The bytes of a file; null when it was deleted meanwhile. */
export async function readUpload(sql: Sql, id: string): Promise<Buffer | null> {
  const [size] = await sql<{ bytes: number }[]>`select size_bytes as bytes from uploads where id = ${id}`;
  if (size === undefined) return null;
  const content = Buffer.allocUnsafe(size.bytes);
  for (let at = 0; at < size.bytes; at += PART) {
    const [row] = await sql<{ part: Buffer }[]>`
      select substring(content from ${at + 1}::integer for ${PART}::integer) as part from uploads where id = ${id}`;
    if (row === undefined) return null;
    row.part.copy(content, at);
  }
  return content;
}
