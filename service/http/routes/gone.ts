import { z } from 'zod';
import type { Language, Words } from '#core/rules/common.ts';
import type { Service } from '../../context.ts';
import { failed } from '../../failure.ts';
import { notesOf, tagsOf } from '../../store/notes.ts';
import type { RouteId } from '../access.ts';
import { domainIn } from '../domain.ts';
import { errorBody } from '../errors.ts';
import { refuse, reply, route, type Answer, type Route } from '../route.ts';

/**
 * Notes, tags and favorites of the earlier system: what was imported can still be read; writing has moved to
 * Dynamics 365, and says where to.
 */

const Domain = z.object({
  domain: z.string().min(1).max(2048).describe('domain, web address or e-mail address'),
});

const REASON: Words = {
  tr: 'Notlar, etiketler ve favoriler 16 Kasım 2025’ten beri Dynamics 365’te, satış ekibinin çalıştığı yerde tutuluyor.',
  en: 'Since 16 November 2025 notes, tags and favorites are kept in Dynamics 365, where the sales team works.',
};
const ALTERNATIVE: Readonly<Record<'notes' | 'tags' | 'favorite', Words>> = {
  notes: {
    tr: 'Notu Dynamics 365’teki müşteri adayının zaman çizelgesine ekleyin.',
    en: 'Add the note to the timeline of the lead in Dynamics 365.',
  },
  tags: {
    tr: 'Dynamics 365’te Hunter görünümlerini kullanın ya da müşteri adayına bir sütun ekleyin.',
    en: 'Use the Hunter views in Dynamics 365, or a column of the lead.',
  },
  favorite: {
    tr: 'Dynamics 365’te müşteri adayını sabitleyin ya da takip edin.',
    en: 'Pin or follow the lead in Dynamics 365.',
  },
};
const GUIDE: Words = {
  tr: 'Eskiden yazılanlar okunabilir: GET /api/v1/leads/{domain}/notes ve /tags. Dynamics 365’e aktarmak için bu çıktıyı müşteri adayının notu olarak kaydedin; Hunter çözümü içe aktarıldığında görünümler hazır gelir.',
  en: 'What was written earlier can be read: GET /api/v1/leads/{domain}/notes and /tags. To move it, save it as a note of the lead in Dynamics 365; the views come with the Hunter solution.',
};

const GoneBody = z
  .object({
    error: z.string(),
    detail: z.string(),
    code: z.literal('moved-to-dynamics'),
    requestId: z.string(),
    reason: z.string(),
    alternative: z.string(),
    migration_guide: z.string(),
  })
  .meta({ id: 'Gone' });

const gone = (id: RouteId, what: keyof typeof ALTERNATIVE, summary: string): Route =>
  route({
    id,
    legacy: true,
    tag: 'moved',
    summary,
    description: 'Answers 410 Gone: moved to Dynamics 365.',
    replies: { 410: { description: 'where it is done now', schema: GoneBody } },
    handle: async ({ language, requestId }, service) => movedTo(what, language, requestId, service),
  });

function movedTo(
  what: keyof typeof ALTERNATIVE,
  language: Language,
  requestId: string,
  { rules }: Service,
): Answer {
  const { failure } = failed('moved-to-dynamics');
  return reply(
    {
      ...errorBody(failure, rules.current().messages[language], requestId),
      reason: REASON[language],
      alternative: ALTERNATIVE[what][language],
      migration_guide: GUIDE[language],
    },
    410,
  );
}

const moment = z.string().describe('ISO 8601');

const notes = route({
  id: 'GET /leads/{domain}/notes',
  legacy: true,
  tag: 'moved',
  summary: 'Notes that were imported, newest first',
  params: Domain,
  replies: {
    200: {
      description: 'the notes',
      schema: z.array(
        z.object({
          id: z.int(),
          domain: z.string(),
          note: z.string(),
          created_at: moment,
          updated_at: moment,
        }),
      ),
    },
  },
  failures: ['invalid-domain', 'lead-not-found'],
  handle: async ({ params, language }, service) => {
    const domain = domainIn(params.domain, language, service);
    if (!domain.ok) return refuse(domain.failure);
    const found = await notesOf(service.sql, domain.value.ascii);
    if (found === null) return refuse(failed('lead-not-found', { domain: domain.value.unicode }).failure);
    return reply(
      found.map(({ id, note, createdAt, updatedAt }) => ({
        id,
        domain: domain.value.ascii,
        note,
        created_at: createdAt.toISOString(),
        updated_at: updatedAt.toISOString(),
      })),
    );
  },
});

const tags = route({
  id: 'GET /leads/{domain}/tags',
  legacy: true,
  tag: 'moved',
  summary: 'Tags that were imported, newest first',
  params: Domain,
  replies: {
    200: {
      description: 'the tags',
      schema: z.array(z.object({ id: z.int(), domain: z.string(), tag: z.string(), created_at: moment })),
    },
  },
  failures: ['invalid-domain', 'lead-not-found'],
  handle: async ({ params, language }, service) => {
    const domain = domainIn(params.domain, language, service);
    if (!domain.ok) return refuse(domain.failure);
    const found = await tagsOf(service.sql, domain.value.ascii);
    if (found === null) return refuse(failed('lead-not-found', { domain: domain.value.unicode }).failure);
    return reply(
      found.map(({ id, tag, createdAt }) => ({
        id,
        domain: domain.value.ascii,
        tag,
        created_at: createdAt.toISOString(),
      })),
    );
  },
});

export const goneRoutes: readonly Route[] = [
  notes,
  gone('POST /leads/{domain}/notes', 'notes', 'Moved: add a note'),
  gone('PUT /leads/{domain}/notes/{noteId}', 'notes', 'Moved: change a note'),
  gone('DELETE /leads/{domain}/notes/{noteId}', 'notes', 'Moved: delete a note'),
  tags,
  gone('POST /leads/{domain}/tags', 'tags', 'Moved: add a tag'),
  gone('DELETE /leads/{domain}/tags/{tagId}', 'tags', 'Moved: delete a tag'),
  gone('POST /leads/{domain}/favorite', 'favorite', 'Moved: mark as favorite'),
  gone('DELETE /leads/{domain}/favorite', 'favorite', 'Moved: unmark as favorite'),
];
