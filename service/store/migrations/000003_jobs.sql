-- Work: jobs with the state of each item, workers, and what they share.

create table scan_jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('bulk-scan', 'bulk-rescan', 'daily-rescan', 'import', 'rescore', 'push-batch')),
  state text not null default 'pending' check (state in ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
  total integer not null default 0,
  succeeded integer not null default 0 check (succeeded >= 0),
  failed integer not null default 0 check (failed >= 0),
  refused integer not null default 0 check (refused >= 0),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  upload_id uuid references uploads on delete set null,
  rows_read integer not null default 0 check (rows_read >= 0),
  requested_by text not null,
  cancel_requested_at timestamptz(3),
  error_code text,
  error text,
  created_at timestamptz(3) not null default now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  updated_at timestamptz(3) not null default now(),
  check (succeeded + failed + refused <= total),
  check ((state in ('completed', 'failed', 'cancelled')) = (finished_at is not null))
);
comment on table scan_jobs is 'A piece of work somebody asked for and watches: a list to scan, a file to import, rules to activate.';
comment on column scan_jobs.id is 'Id the API gives out.';
comment on column scan_jobs.kind is 'What is done.';
comment on column scan_jobs.state is 'How far it is.';
comment on column scan_jobs.total is 'Items.';
comment on column scan_jobs.succeeded is 'Items done.';
comment on column scan_jobs.failed is 'Items that failed for good.';
comment on column scan_jobs.refused is 'Rows that were not accepted.';
comment on column scan_jobs.options is 'How to do it.';
comment on column scan_jobs.upload_id is 'The file it works through.';
comment on column scan_jobs.rows_read is 'Rows of the file that are items already: where a crash resumes.';
comment on column scan_jobs.requested_by is 'Who asked.';
comment on column scan_jobs.cancel_requested_at is 'When somebody asked to stop.';
comment on column scan_jobs.error_code is 'Why it failed as a whole.';
comment on column scan_jobs.error is 'The same as a sentence.';
comment on column scan_jobs.created_at is 'When it was asked for.';
comment on column scan_jobs.started_at is 'When the first item began.';
comment on column scan_jobs.finished_at is 'When it ended.';
comment on column scan_jobs.updated_at is 'When the row was last changed.';
create index scan_jobs_open on scan_jobs (created_at) where state in ('pending', 'in_progress');
create index scan_jobs_recent on scan_jobs (created_at desc, id);
create index scan_jobs_upload on scan_jobs (upload_id) where upload_id is not null;
create trigger scan_jobs_touch before update on scan_jobs for each row execute function hunter_touch();

create table scan_job_items (
  job_id uuid not null references scan_jobs on delete cascade,
  position integer not null check (position >= 0),
  input text not null check (length(input) <= 2048),
  row_number integer check (row_number > 0),
  domain domain_name,
  company_id bigint references companies on delete cascade,
  state text not null default 'pending' check (state in ('pending', 'in_progress', 'completed', 'failed', 'cancelled', 'refused', 'duplicate')),
  attempts smallint not null default 0 check (attempts >= 0),
  error_code text,
  error text,
  result jsonb check (jsonb_typeof(result) = 'object'),
  worker_id uuid,
  updated_at timestamptz(3) not null default now(),
  primary key (job_id, position),
  check (state in ('refused', 'duplicate') or domain is not null)
);
comment on table scan_job_items is 'One entry of a job, with its own state: a job stops and resumes between any two of them.';
comment on column scan_job_items.job_id is 'The job.';
comment on column scan_job_items.position is 'Its place in the list.';
comment on column scan_job_items.input is 'The entry as it was given.';
comment on column scan_job_items.row_number is 'Its row in the file.';
comment on column scan_job_items.domain is 'The domain read from it; null when refused.';
comment on column scan_job_items.company_id is 'The company.';
comment on column scan_job_items.state is 'How far it is.';
comment on column scan_job_items.attempts is 'How often it was tried.';
comment on column scan_job_items.error_code is 'Why it failed or was refused.';
comment on column scan_job_items.error is 'The same as a sentence.';
comment on column scan_job_items.result is 'What came out, in short.';
comment on column scan_job_items.worker_id is 'Who works on it.';
comment on column scan_job_items.updated_at is 'When the row was last changed.';
create index scan_job_items_open on scan_job_items (job_id, position) where state in ('pending', 'in_progress');
create index scan_job_items_state on scan_job_items (job_id, state, position);
create index scan_job_items_company on scan_job_items (company_id) where company_id is not null;
create trigger scan_job_items_touch before update on scan_job_items for each row execute function hunter_touch();

create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null check (pid > 0),
  version text not null,
  started_at timestamptz(3) not null default now(),
  heartbeat_at timestamptz(3) not null default now(),
  stopping boolean not null default false
);
comment on table workers is 'Who is alive: a worker that stops beating has its work taken over.';
comment on column workers.id is 'Made at its start.';
comment on column workers.host is 'Machine.';
comment on column workers.pid is 'Process.';
comment on column workers.version is 'Version of the program.';
comment on column workers.started_at is 'When it started.';
comment on column workers.heartbeat_at is 'When it last said so.';
comment on column workers.stopping is 'Whether it takes no new work.';
create index workers_heartbeat on workers (heartbeat_at);

create unlogged table lookup_cache (
  key text collate "C" primary key,
  value jsonb not null,
  expires_at timestamptz(3) not null
);
comment on table lookup_cache is 'Answers of look-ups, shared by all processes. Emptied by a crash of the server, which costs nothing but questions.';
comment on column lookup_cache.key is 'Kind and question.';
comment on column lookup_cache.value is 'The answer, silences included.';
comment on column lookup_cache.expires_at is 'Until when it may be used.';
create index lookup_cache_expiry on lookup_cache (expires_at);

create unlogged table rate_limits (
  key text collate "C" primary key,
  tokens double precision not null,
  updated_at timestamptz not null default clock_timestamp()
);
comment on table rate_limits is 'Buckets of the limiters, shared by all processes.';
comment on column rate_limits.key is 'What is limited: a registry, a key, a client.';
comment on column rate_limits.tokens is 'What is left; below zero = reserved ahead.';
comment on column rate_limits.updated_at is 'When it was counted, to the microsecond.';
create index rate_limits_age on rate_limits (updated_at);

create table rule_activations (
  id bigint generated always as identity primary key,
  rule_set text not null,
  rule_set_version text not null,
  overlay jsonb check (jsonb_typeof(overlay) = 'object'),
  job_id uuid references scan_jobs on delete set null,
  activated_by text not null,
  activated_at timestamptz(3) not null default now()
);
comment on table rule_activations is 'Which rules score: the newest entry holds.';
comment on column rule_activations.id is 'Id of the entry.';
comment on column rule_activations.rule_set is 'Set.';
comment on column rule_activations.rule_set_version is 'Its version, with the hash of the overlay.';
comment on column rule_activations.overlay is 'The overlay itself.';
comment on column rule_activations.job_id is 'The job that scored everything again.';
comment on column rule_activations.activated_by is 'Who.';
comment on column rule_activations.activated_at is 'When.';
create index rule_activations_job on rule_activations (job_id) where job_id is not null;
