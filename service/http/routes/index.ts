import type { Route } from '../route.ts';
import { adminRoutes } from './admin.ts';
import { alertRoutes } from './alerts.ts';
import { contactRoutes } from './contacts.ts';
import { dashboardRoutes } from './dashboard.ts';
import { debugRoutes } from './debug.ts';
import { docsRoutes } from './docs.ts';
import { goneRoutes } from './gone.ts';
import { healthRoutes } from './health.ts';
import { ingestRoutes } from './ingest.ts';
import { jobRoutes } from './jobs.ts';
import { leadDetailRoutes } from './lead.ts';
import { leadRoutes } from './leads.ts';
import { ruleRoutes } from './rules.ts';
import { scanRoutes } from './scan.ts';

/** Every route there is. A test holds them to the table of access. */
export const ROUTES: readonly Route[] = [
  ...ingestRoutes,
  ...scanRoutes,
  ...jobRoutes,
  ...leadRoutes,
  ...leadDetailRoutes,
  ...goneRoutes,
  ...contactRoutes,
  ...dashboardRoutes,
  ...alertRoutes,
  ...ruleRoutes,
  ...adminRoutes,
  ...debugRoutes,
  ...healthRoutes,
  ...docsRoutes(() => ROUTES),
];
