import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importFile } from '#service/jobs/import-file.ts';
import type { Service } from '#service/context.ts';
import { eraseCompany } from '#service/verbs/erase-company.ts';
import { rejectedRows } from '#service/verbs/rejected-rows.ts';
import { startImport, type ImportInput } from '#service/verbs/start-import.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let world: TestService;
let service: Service;
beforeAll(async () => {
  world = await createTestService({ env: { HUNTER_IMPORT_MAX_ROWS: '5000' } });
  service = world.service;
});
afterAll(() => world.close());

const none = new AbortController().signal;
const admin = { kind: 'user', id: 'admin-1' } as const;

async function upload(content: string, input: Partial<ImportInput> = {}): Promise<string> {
  const outcome = await startImport(
    service,
    {
      fileName: 'liste.csv',
      content: Buffer.from(content),
      autoScan: false,
      autoDetectColumns: true,
      mapping: {},
      sheet: null,
      ...input,
    },
    { id: 'user-1', language: 'en' },
  );
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value.jobId;
}
async function imported(content: string, input: Partial<ImportInput> = {}): Promise<string> {
  const jobId = await upload(content, input);
  await importFile(service, { jobId }, none);
  return jobId;
}
const jobOf = async (id: string) => (await service.sql`select * from scan_jobs where id = ${id}`)[0]!;
const itemsOf = async (id: string): Promise<string[]> => {
  const rows = await service.sql`
    select row_number, state, domain, error_code, input from scan_job_items where job_id = ${id} order by position`;
  return rows.map((r) => [r['row_number'], r['state'], r['domain'] ?? r['error_code'] ?? ''].join(' '));
};
const waiting = (task: string) => service.sql`
  select j.key from graphile_worker.jobs j where j.task_identifier = ${task} order by j.key`;
async function rejected(id: string, duplicates = false, language: 'tr' | 'en' = 'en'): Promise<string> {
  const outcome = await rejectedRows(service, id, { duplicates, language });
  if (!outcome.ok) return outcome.failure.code;
  let text = '';
  for await (const line of outcome.value) text += line;
  return text;
}

const LIST = `Müşteri listesi;;;
Firma;Web;E-posta;Şehir
Gökpınar A.Ş.;www.gokpinar.com.tr;info@gokpinar.com.tr;Bursa
;;;
nan;;ali@gmail.com;Ankara
Kuzeyhat;yok;satis@kuzeyhat.com.tr;=1+1
Gökpınar Döküm;gokpinar.com.tr;;Bursa
=HYPERLINK("x");com.tr;;"a;b"
Gökpınar A.Ş.;www.gokpinar.com.tr;info@gokpinar.com.tr;Bursa
`;

