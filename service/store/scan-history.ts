import type { Decision } from '../verbs/scan-decision.ts';
import type { Transaction } from './pool.ts';
import { storableJson } from './storable.ts';

/** What scans add to the histories. Nothing here costs a statement when nothing has changed. */

/** A row for each scan that found something: see {@link Decision.history}. */
export async function storeHistory(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap(({ companyId, history }) =>
    history === null
      ? []
      : [
          {
            id: companyId,
            score: history.score?.score,
            segment: history.score?.segment,
            priority: history.score?.priority,
            category: history.score?.pModel?.category,
            provider: history.of.mail.provider,
            confidence: history.of.confidence.total,
            rule_set: `${history.of.ruleSet.id} ${history.of.ruleSet.version}`,
            cause: history.cause,
            delta: history.delta,
            tr: history.summary.tr,
            en: history.summary.en,
            at: history.at,
          },
        ],
  );
  if (rows.length === 0) return;
  await tx`
    insert into score_history (
      company_id, readiness_score, segment, priority_score, priority_category, provider, confidence, rule_set, cause,
      delta, summary_tr, summary_en, at
    )
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, score smallint, segment text, priority smallint, category text, provider text, confidence numeric,
      rule_set text, cause text, delta smallint, tr text, en text, at timestamptz
    )`;
}

/**
 * The days of the dashboard count scans. Rows of the history count themselves (by a trigger); a scan that found nothing
 * new has none, and is counted here.
 */
export async function countUneventful(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap(({ scan, history, assessment, shown }) =>
    scan === null || history !== null
      ? []
      : [
          {
            at: assessment.lookedUpAt,
            score: assessment.scored === null ? undefined : shown?.scored?.score,
            segment: shown?.scored?.segment,
            priority: shown?.scored?.priority,
          },
        ],
  );
  if (rows.length === 0) return;
  await tx`
    insert into scan_counts (day, scans, scored, score_sum, high)
    select (at at time zone 'UTC')::date, count(*), count(score), coalesce(sum(score), 0),
      count(*) filter (where score is not null and segment = 'Migration' and priority <= 2)
    from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      at timestamptz, score smallint, segment text, priority smallint
    )
    group by 1`;
}

/** When a change was seen: with the look-up, or with the new scoring. */
const seenAt = ({ scan, assessment }: Decision): string =>
  scan === null ? assessment.assessedAt : assessment.lookedUpAt;

/** JSON null would be a value: a side without one is left out, and NULL in its column. */
const side = <T>(value: T | null): T | undefined => value ?? undefined;

export async function storeChanges(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap((decision) =>
    decision.changes.map(({ type, from, to, words, points, cause }) => ({
      id: decision.companyId,
      type,
      was: side(from),
      is_now: side(to),
      tr: words.tr,
      en: words.en,
      points,
      cause,
      at: seenAt(decision),
    })),
  );
  if (rows.length === 0) return;
  await tx`
    insert into signal_change_history (
      company_id, change_type, old_value, new_value, words_tr, words_en, points, cause, at
    )
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, type text, was jsonb, is_now jsonb, tr text, en text, points smallint, cause text, at timestamptz
    )`;
}

export async function storeMoves(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap((decision) =>
    decision.changes
      .filter(({ type, from, to }) => type === 'provider_changed' && from !== null && to !== null)
      .map(({ from, to }) => ({ id: decision.companyId, from, to, at: seenAt(decision) })),
  );
  if (rows.length === 0) return;
  await tx`
    insert into provider_change_history (company_id, old_provider, new_provider, at)
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, "from" text, "to" text, at timestamptz
    )`;
}

/** Alerts that are new, counted by company: the key of an event that was told already makes none. */
export async function storeAlerts(
  tx: Transaction,
  decisions: readonly Decision[],
): Promise<Map<number, number>> {
  const rows = decisions.flatMap(({ companyId, alerts }) =>
    alerts.map(({ type, from, to, words, key }) => ({
      id: companyId,
      type,
      was: side(from),
      is_now: side(to),
      tr: words.tr,
      en: words.en,
      key,
    })),
  );
  if (rows.length === 0) return new Map();
  const made = await tx<{ id: number }[]>`
    insert into alerts (company_id, alert_type, old_value, new_value, message_tr, message_en, key)
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, type text, was jsonb, is_now jsonb, tr text, en text, key text
    )
    on conflict (key) do nothing
    returning company_id as id`;
  return new Map([...Map.groupBy(made, ({ id }) => id)].map(([id, list]) => [id, list.length]));
}

/** For a day what the databases say of an address is not written again, unless they say something else. */
export async function storeAddresses(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap(({ companyId, scan, assessment }) =>
    [...new Map((scan?.facts.ip ?? []).map((info) => [info.address, info])).values()].map((info) => ({
      ...info,
      id: companyId,
      at: assessment.lookedUpAt,
    })),
  );
  if (rows.length === 0) return;
  await tx`
    insert into ip_enrichment as i (
      company_id, address, of, host, country, city, asn, asn_org, isp, usage_type, is_proxy, proxy_type, looked_up_at
    )
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, address inet, of text, host text, country text, city text, asn bigint, "asnOrg" text, isp text,
      "usageType" text, "isProxy" boolean, "proxyType" text, at timestamptz
    )
    on conflict (company_id, address) do update set
      of = excluded.of, host = excluded.host, country = excluded.country, city = excluded.city, asn = excluded.asn,
      asn_org = excluded.asn_org, isp = excluded.isp, usage_type = excluded.usage_type,
      is_proxy = excluded.is_proxy, proxy_type = excluded.proxy_type, looked_up_at = excluded.looked_up_at
    where i.looked_up_at < excluded.looked_up_at - interval '24 hours'
      or (i.of, i.host, i.country, i.city, i.asn, i.asn_org, i.isp, i.usage_type, i.is_proxy, i.proxy_type)
        is distinct from (
          excluded.of, excluded.host, excluded.country, excluded.city, excluded.asn, excluded.asn_org, excluded.isp,
          excluded.usage_type, excluded.is_proxy, excluded.proxy_type
        )`;
}
