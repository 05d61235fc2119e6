import { APP_ROLES } from './entra.ts';
import { API_PREFIX } from './places.ts';
import type { Route } from './route.ts';

/** The chapters, in their order. A test holds the routes to them. */
export const TAGS: Readonly<Record<string, string>> = {
  ingest: 'Companies in: one by one, from files, by webhook.',
  scan: 'Look a domain up and score it.',
  jobs: 'Work that takes longer: progress, results, cancelling.',
  leads: 'Scored companies.',
  dashboard: 'Figures over all leads.',
  contacts: 'E-mail addresses of a company.',
  alerts: 'What changed, and who is told.',
  rules: 'Which rules score, and what others would change.',
  admin: 'API keys and the audit log.',
  health: 'For load balancers and monitoring.',
  docs: 'This document.',
  debug: 'IP data behind a lead.',
  moved: 'What is done in Dynamics 365 now.',
};

/** What stands at the head of the document, in Markdown. */
export const INTRODUCTION = `Scores the mail domain of a company for a Microsoft cloud reseller.

Sign in with a bearer token of Microsoft Entra (roles ${Object.values(APP_ROLES).join(', ')}) or an API key in \`X-API-Key\`. An installation in the internal mode takes calls without either.

Sentences come in Turkish or English: \`?lang=tr|en\`, or \`Accept-Language\`. An empty query parameter counts as not given. Refusals have one form (schema *Error*); \`code\` is for programs. Every answer has \`X-Request-ID\`.

Addresses of the earlier system without \`${API_PREFIX}\` answer the same, with the headers \`Deprecation\`, \`Sunset\` and \`Link\`.`;

/** The chapter of a route: a key of TAGS. */
export const chapterOf = ({ tag }: Route): string => tag.toLowerCase();