describe('a file becomes entries, companies and raw leads', () => {
  test('each row is accounted for: accepted, duplicate, refused or empty', async () => {
    const id = await imported(LIST);
    expect(await itemsOf(id)).toEqual([
      '3 completed gokpinar.com.tr',
      '5 refused consumer-domain',
      '6 completed kuzeyhat.com.tr',
      '7 duplicate gokpinar.com.tr',
      '8 refused public-suffix',
      '9 duplicate gokpinar.com.tr',
    ]);
    expect(await jobOf(id)).toMatchObject({
      kind: 'import',
      state: 'completed',
      total: 6,
      rows_read: 6,
      succeeded: 2,
      refused: 2,
      failed: 0,
      options: { plan: { rows: 6, blanks: 1, headingRow: 2 } },
    });
    const companies = await service.sql`select domain, canonical_name, source from companies order by domain`;
    expect(companies).toEqual([
      { domain: 'gokpinar.com.tr', canonical_name: 'Gökpınar A.Ş.', source: 'csv' },
      { domain: 'kuzeyhat.com.tr', canonical_name: 'Kuzeyhat', source: 'csv' },
    ]);
    // The two rows that say the same are one.
    const leads =
      await service.sql`select company_name, email, website, payload, row_number from raw_leads order by row_number`;
    expect(leads).toEqual([
      {
        company_name: 'Gökpınar A.Ş.',
        email: 'info@gokpinar.com.tr',
        website: 'www.gokpinar.com.tr',
        payload: { Şehir: 'Bursa' },
        row_number: 3,
      },
      {
        company_name: 'Kuzeyhat',
        email: 'satis@kuzeyhat.com.tr',
        website: 'yok',
        payload: { Şehir: '=1+1' },
        row_number: 6,
      },
      {
        company_name: 'Gökpınar Döküm',
        email: null,
        website: 'gokpinar.com.tr',
        payload: { Şehir: 'Bursa' },
        row_number: 7,
      },
    ]);
  });

  test('the same file again adds nothing but its own job', async () => {
    const before = await service.sql`select count(*) as n from raw_leads`;
    const id = await imported(LIST);
    expect(await itemsOf(id)).toHaveLength(6);
    expect(await service.sql`select count(*) as n from raw_leads`).toEqual(before);
  });

  test('what was not accepted comes back with row, reason and all cells, safe to open in a spreadsheet', async () => {
    const id = await imported(LIST);
    expect(await rejected(id)).toBe(
      '\uFEFFRow;Reason;Firma;Web;E-posta;Şehir\r\n' +
        '5;"A mail service for private people, not a company’s domain. Give the company’s own domain.";nan;;ali@gmail.com;Ankara\r\n' +
        '8;A public suffix with no company name under it. Write it like company.com.;"\'=HYPERLINK(""x"")";com.tr;;"a;b"\r\n',
    );
    expect(await rejected(id, true, 'tr')).toContain(
      '\r\n7;3. satırdaki şirketle aynı.;Gökpınar Döküm;gokpinar.com.tr;;Bursa\r\n',
    );
  });

  test('after the upload was deleted the entries alone come back', async () => {
    const id = await imported(LIST);
    await service.sql`delete from uploads where id = (select upload_id from scan_jobs where id = ${id})`;
    expect(await rejected(id)).toContain(
      '\r\n8;A public suffix with no company name under it. Write it like company.com.;com.tr\r\n',
    );
  });

  test('a job that is no import has no rejected rows', async () => {
    const [job] = await service.sql<{ id: string }[]>`
      insert into scan_jobs (kind, requested_by) values ('bulk-scan', 'x') returning id`;
    expect(await rejected(job!.id)).toBe('job-has-no-upload');
    expect(await rejected('00000000-0000-4000-8000-000000000000')).toBe('job-not-found');
  });

  test('with scanning, entries wait and pieces of work are queued with them', async () => {
    const id = await imported('Web\na1.com.tr\na2.com.tr\nyok\n', { autoScan: true });
    expect(await itemsOf(id)).toEqual(['2 pending a1.com.tr', '3 pending a2.com.tr', '4 refused one-label']);
    expect(await jobOf(id)).toMatchObject({ state: 'in_progress', total: 3, refused: 1, rows_read: 3 });
    expect((await waiting('scan-chunk')).map(({ key }) => key)).toContain(`scan-chunk:${id}:0`);
  });
  test('with scanning and nothing to scan the job is done', async () => {
    const id = await imported('Web\nyok\nhiç\n', { autoScan: true });
    expect(await jobOf(id)).toMatchObject({ state: 'completed', refused: 2 });
  });
});

describe('a file is taken whole or not at all', () => {
  test.each([
    [
      'one row too many',
      `Web\n${'a.com.tr\n'.repeat(5001)}`,
      'file-too-many-rows',
      'The file has more than 5000 rows. Split it.',
    ],
    [
      'a quotation mark that is never closed, in the last row',
      'Firma;Web\nA;w1.com.tr\n"B;w2.com.tr\n',
      'file-quote-open',
      null,
    ],
    [
      'no column with domains',
      'Firma;Şehir\nA;Bursa\nB;Ankara',
      'file-no-domain-column',
      'No column with domains was found. There are: Firma, Şehir. Name one with “domain_column”.',
    ],
    ['only a heading', 'Firma;Web\n', 'file-no-rows', null],
  ])('%s', async (_, content, code, sentence) => {
    const id = await imported(content);
    expect(await jobOf(id)).toMatchObject({ state: 'failed', error_code: code, total: 0, rows_read: 0 });
    if (sentence !== null) expect((await jobOf(id))['error']).toBe(sentence);
    expect(await itemsOf(id)).toEqual([]);
    expect(await service.sql`select from companies where domain = 'w1.com.tr'`).toHaveLength(0);
  });
  test('a mapped column that is not there is told with those that are', async () => {
    const id = await imported('Firma;Sayfa\nA;a.com.tr\n', { mapping: { domain: 'Web' } });
    expect((await jobOf(id))['error']).toBe('There is no column “Web”. There are: Firma, Sayfa.');
  });
});

