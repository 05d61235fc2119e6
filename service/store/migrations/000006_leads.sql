-- What lists read: one narrow row a scanned company with every sort key and filter, kept up to date by triggers; counts
-- for the KPIs; and the view leads_ready, which is the contract.

create table lead_list (
  company_id bigint primary key references companies on delete cascade,
  domain domain_name not null,
  canonical_name text collate "tr-x-icu" not null,
  search_text text collate "C" not null,
  scanned_at timestamptz(3) not null,
  expires_at date,
  readiness_score smallint,
  segment text collate "C",
  priority_score smallint,
  provider text collate "C",
  tenant_size text collate "C",
  rank smallint generated always as (priority_score * 101 + 100 - readiness_score) stored,
  referral_count integer not null default 0,
  referral_type text collate "C",
  referral_id text collate "C",
  referral_types text[] not null default '{}',
  referral_ids text[] not null default '{}',
  referral_tenant_id text,
  link_status text collate "C" not null default 'none' check (link_status in ('none', 'linked', 'unlinked', 'mixed')),
  d365_sync_status text collate "C" not null default 'not_synced'
);
comment on table lead_list is 'Read table of lists: what they sort and filter by. Written by triggers only.';
comment on column lead_list.company_id is 'The company.';
comment on column lead_list.domain is 'Its domain.';
comment on column lead_list.canonical_name is 'Its name, in Turkish order.';
comment on column lead_list.search_text is 'Domain and name, folded.';
comment on column lead_list.scanned_at is 'Newest look-up.';
comment on column lead_list.expires_at is 'Day the registration ends.';
comment on column lead_list.readiness_score is 'Null = no score could ever be made; such companies stay out of lists.';
comment on column lead_list.segment is 'Of the score.';
comment on column lead_list.priority_score is 'Of the score.';
comment on column lead_list.provider is 'Of the score.';
comment on column lead_list.tenant_size is 'Of the score.';
comment on column lead_list.rank is 'The usual order in one number: priority ascending, then score descending.';
comment on column lead_list.referral_count is 'Referrals.';
comment on column lead_list.referral_type is 'Of the primary referral: the newest active one, else the newest.';
comment on column lead_list.referral_id is 'The primary referral.';
comment on column lead_list.referral_types is 'Each kind once.';
comment on column lead_list.referral_ids is 'Newest first.';
comment on column lead_list.referral_tenant_id is 'Entra tenant a referral names.';
comment on column lead_list.link_status is 'Of all referrals together.';
comment on column lead_list.d365_sync_status is 'State of the push.';
-- Every index ends in company_id, which makes the order total: a page continues where the last one ended.
create index lead_list_rank on lead_list (rank, company_id) where readiness_score is not null;
create index lead_list_score on lead_list (readiness_score, company_id) where readiness_score is not null;
create index lead_list_domain on lead_list (domain, company_id) where readiness_score is not null;
create index lead_list_name on lead_list (canonical_name, company_id) where readiness_score is not null;
create index lead_list_scanned on lead_list (scanned_at, company_id) where readiness_score is not null;
create index lead_list_expires on lead_list ((coalesce(expires_at, 'infinity'::date)), company_id) where readiness_score is not null;
create index lead_list_segment on lead_list (segment, rank, company_id) where readiness_score is not null;
create index lead_list_provider on lead_list (provider, rank, company_id) where readiness_score is not null;
create index lead_list_tenant_size on lead_list ((coalesce(tenant_size, '')), rank, company_id) where readiness_score is not null;
create index lead_list_referral on lead_list ((coalesce(referral_type, '')), rank, company_id) where readiness_score is not null;
create index lead_list_link on lead_list (link_status, rank, company_id) where readiness_score is not null;
create index lead_list_d365 on lead_list (d365_sync_status, rank, company_id) where readiness_score is not null;
create index lead_list_rescan on lead_list (priority_score, scanned_at);
create index lead_list_search on lead_list using gin (search_text gin_trgm_ops);

