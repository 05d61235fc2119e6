-- Partner Center and Dynamics 365.

create table sync_state (
  name text collate "C" primary key,
  watermark timestamptz(3),
  token text,
  last_started_at timestamptz(3),
  last_succeeded_at timestamptz(3),
  last_error text,
  summary jsonb not null default '{}' check (jsonb_typeof(summary) = 'object')
);
comment on table sync_state is 'How far a reader of another system has come.';
comment on column sync_state.name is 'Which: partner-center, dynamics-leads.';
comment on column sync_state.watermark is 'Everything up to here was read.';
comment on column sync_state.token is 'The other side''s own mark (delta link, change-tracking token).';
comment on column sync_state.last_started_at is 'When the last run began.';
comment on column sync_state.last_succeeded_at is 'When the last good run ended.';
comment on column sync_state.last_error is 'Why the last run failed; null when it was good.';
comment on column sync_state.summary is 'Counts of the last run.';

create table partner_center_referrals (
  id bigint generated always as identity primary key,
  referral_id text collate "C" not null unique check (length(referral_id) <= 100),
  etag text,
  engagement_id text,
  company_id bigint references companies on delete cascade,
  domain domain_name,
  raw_domain text check (length(raw_domain) <= 2048),
  referral_type text check (referral_type in ('co-sell', 'marketplace', 'solution-provider')),
  type text,
  qualification text,
  direction text not null default 'Incoming' check (direction in ('Incoming', 'Outgoing')),
  status text,
  substatus text,
  active boolean not null default true,
  link_status text not null default 'unlinked' check (link_status in ('unlinked', 'auto_linked', 'manual_linked')),
  company_name text,
  customer_name text,
  customer_country text,
  organization_size text,
  azure_tenant_id text check (length(azure_tenant_id) <= 64),
  deal_value numeric(15, 2) check (deal_value >= 0),
  currency text check (currency ~ '^[A-Z]{3}$'),
  raw_data jsonb not null check (jsonb_typeof(raw_data) = 'object'),
  referral_created_at timestamptz(3),
  referral_updated_at timestamptz(3),
  first_seen_at timestamptz(3) not null default now(),
  synced_at timestamptz(3) not null default now(),
  constraint partner_center_referrals_link check ((link_status = 'unlinked') = (company_id is null))
);
comment on table partner_center_referrals is 'Referrals as Partner Center last showed them, also those without a domain.';
comment on column partner_center_referrals.id is 'Id here.';
comment on column partner_center_referrals.referral_id is 'Id there.';
comment on column partner_center_referrals.etag is 'Version there.';
comment on column partner_center_referrals.engagement_id is 'Engagement there.';
comment on column partner_center_referrals.company_id is 'The company it is linked to.';
comment on column partner_center_referrals.domain is 'Domain found in it.';
comment on column partner_center_referrals.raw_domain is 'Where that was read from, as it stood there.';
comment on column partner_center_referrals.referral_type is 'Kind, in our words.';
comment on column partner_center_referrals.type is 'Kind, in theirs.';
comment on column partner_center_referrals.qualification is 'Qualification there.';
comment on column partner_center_referrals.direction is 'Who sent it.';
comment on column partner_center_referrals.status is 'Status there.';
comment on column partner_center_referrals.substatus is 'Its detail there.';
comment on column partner_center_referrals.active is 'Whether it is still open.';
comment on column partner_center_referrals.link_status is 'A link made by hand survives every sync.';
comment on column partner_center_referrals.company_name is 'Name of the company.';
comment on column partner_center_referrals.customer_name is 'Name of the customer profile.';
comment on column partner_center_referrals.customer_country is 'Its country.';
comment on column partner_center_referrals.organization_size is 'Its size, in their words.';
comment on column partner_center_referrals.azure_tenant_id is 'Entra tenant of the customer.';
comment on column partner_center_referrals.deal_value is 'Value of the deal.';
comment on column partner_center_referrals.currency is 'Its currency.';
comment on column partner_center_referrals.raw_data is 'The whole answer.';
comment on column partner_center_referrals.referral_created_at is 'Made there.';
comment on column partner_center_referrals.referral_updated_at is 'Changed there.';
comment on column partner_center_referrals.first_seen_at is 'Seen here first.';
comment on column partner_center_referrals.synced_at is 'Seen here last.';
create index partner_center_referrals_company on partner_center_referrals (company_id) where company_id is not null;
create index partner_center_referrals_domain on partner_center_referrals (domain) where domain is not null;
create index partner_center_referrals_recent on partner_center_referrals (synced_at desc, id desc);

