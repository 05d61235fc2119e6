import type { Sql } from '#service/store/pool.ts';

/**
 * Made-up companies with scores of every kind, in one statement a table: the triggers see all rows at once. Values
 * repeat in steps that have no common factor, so that every combination occurs. The domains are d1.com.tr, d2.com.tr ...
 */
export async function fillLeads(sql: Sql, n: number): Promise<void> {
  await sql`insert into companies (domain, domain_unicode, canonical_name, country, source)
    select 'd' || g || '.com.tr', 'd' || g || '.com.tr',
      (array['Şeker', 'Çelik', 'Irmak', 'Öztürk', 'İnci', 'Gül', 'Yıldız'])[g % 7 + 1] || ' '
        || (array['Gıda', 'Tekstil', 'Makine', 'Lojistik', 'Yazılım'])[g % 5 + 1] || ' ' || g / 3 || ' A.Ş.',
      case when g % 4 > 0 then 'TR' end, 'demo'
    from generate_series(1, ${n}::int) g`;
  await sql`insert into domain_signals (company_id, scan_status, facts, first_scanned_at, scanned_at, expires_at, spf, dkim,
      dmarc_policy, dmarc_coverage, registrar, nameservers, infrastructure_summary, tenant_id)
    select id, case when id % 19 = 0 then 'partial' else 'completed' end, '{"schema": 1}', moment, moment,
      case when id % 3 = 0 then moment::date + (id % 400)::int end, id % 4 > 0, case when id % 5 > 0 then id % 5 > 2 end,
      case id % 4 when 0 then 'none' when 1 then 'quarantine' when 2 then 'reject' end, case when id % 4 < 3 then 100 end,
      'Registrar ' || id % 11, array['ns1.host' || id % 40 || '.net', 'ns2.host' || id % 40 || '.net'],
      'Hosted on DataCenter, ISP: Example, Country: TR', case when id % 6 = 0 then gen_random_uuid()::text end
    from (select id, timestamptz '2026-10-01' + id % 50000 * interval '1 minute' as moment from companies) c`;
  await sql`insert into lead_scores (company_id, readiness_score, segment, priority_score, technical_heat, commercial_segment,
      commercial_heat, priority_category, priority_label_tr, priority_label_en, reason_tr, reason_en, provider,
      provider_name, gateway, hybrid, local_provider, mx_root, tenant_size, confidence, confidence_level, score_low,
      score_high, m365_fit_score, m365_match_tags, rule_set, rule_set_version, assessment, looked_up_at, assessed_at)
    select id, id * 2 % 21 * 5, (array['Migration', 'Existing', 'Cold', 'Skip'])[id % 4 + 1], id * 3 % 7 + 1, 'Warm', 'COMPETITIVE',
      'HIGH', 'P' || id % 6 + 1, 'Rakipten Geçiş', 'Competitive Takeover',
      'Bulut e-posta kullanıyor, geçişe hazır. Puan: 70, Sağlayıcı: Google', 'Uses cloud mail, ready to move. Score: 70, Provider: Google',
      case when id % 2000 = 7 then 'Tuta' else (array['M365', 'Google', 'Local', 'Hosting', 'Yandex'])[id % 5 + 1] end,
      'Google Workspace', case when id % 9 = 0 then 'Mimecast' end, id % 13 = 0, case when id % 5 = 2 then 'Natro' end,
      'google.com', (array['small', 'medium', null, 'large', 'enterprise', null])[id % 6 + 1], 3.25, 'high', 60, 80, 55,
      array['teams', 'intune'], 'hunter-1', '1.0.0', '{}', now(), now()
    from companies`;
  await sql`insert into d365_sync (company_id, status, error, attempts, last_at)
    select id, (array['synced', 'error', 'queued'])[id % 3 + 1], case when id % 3 = 1 then 'No right to write leads' end, 2, now()
    from companies where id % 11 = 3`;
  await sql`insert into partner_center_referrals (referral_id, domain, referral_type, raw_data, company_id, link_status)
    select 'r' || id, domain, (array['co-sell', 'marketplace', 'solution-provider', null])[id % 4 + 1], '{}',
      case when id % 3 = 0 then id end, case when id % 3 = 0 then 'auto_linked' else 'unlinked' end
    from companies where id % 17 = 5`;
  await sql`insert into partner_center_referrals (referral_id, domain, referral_type, raw_data, active)
    select 's' || id, domain, 'co-sell', '{}', false from companies where id % 34 = 5`;
  await sql`insert into score_history (company_id, readiness_score, segment, priority_score, provider, confidence, rule_set,
      cause, summary_tr, summary_en, at)
    select company_id, readiness_score, segment, priority_score, provider, confidence, rule_set, 'scan', 'a', 'a',
      (select scanned_at from domain_signals s where s.company_id = p.company_id)
    from lead_scores p`;
  await sql`select compact_lead_counts()`;
  await sql`analyze`;
}