create table lead_counts (
  id bigint generated always as identity primary key,
  segment text collate "C" not null,
  provider text collate "C" not null,
  priority_score smallint not null,
  readiness_score smallint not null,
  has_referral boolean not null,
  d365_sync_status text collate "C" not null,
  n integer not null check (n <> 0)
);
comment on table lead_counts is 'KPIs: how many leads of each kind there are, as changes that add up. Writers only ever add rows, so they never wait for each other; compact_lead_counts() sums them up.';
comment on column lead_counts.id is 'Id of the change.';
comment on column lead_counts.segment is 'Of the score.';
comment on column lead_counts.provider is 'Of the score.';
comment on column lead_counts.priority_score is 'Of the score.';
comment on column lead_counts.readiness_score is 'The score.';
comment on column lead_counts.has_referral is 'Whether there is a referral.';
comment on column lead_counts.d365_sync_status is 'State of the push.';
comment on column lead_counts.n is 'How many more or fewer.';

-- Brings the rows of these companies up to date. The companies are locked first, in order of their id: whoever comes
-- second then reads what the first has written, and nobody waits in a circle.
create function refresh_leads(chosen bigint[]) returns void
language plpgsql as $$
begin
  perform 1 from companies where id = any (chosen) order by id for no key update;
  delete from lead_list l
  where l.company_id = any (chosen)
    and not exists (select from domain_signals s where s.company_id = l.company_id);
  insert into lead_list as l (
    company_id, domain, canonical_name, search_text, scanned_at, expires_at, readiness_score, segment, priority_score,
    provider, tenant_size, referral_count, referral_type, referral_id, referral_types, referral_ids,
    referral_tenant_id, link_status, d365_sync_status
  )
  select
    c.id, c.domain, c.canonical_name, c.search_text, s.scanned_at, s.expires_at, p.readiness_score, p.segment,
    p.priority_score, p.provider, p.tenant_size, coalesce(r.n, 0), r.types_by_rank[1], r.ids_by_rank[1],
    coalesce(r.types, '{}'), coalesce(r.ids, '{}'), r.tenant_id, coalesce(r.link_status, 'none'),
    coalesce(d.status, 'not_synced')
  from companies c
  join domain_signals s on s.company_id = c.id
  left join lead_scores p on p.company_id = c.id
  left join d365_sync d on d.company_id = c.id
  left join lateral (
    select
      count(*)::integer as n,
      array_agg(f.referral_type order by f.active desc, f.moment desc, f.id desc) as types_by_rank,
      array_agg(f.referral_id order by f.active desc, f.moment desc, f.id desc) as ids_by_rank,
      array_agg(f.referral_id order by f.moment desc, f.id desc) as ids,
      array_agg(distinct f.referral_type) filter (where f.referral_type is not null) as types,
      (array_agg(f.azure_tenant_id order by f.active desc, f.moment desc, f.id desc)
        filter (where f.azure_tenant_id is not null))[1] as tenant_id,
      case when bool_and(f.linked) then 'linked' when bool_or(f.linked) then 'mixed' else 'unlinked' end as link_status
    from (
      select q.*, q.link_status <> 'unlinked' as linked,
        coalesce(q.referral_updated_at, q.referral_created_at, q.first_seen_at) as moment
      from partner_center_referrals q
      where q.domain = c.domain
      union all
      select q.*, true, coalesce(q.referral_updated_at, q.referral_created_at, q.first_seen_at)
      from partner_center_referrals q
      where q.company_id = c.id and q.domain is distinct from c.domain
    ) f
    having count(*) > 0
  ) r on true
  where c.id = any (chosen)
  on conflict (company_id) do update set
    domain = excluded.domain,
    canonical_name = excluded.canonical_name,
    search_text = excluded.search_text,
    scanned_at = excluded.scanned_at,
    expires_at = excluded.expires_at,
    readiness_score = excluded.readiness_score,
    segment = excluded.segment,
    priority_score = excluded.priority_score,
    provider = excluded.provider,
    tenant_size = excluded.tenant_size,
    referral_count = excluded.referral_count,
    referral_type = excluded.referral_type,
    referral_id = excluded.referral_id,
    referral_types = excluded.referral_types,
    referral_ids = excluded.referral_ids,
    referral_tenant_id = excluded.referral_tenant_id,
    link_status = excluded.link_status,
    d365_sync_status = excluded.d365_sync_status
  where (
    l.domain, l.canonical_name, l.search_text, l.scanned_at, l.expires_at, l.readiness_score, l.segment,
    l.priority_score, l.provider, l.tenant_size, l.referral_count, l.referral_type, l.referral_id, l.referral_types,
    l.referral_ids, l.referral_tenant_id, l.link_status, l.d365_sync_status
  ) is distinct from (
    excluded.domain, excluded.canonical_name, excluded.search_text, excluded.scanned_at, excluded.expires_at,
    excluded.readiness_score, excluded.segment, excluded.priority_score, excluded.provider, excluded.tenant_size,
    excluded.referral_count, excluded.referral_type, excluded.referral_id, excluded.referral_types,
    excluded.referral_ids, excluded.referral_tenant_id, excluded.link_status, excluded.d365_sync_status
  );