create table d365_leads (
  lead_id uuid primary key,
  organization_id uuid not null,
  company_id bigint references companies on delete set null,
  domain domain_name,
  matched_by text check (matched_by in ('id', 'hnt_domain', 'website', 'email')),
  state_code smallint not null check (state_code between 0 and 2),
  master_id uuid,
  owner_id uuid,
  request text,
  pushed_hash bytea check (octet_length(pushed_hash) = 32),
  pushed_at timestamptz(3),
  version_number bigint,
  modified_at timestamptz(3),
  deleted_at timestamptz(3),
  seen_at timestamptz(3) not null default now()
);
comment on table d365_leads is 'Mirror of the leads of the connected Dynamics environment: all matching is done here.';
comment on column d365_leads.lead_id is 'Id there.';
comment on column d365_leads.organization_id is 'The environment.';
comment on column d365_leads.company_id is 'The company it belongs to.';
comment on column d365_leads.domain is 'Domain by which it is matched.';
comment on column d365_leads.matched_by is 'The rule that found the domain.';
comment on column d365_leads.state_code is '0 open, 1 qualified, 2 disqualified.';
comment on column d365_leads.master_id is 'The lead it was merged into.';
comment on column d365_leads.owner_id is 'Its owner.';
comment on column d365_leads.request is 'What the form asks of us (hnt_request).';
comment on column d365_leads.pushed_hash is 'Hash of the columns last written.';
comment on column d365_leads.pushed_at is 'When they were written.';
comment on column d365_leads.version_number is 'Row version there.';
comment on column d365_leads.modified_at is 'Changed there.';
comment on column d365_leads.deleted_at is 'Deleted there: never made again.';
comment on column d365_leads.seen_at is 'Seen here last.';
create index d365_leads_domain on d365_leads (domain) where domain is not null;
create index d365_leads_company on d365_leads (company_id) where company_id is not null;

create table d365_sync (
  company_id bigint primary key references companies on delete cascade,
  status text collate "C" not null default 'not_synced' check (status in ('not_synced', 'queued', 'in_progress', 'synced', 'error')),
  lead_id uuid,
  attempts integer not null default 0 check (attempts >= 0),
  error text,
  error_category text check (error_category in ('auth', 'rate_limit', 'validation', 'network', 'conflict', 'unknown')),
  last_at timestamptz(3),
  updated_at timestamptz(3) not null default now(),
  check (status <> 'error' or error is not null)
);
comment on table d365_sync is 'How far a company has come on its way to Dynamics.';
comment on column d365_sync.company_id is 'The company.';
comment on column d365_sync.status is 'The state.';
comment on column d365_sync.lead_id is 'The lead there.';
comment on column d365_sync.attempts is 'Tries since the last success.';
comment on column d365_sync.error is 'What went wrong last.';
comment on column d365_sync.error_category is 'Its kind.';
comment on column d365_sync.last_at is 'Last successful push.';
comment on column d365_sync.updated_at is 'When the row was last changed.';
create index d365_sync_dead on d365_sync (error_category, updated_at) where status = 'error';
create trigger d365_sync_touch before update on d365_sync for each row execute function hunter_touch();

create table d365_push_jobs (
  id uuid primary key default gen_random_uuid(),
  company_id bigint not null references companies on delete cascade,
  job_id uuid references scan_jobs on delete set null,
  lead_id uuid,
  state text not null default 'queued' check (state in ('queued', 'in_progress', 'succeeded', 'failed', 'skipped', 'dead')),
  action text check (action in ('create', 'update', 'none')),
  matched_by text check (matched_by in ('id', 'hnt_domain', 'website', 'email')),
  columns text[] not null default '{}',
  payload_hash bytea check (octet_length(payload_hash) = 32),
  attempts smallint not null default 0 check (attempts >= 0),
  http_status smallint check (http_status between 100 and 599),
  error_category text check (error_category in ('auth', 'rate_limit', 'validation', 'network', 'conflict', 'unknown')),
  error text,
  remote_request_id text,
  requested_by text not null,
  run_at timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  check ((state in ('queued', 'in_progress')) = (finished_at is null)),
  check (state not in ('failed', 'dead') or error_category is not null)
);
comment on table d365_push_jobs is 'Audit of every push: what was sent when, by whom, and what came back.';
comment on column d365_push_jobs.id is 'Id of the push.';
comment on column d365_push_jobs.company_id is 'The company.';
comment on column d365_push_jobs.job_id is 'The bulk push it was part of.';
comment on column d365_push_jobs.lead_id is 'The lead there.';
comment on column d365_push_jobs.state is 'dead = given up, waits for a person.';
comment on column d365_push_jobs.action is 'What was done.';
comment on column d365_push_jobs.matched_by is 'The rule that found the lead.';
comment on column d365_push_jobs.columns is 'Columns that were sent.';
comment on column d365_push_jobs.payload_hash is 'Hash of what was sent.';
comment on column d365_push_jobs.attempts is 'Tries.';
comment on column d365_push_jobs.http_status is 'Answer.';
comment on column d365_push_jobs.error_category is 'Kind of failure.';
comment on column d365_push_jobs.error is 'The failure as a sentence.';
comment on column d365_push_jobs.remote_request_id is 'Their id of the request.';
comment on column d365_push_jobs.requested_by is 'Who asked.';
comment on column d365_push_jobs.run_at is 'When it is tried next.';
comment on column d365_push_jobs.created_at is 'When it was asked for.';
comment on column d365_push_jobs.finished_at is 'When it ended.';
create index d365_push_jobs_company on d365_push_jobs (company_id, created_at desc);
create index d365_push_jobs_recent on d365_push_jobs (created_at desc, id);
create index d365_push_jobs_open on d365_push_jobs (run_at) where state in ('queued', 'in_progress');
create index d365_push_jobs_dead on d365_push_jobs (error_category, created_at desc) where state = 'dead';
create index d365_push_jobs_job on d365_push_jobs (job_id) where job_id is not null;
