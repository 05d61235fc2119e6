import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeBackup } from '#service/store/backup.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

// The end of a table and more of it than the driver's stream holds came in one piece, and the driver never read again.
test.each([40_000, 70_000, 150_000, 1_000_000])(
  'a backup comes to its end when a table ends in a row of %d bytes',
  async (size) => {
    await db.sql`delete from uploads`;
    await db.sql`
      insert into uploads (file_name, content, sha256, uploaded_by)
      values ('liste.csv', ${Buffer.alloc(size, 7)}, ${Buffer.alloc(32)}, 'test')`;
    let written = 0;
    const out = new Writable({
      write(chunk: Buffer, _encoding, next) {
        written += chunk.length;
        setImmediate(next);
      },
    });
    const foot = await writeBackup(db.sql, out, { version: '0', now: '2026-11-25T09:00:00.000Z' });
    expect(foot.tables['uploads']).toBe(1);
    expect(written).toBeGreaterThan(2 * size);
  },
);
