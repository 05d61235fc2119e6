import { IMPORT_FIELDS, type ImportField } from '#core/ingest/columns.ts';
import { foldHeading } from '#core/ingest/hints.ts';
import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { tableLimits } from '../ingest/limits.ts';
import { cheapFault } from '../ingest/open.ts';
import { importKey } from '../jobs/import-file.ts';
import { addJob } from '../jobs/queue.ts';
import { addImportJob } from '../store/import-jobs.ts';
import { addUpload } from '../store/uploads.ts';

export interface ImportInput {
  readonly fileName: string;
  readonly content: Uint8Array;
  /** whether companies are scanned once they are in */
  readonly autoScan: boolean;
  /** false: only the headings domain, company_name, email and website count */
  readonly autoDetectColumns: boolean;
  /** heading, letter or number of the column of a field */
  readonly mapping: { readonly [Field in ImportField]?: string };
  /** name or number of the sheet; null = the first in which companies are named */
  readonly sheet: string | null;
}

/**
 * Takes in a file: keeps it, and queues the reading of it, in one transaction. What can be told in milliseconds (no
 * table at all, an archive that unpacks to too much) is refused; everything else its job tells.
 */
export async function startImport(
  service: Service,
  input: ImportInput,
  by: { readonly id: string; readonly language: Language },
): Promise<Outcome<{ readonly jobId: string }>> {
  const { sql, config, clock } = service;
  const twice = mappedTwice(input.mapping);
  if (twice !== null) return failed('file-mapping-twice', { column: twice.slice(0, 100) });
  const fault = await cheapFault(input.content, tableLimits(config));
  if (fault !== null) return { ok: false, failure: fault.failure };
  const jobId = await sql.begin(async (tx) => {
    const mapped = Object.keys(input.mapping).length > 0;
    const uploadId = await addUpload(tx, {
      fileName: input.fileName,
      content: input.content,
      mapping: mapped ? (input.mapping as Record<string, string>) : null,
      uploadedBy: by.id,
    });
    const id = await addImportJob(tx, {
      uploadId,
      options: {
        tier: 'score',
        force: false,
        auto_scan: input.autoScan,
        auto_detect_columns: input.autoDetectColumns,
        sheet: input.sheet,
        mapping: input.mapping,
        language: by.language,
      },
      by: by.id,
      at: new Date(clock()),
    });
    await addJob(tx, 'import-file', { jobId: id }, { key: importKey(id) });
    return id;
  });
  return done({ jobId });
}

/** A column that is named for two fields; null when each is named once. */
function mappedTwice(mapping: ImportInput['mapping']): string | null {
  const seen = new Set<string>();
  for (const field of IMPORT_FIELDS) {
    const name = mapping[field];
    if (name === undefined) continue;
    const key = foldHeading(name) === '' ? name.trim() : foldHeading(name);
    if (seen.has(key)) return name;
    seen.add(key);
  }
  return null;
}
