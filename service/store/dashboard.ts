import { z } from 'zod';
import { SYNC_STATUSES, type SyncStatus } from '#core/lead/lead.ts';
import { PRIORITIES, SEGMENTS, type Priority, type Segment } from '#core/rules/rule-set.ts';
import { priorityBand } from '#core/score/band.ts';
import type { Sql } from './pool.ts';

const Count = z.int().min(0);
const Mean = z.number().nullable().describe('to one decimal; null without any');

export const Dashboard = z.object({
  total_leads: Count.describe('leads that have a score'),
  migration: Count,
  existing: Count,
  cold: Count,
  skip: Count,
  avg_score: Mean,
  max_score: z.int().nullable().describe('null without any lead'),
  high_priority: Count.describe('Migration of priority 1 or 2'),
});
export type Dashboard = z.infer<typeof Dashboard>;

/** Score bands of charts, best first; both ends belong to them. */
export const SCORE_BANDS = [
  { from: 80, to: 100 },
  { from: 60, to: 79 },
  { from: 40, to: 59 },
  { from: 20, to: 39 },
  { from: 0, to: 19 },
] as const;

const Day = z.object({
  day: z.iso.date().describe('in UTC'),
  scans: Count.describe('look-ups of this day'),
  avg_score: Mean.describe('of those that gave a score; null when none did'),
  high_priority: Count.describe('how many came out as Migration of priority 1 or 2'),
});

export const Kpis = z.object({
  total_leads: Count,
  migration_leads: Count,
  high_priority: Count,
  max_score: z.int().nullable(),
  // Added to the earlier object:
  avg_score: Mean,
  partner_center_referrals: Count.describe('leads with a Partner Center referral'),
  synced_to_d365: Count,
  by_segment: z.array(z.object({ segment: z.enum(SEGMENTS), count: Count })),
  by_provider: z.array(z.object({ provider: z.string(), count: Count })).describe('most frequent first'),
  score_bands: z.array(z.object({ from: z.int(), to: z.int(), count: Count })).describe('best first'),
  by_priority: z.array(z.object({ priority: z.literal([...PRIORITIES]), count: Count })),
  by_d365_sync_status: z.array(z.object({ status: z.enum(SYNC_STATUSES), count: Count })),
  trend: z.array(Day).describe('oldest first, each day once, today last'),
});
export type Kpis = z.infer<typeof Kpis>;

/** How many leads there are of each kind. */
interface Figures {
  readonly placed: readonly { readonly segment: Segment; readonly priority: Priority; readonly n: number }[];
  readonly scores: readonly { readonly score: number; readonly n: number }[];
  readonly providers: readonly { readonly provider: string; readonly n: number }[];
  readonly sync: Readonly<Record<SyncStatus, number>>;
  readonly referred: number;
}

/** The dashboard, from the running counts: its cost does not grow with the number of companies. */
export async function readDashboard(sql: Sql): Promise<Dashboard> {
  const figures = await readFigures(sql);
  const of = (segment: Segment): number => inSegment(figures, segment);
  return {
    ...scoreFigures(figures),
    migration: of('Migration'),
    existing: of('Existing'),
    cold: of('Cold'),
    skip: of('Skip'),
    high_priority: highPriority(figures),
  };
}

/** Key figures and the data of charts. @param days how far back the trend goes, today included */
export async function readKpis(sql: Sql, now: number, days: number): Promise<Kpis> {
  const [figures, trend] = await Promise.all([readFigures(sql), readTrend(sql, now, days)]);
  const { placed, providers, scores, sync, referred } = figures;
  return {
    ...scoreFigures(figures),
    migration_leads: inSegment(figures, 'Migration'),
    high_priority: highPriority(figures),
    partner_center_referrals: referred,
    synced_to_d365: sync.synced,
    by_segment: SEGMENTS.map((segment) => ({ segment, count: inSegment(figures, segment) })),
    by_provider: providers.map(({ provider, n }) => ({ provider, count: n })),
    score_bands: SCORE_BANDS.map(({ from, to }) => ({
      from,
      to,
      count: sum(scores.filter(({ score }) => score >= from && score <= to)),
    })),
    by_priority: PRIORITIES.map((priority) => ({
      priority,
      count: sum(placed.filter((row) => row.priority === priority)),
    })),
    by_d365_sync_status: SYNC_STATUSES.map((status) => ({ status, count: sync[status] })),
    trend,
  };
}

