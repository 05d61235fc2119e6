import { z } from 'zod';
import { Dashboard, Kpis, readDashboard, readKpis } from '../../store/dashboard.ts';
import { reply, route, type Route } from '../route.ts';

const demo = z.literal(true).optional().describe('there when all data is made up');

export const dashboardRoutes: readonly Route[] = [
  route({
    id: 'GET /dashboard',
    legacy: true,
    tag: 'Dashboard',
    summary: 'Leads by segment, and their scores',
    replies: { 200: { description: 'Counts of this moment', schema: Dashboard.extend({ demo }) } },
    handle: async (_request, service) =>
      reply({ ...(await readDashboard(service.sql)), ...(service.demo ? { demo: true } : {}) }),
  }),
  route({
    id: 'GET /dashboard/kpis',
    legacy: true,
    tag: 'Dashboard',
    summary: 'Key figures and the data of the charts',
    query: z.object({
      days: z.coerce.number().int().min(1).max(90).default(30).describe('how many days the trend has'),
    }),
    replies: { 200: { description: 'Counts of this moment', schema: Kpis.extend({ demo }) } },
    handle: async ({ query }, service) =>
      reply({
        ...(await readKpis(service.sql, service.clock(), query.days)),
        ...(service.demo ? { demo: true } : {}),
      }),
  }),
];
