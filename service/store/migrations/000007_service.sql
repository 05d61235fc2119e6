-- What the running service keeps besides.

alter table workers add column queue_ids text[] not null default '{}';
comment on column workers.queue_ids is 'Under which names the queue has locked work for it.';

alter table domain_signals add column asked_at jsonb not null default '{}'
  check (jsonb_typeof(asked_at) = 'object');
comment on column domain_signals.asked_at is
  'When the parts were last asked that not every scan asks: registration, tenant, posture. They are carried over until they are too old.';

alter table rule_activations add column follows_configuration boolean not null default false
  constraint rule_activations_configured check (not (follows_configuration and overlay is not null));
comment on column rule_activations.follows_configuration is
  'Whether the configured rules hold again from here on, whatever they are; set and version then say what they were.';

-- Without an expression the planner knows how many companies a size has.
drop index lead_list_tenant_size;
create index lead_list_tenant_size on lead_list (tenant_size, rank, company_id) where readiness_score is not null;
create index lead_list_referred on lead_list (rank, company_id) where readiness_score is not null and referral_count > 0;

create table scan_counts (
  id bigint generated always as identity primary key,
  day date not null,
  scans integer not null check (scans > 0),
  scored integer not null check (scored >= 0),
  score_sum bigint not null check (score_sum >= 0),
  high integer not null check (high >= 0),
  constraint scan_counts_within check (high <= scored and scored <= scans)
);
comment on table scan_counts is 'How many scans each day had and what they came to, as changes that add up, like lead_counts. What was counted stays when a company is erased: it names nobody.';
comment on column scan_counts.id is 'Id of the change.';
comment on column scan_counts.day is 'Day in UTC.';
comment on column scan_counts.scans is 'Look-ups.';
comment on column scan_counts.scored is 'How many of them gave a score.';
comment on column scan_counts.score_sum is 'The sum of these scores.';
comment on column scan_counts.high is 'How many of them are a Migration of priority 1 or 2.';
create index scan_counts_day on scan_counts (day);

create function hunter_count_scans() returns trigger
language plpgsql as $$
begin
  insert into scan_counts (day, scans, scored, score_sum, high)
  select (at at time zone 'UTC')::date, count(*), count(readiness_score), coalesce(sum(readiness_score), 0),
    count(*) filter (where readiness_score is not null and segment = 'Migration' and priority_score <= 2)
  from added where cause = 'scan'
  group by 1;
  return null;
end;
$$;
comment on function hunter_count_scans() is 'Counts new rows of score_history.';
create trigger score_history_count after insert on score_history
  referencing new table as added for each statement execute function hunter_count_scans();
insert into scan_counts (day, scans, scored, score_sum, high)
select (at at time zone 'UTC')::date, count(*), count(readiness_score), coalesce(sum(readiness_score), 0),
  count(*) filter (where readiness_score is not null and segment = 'Migration' and priority_score <= 2)
from score_history where cause = 'scan'
group by 1;

create or replace function compact_lead_counts() returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('compact_lead_counts'));
  with gone as (delete from lead_counts returning *)
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, sum(n)
  from gone
  group by 1, 2, 3, 4, 5, 6
  having sum(n) <> 0;
  with gone as (delete from scan_counts returning *)
  insert into scan_counts (day, scans, scored, score_sum, high)
  select day, sum(scans), sum(scored), sum(score_sum), sum(high)
  from gone
  group by 1;
end;
$$;
comment on function compact_lead_counts() is 'Sums up lead_counts and scan_counts; run now and then.';

alter table domain_signals add column scans integer not null default 1 check (scans > 0);
comment on column domain_signals.scans is 'How many look-ups there were: the history has no row for one that found nothing new.';
comment on column domain_signals.assessment is 'The assessment of these facts where the one in lead_scores is of other facts, or there is none; else null.';
comment on table lead_scores is 'The newest score of a company. A look-up that gave no answer where it counts leaves this row as it is.';
comment on table score_history is 'How the score came about: a row for the first look-up, and for each later look-up or scoring that found something else.';

-- Files come compressed or are read once: stored as they are, parts of them can be read without the rest.
alter table uploads alter column content set storage external;

-- A row of a file is known again by its domain: whoever erases a company looks for it here.
create index scan_job_items_domain on scan_job_items (domain) where domain is not null;

drop index alert_deliveries_config;
create index alert_deliveries_config on alert_deliveries (config_id, alert_id desc);
comment on column alert_deliveries.next_at is 'When it is tried next; while it is being sent, when another worker may take it on.';
comment on column alert_deliveries.error is 'What went wrong last, as a code.';

-- With the rank beside the score, a range of scores is put in the usual order without a look at the table.
drop index lead_list_score;
create index lead_list_score on lead_list (readiness_score, company_id) include (rank) where readiness_score is not null;