const sum = (rows: readonly { readonly n: number }[]): number => rows.reduce((total, { n }) => total + n, 0);

const inSegment = ({ placed }: Figures, segment: Segment): number =>
  sum(placed.filter((row) => row.segment === segment));

/** Which priorities are high is what the word beside a priority says; the rule set decides who gets them. */
const highPriority = ({ placed }: Figures): number =>
  sum(
    placed.filter(
      ({ segment, priority }) => segment === 'Migration' && priorityBand(priority, segment) === 'high',
    ),
  );

function scoreFigures({ scores }: Figures): Pick<Dashboard, 'total_leads' | 'avg_score' | 'max_score'> {
  const total = sum(scores);
  const points = scores.reduce((all, { score, n }) => all + score * n, 0);
  return {
    total_leads: total,
    avg_score: mean(points, total),
    max_score: total === 0 ? null : Math.max(...scores.map(({ score }) => score)),
  };
}

const mean = (points: number, n: number): number | null =>
  n === 0 ? null : Math.round((points / n) * 10) / 10;

interface FigureRow {
  readonly segment: Segment | null;
  readonly priority: Priority | null;
  readonly provider: string | null;
  readonly score: number | null;
  readonly referred: boolean | null;
  readonly sync: SyncStatus | null;
  readonly n: number;
}

/** One pass over the counts, summed up in each of the ways that are shown. A row fills the columns of its own way. */
async function readFigures(sql: Sql): Promise<Figures> {
  const rows = await sql<FigureRow[]>`
    select segment, priority_score as priority, provider, readiness_score as score, has_referral as referred,
      d365_sync_status as sync, sum(n)::bigint as n
    from lead_counts
    group by grouping sets ((segment, priority_score), (provider), (readiness_score), (has_referral), (d365_sync_status))
    having sum(n) > 0
    order by n desc, provider`;
  const synced = new Map(rows.map(({ sync, n }) => [sync, n]));
  return {
    placed: rows.flatMap(({ segment, priority, n }) =>
      segment === null || priority === null ? [] : [{ segment, priority, n }],
    ),
    scores: rows.flatMap(({ score, n }) => (score === null ? [] : [{ score, n }])),
    providers: rows.flatMap(({ provider, n }) => (provider === null ? [] : [{ provider, n }])),
    sync: Object.fromEntries(
      SYNC_STATUSES.map((status) => [status, synced.get(status) ?? 0]),
    ) as Figures['sync'],
    referred: rows.find(({ referred }) => referred === true)?.n ?? 0,
  };
}

/** What each day brought, days without a scan included. */
async function readTrend(sql: Sql, now: number, days: number): Promise<Kpis['trend']> {
  const today = new Date(now).toISOString().slice(0, 10);
  const rows = await sql<{ day: string; scans: number; scored: number; points: number; high: number }[]>`
    select d.day::date as day, coalesce(sum(c.scans), 0)::int as scans, coalesce(sum(c.scored), 0)::int as scored,
      coalesce(sum(c.score_sum), 0)::bigint as points, coalesce(sum(c.high), 0)::int as high
    from generate_series(${today}::date - ${days - 1}::int, ${today}::date, interval '1 day') d (day)
    left join scan_counts c on c.day = d.day::date
    group by d.day
    order by d.day`;
  return rows.map(({ day, scans, scored, points, high }) => ({
    day,
    scans,
    avg_score: mean(points, scored),
    high_priority: high,
  }));
}