end;
$$;
comment on function refresh_leads(bigint[]) is 'Brings lead_list up to date for these companies.';

create function hunter_refresh_changed() returns trigger
language plpgsql as $$
begin
  perform refresh_leads(array(select company_id from changed where company_id is not null));
  return null;
end;
$$;
comment on function hunter_refresh_changed() is 'After a statement on a table with company_id: refreshes the lists of its companies.';

create function hunter_refresh_renamed() returns trigger
language plpgsql as $$
begin
  perform refresh_leads(array(
    select n.id from changed n join before b on b.id = n.id
    where (n.domain, n.canonical_name, n.search_text) is distinct from (b.domain, b.canonical_name, b.search_text)
  ));
  return null;
end;
$$;
comment on function hunter_refresh_renamed() is 'After an update of companies: refreshes the lists of those with another name.';

-- A referral counts for the company of its domain and for the one it is linked to.
create function hunter_refresh_referred() returns trigger
language plpgsql as $$
begin
  perform refresh_leads(array(
    select company_id from changed where company_id is not null
    union select c.id from companies c join changed r on r.domain = c.domain
  ));
  return null;
end;
$$;
comment on function hunter_refresh_referred() is 'After a statement on referrals: refreshes the lists of their companies.';
create function hunter_refresh_referred_again() returns trigger
language plpgsql as $$
begin
  perform refresh_leads(array(
    select company_id from changed where company_id is not null
    union select company_id from before where company_id is not null
    union select c.id from companies c join changed r on r.domain = c.domain
    union select c.id from companies c join before r on r.domain = c.domain
  ));
  return null;
end;
$$;
comment on function hunter_refresh_referred_again() is 'The same after an update, for the companies before and after.';

create trigger companies_lead_list after update on companies
  referencing old table as before new table as changed for each statement execute function hunter_refresh_renamed();
create trigger domain_signals_lead_list_insert after insert on domain_signals
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger domain_signals_lead_list_update after update on domain_signals
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger domain_signals_lead_list_delete after delete on domain_signals
  referencing old table as changed for each statement execute function hunter_refresh_changed();
create trigger lead_scores_lead_list_insert after insert on lead_scores
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger lead_scores_lead_list_update after update on lead_scores
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger lead_scores_lead_list_delete after delete on lead_scores
  referencing old table as changed for each statement execute function hunter_refresh_changed();
create trigger d365_sync_lead_list_insert after insert on d365_sync
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger d365_sync_lead_list_update after update on d365_sync
  referencing new table as changed for each statement execute function hunter_refresh_changed();
