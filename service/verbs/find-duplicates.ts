import type { Domain } from '#core/domain.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { duplicateGroups, duplicatesOf, type DuplicateGroup } from '../store/contacts.ts';

export interface DuplicateQuery {
  /** the group of this company alone */
  readonly domain: Domain | null;
  /** from 1 */
  readonly page: number;
  readonly pageSize: number;
}

/** Companies that go by the same name under several domains. */
export async function findDuplicates(
  { sql }: Pick<Service, 'sql'>,
  { domain, page, pageSize }: DuplicateQuery,
): Promise<Outcome<{ readonly groups: readonly DuplicateGroup[]; readonly total: number }>> {
  if (domain === null)
    return done(await duplicateGroups(sql, { limit: pageSize, offset: (page - 1) * pageSize }));
  const groups = await duplicatesOf(sql, domain.ascii);
  if (groups === null) return failed('lead-not-found', { domain: domain.unicode });
  return done({ groups: page === 1 ? groups : [], total: groups.length });
}