test('erased companies do not come back by a file, and are not written down again', async () => {
  await eraseCompany(service, 'gone.com.tr', true, admin, { language: 'en', requestId: null });
  const id = await imported('Firma;Web\nGone;gone.com.tr\nStay;stay.com.tr\n');
  expect(await itemsOf(id)).toEqual(['2 refused domain-suppressed', '3 completed stay.com.tr']);
  expect(
    await service.sql`select input from scan_job_items where job_id = ${id} and state = 'refused'`,
  ).toEqual([{ input: '' }]);
  expect(await service.sql`select from companies where domain = 'gone.com.tr'`).toHaveLength(0);
  expect(await service.sql`select from raw_leads where domain = 'gone.com.tr'`).toHaveLength(0);
});

describe('an import that was interrupted', () => {
  const many = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, n) => `Firma ${from + n};f${from + n}.com.tr\n`).join('');
  /** 2,600 rows: each domain below 100 a second time at the end */
  const list = `Firma;Web\n${many(0, 2500)}${many(0, 100)}`;
  const counts = async (id: string) =>
    service.sql`select state, count(*) as n from scan_job_items where job_id = ${id} group by state order by state`;
  const whole = [
    { state: 'completed', n: 2500 },
    { state: 'duplicate', n: 100 },
  ];

  test('goes on where it stopped when its time was up, and knows the companies of the rows before', async () => {
    const id = await upload(list);
    const stop = new AbortController();
    let batches = 0;
    // The signal fires while the second batch is being stored.
    const counted = {
      ...service,
      clock: service.clock,
      sql: onBatch(service.sql, () => (batches += 1) === 2 && stop.abort()),
    };
    await importFile(counted as Service, { jobId: id }, stop.signal);
    const [{ rows_read: read }] =
      (await service.sql`select rows_read from scan_jobs where id = ${id}`) as unknown as [
        { rows_read: number },
      ];
    expect(read).toBe(2000);
    expect((await waiting('import-file')).map(({ key }) => key)).toContain(`import-file:${id}`);
    await importFile(service, { jobId: id }, none);
    expect(await counts(id)).toEqual(whole);
    expect(await jobOf(id)).toMatchObject({
      state: 'completed',
      total: 2600,
      rows_read: 2600,
      succeeded: 2500,
    });
  });

  test('by two workers at once counts no row twice', async () => {
    const id = await upload(list.replaceAll('f', 'g').replaceAll('Girma', 'Firma'));
    await Promise.all([importFile(service, { jobId: id }, none), importFile(service, { jobId: id }, none)]);
    // Whoever came second may have left; a third finishes what is open.
    await importFile(service, { jobId: id }, none);
    expect(await counts(id)).toEqual(whole);
    expect(await jobOf(id)).toMatchObject({ state: 'completed', succeeded: 2500, rows_read: 2600 });
  });

  test('by a person stays cancelled', async () => {
    const id = await upload(list.replaceAll('f', 'h'));
    await service.sql`update scan_jobs set state = 'cancelled', finished_at = now() where id = ${id}`;
    await importFile(service, { jobId: id }, none);
    expect(await itemsOf(id)).toEqual([]);
  });

  test(
    'by kill -9, as often as it takes, ends with every row counted once',
    { timeout: 60_000 },
    async () => {
      const id = await upload(list.replaceAll('f', 'k').replaceAll('Kirma', 'Firma'));
      const script = join(import.meta.dirname, '../../support/import-child.ts');
      let kills = 0;
      for (let round = 0; round < 10; round++) {
        const child = spawn(process.execPath, [script, world.database.url, id], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exited = once(child, 'exit');
        // It first tells that it begins, then each batch: it is killed in the middle of its second one.
        let told = '';
        child.stdout.on('data', (text: Buffer) => {
          told += text.toString();
          if (told.split('\n').length > 2) child.kill('SIGKILL');
        });
        const [code] = await exited;
        if (code === 0) break;
        kills += 1;
      }
      expect(kills).toBeGreaterThan(0);
      expect(await counts(id)).toEqual(whole);
      expect(await jobOf(id)).toMatchObject({
        state: 'completed',
        succeeded: 2500,
        rows_read: 2600,
        total: 2600,
      });
    },
  );
});

/** The database, with a word for each transaction that is begun. */
function onBatch(sql: Service['sql'], heard: () => unknown): Service['sql'] {
  return new Proxy(sql, {
    get: (target, name, receiver) =>
      name === 'begin'
        ? (...args: unknown[]) => {
            heard();
            return (target.begin as (...all: unknown[]) => unknown)(...args);
          }
        : Reflect.get(target, name, receiver),
  });
}