create trigger d365_sync_lead_list_delete after delete on d365_sync
  referencing old table as changed for each statement execute function hunter_refresh_changed();
create trigger referrals_lead_list_insert after insert on partner_center_referrals
  referencing new table as changed for each statement execute function hunter_refresh_referred();
create trigger referrals_lead_list_update after update on partner_center_referrals
  referencing old table as before new table as changed for each statement execute function hunter_refresh_referred_again();
create trigger referrals_lead_list_delete after delete on partner_center_referrals
  referencing old table as changed for each statement execute function hunter_refresh_referred();

create function hunter_count_added() returns trigger
language plpgsql as $$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, count(*)
  from added where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6;
  return null;
end;
$$;
comment on function hunter_count_added() is 'Counts new rows of lead_list.';
create function hunter_count_removed() returns trigger
language plpgsql as $$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, -count(*)
  from removed where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6;
  return null;
end;
$$;
comment on function hunter_count_removed() is 'Counts deleted rows of lead_list.';
create function hunter_count_changed() returns trigger
language plpgsql as $$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, sum(sign)
  from (select 1 as sign, a.* from added a union all select -1, r.* from removed r) both_sides
  where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6
  having sum(sign) <> 0;
  return null;
end;
$$;
comment on function hunter_count_changed() is 'Counts changed rows of lead_list.';
create trigger lead_list_count_insert after insert on lead_list
  referencing new table as added for each statement execute function hunter_count_added();
create trigger lead_list_count_delete after delete on lead_list
  referencing old table as removed for each statement execute function hunter_count_removed();
create trigger lead_list_count_update after update on lead_list
  referencing old table as removed new table as added for each statement execute function hunter_count_changed();

-- Sums the changes up to one row a kind. Rows added meanwhile are not seen and stay for the next time.
create function compact_lead_counts() returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('compact_lead_counts'));
  with gone as (delete from lead_counts returning *)
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, sum(n)
  from gone
  group by 1, 2, 3, 4, 5, 6
  having sum(n) <> 0;
end;
$$;
comment on function compact_lead_counts() is 'Sums up lead_counts; run now and then.';

create view leads_ready as
select
  l.company_id, l.canonical_name, l.domain, l.provider, l.tenant_size, p.local_provider, c.country,
  c.contact_emails, c.contact_quality_score, c.linkedin_pattern,
  s.spf, s.dkim, s.dmarc_policy, s.dmarc_coverage, p.mx_root, s.registrar, l.expires_at, s.nameservers,
  s.scan_status, l.scanned_at, l.readiness_score, l.segment, p.reason_tr, p.reason_en, l.priority_score,
  p.technical_heat, p.commercial_segment, p.commercial_heat, p.priority_category, p.priority_label_tr,
  p.priority_label_en, s.infrastructure_summary, l.referral_type, l.link_status, l.referral_id, l.referral_count,
  l.referral_types, l.referral_ids, l.d365_sync_status, d.last_at as d365_sync_last_at, d.lead_id as d365_lead_id,
  c.domain_unicode, p.provider_name, p.gateway, p.hybrid, p.confidence, p.confidence_level, p.score_low, p.score_high,
  case when p.looked_up_at < s.scanned_at then p.looked_up_at end as score_kept_from,
  p.hard_fail, p.m365_fit_score, p.m365_match_tags, coalesce(s.tenant_id, l.referral_tenant_id) as tenant_id,
  p.rule_set || ' ' || p.rule_set_version as rule_set,
  d.error as d365_sync_error, coalesce(d.attempts, 0) as d365_sync_attempts,
  l.rank, l.search_text
from lead_list l
join companies c on c.id = l.company_id
join domain_signals s on s.company_id = l.company_id
left join lead_scores p on p.company_id = l.company_id
left join d365_sync d on d.company_id = l.company_id;
comment on view leads_ready is 'The lead as the API shows it: every scanned company. Lists add "readiness_score is not null". The last two columns are for order and search.';
