-- Trust, and telling people: keys, tokens, suppression, audit, alerts, web hooks.

create table api_keys (
  id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 200),
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  key_hint text not null check (length(key_hint) <= 12),
  scopes text[] not null default '{}',
  rate_limit_per_minute integer not null default 60 check (rate_limit_per_minute between 1 and 10000),
  active boolean not null default true,
  created_by text not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3)
);
comment on table api_keys is 'Keys of machines. The key itself is shown once and never stored.';
comment on column api_keys.id is 'Id of the key.';
comment on column api_keys.name is 'What it is for.';
comment on column api_keys.key_hash is 'SHA-256 of the key, which is 32 random bytes: found by it, compared in constant time.';
comment on column api_keys.key_hint is 'First characters, to tell keys apart.';
comment on column api_keys.scopes is 'What it may do.';
comment on column api_keys.rate_limit_per_minute is 'Calls a minute.';
comment on column api_keys.active is 'Whether it works.';
comment on column api_keys.created_by is 'Who made it.';
comment on column api_keys.created_at is 'When.';
comment on column api_keys.expires_at is 'From when it works no more.';
comment on column api_keys.last_used_at is 'When it was last used.';

create table token_cache (
  key text collate "C" primary key,
  ciphertext bytea not null,
  key_id text not null,
  expires_at timestamptz(3),
  updated_at timestamptz(3) not null default now()
);
comment on table token_cache is 'Tokens of other services, encrypted by the program before they come here.';
comment on column token_cache.key is 'Service and account.';
comment on column token_cache.ciphertext is 'AES-256-GCM: nonce, tag and text.';
comment on column token_cache.key_id is 'Which key encrypts it.';
comment on column token_cache.expires_at is 'When the token ends.';
comment on column token_cache.updated_at is 'When it was written.';

create table suppressed_domains (
  domain_hash bytea primary key check (octet_length(domain_hash) = 32),
  reason text not null default 'erased' check (reason in ('erased', 'objection')),
  suppressed_by text not null,
  suppressed_at timestamptz(3) not null default now()
);
comment on table suppressed_domains is 'Companies that were erased and may not come back. Only a hash is kept.';
comment on column suppressed_domains.domain_hash is 'SHA-256 of the domain.';
comment on column suppressed_domains.reason is 'Why.';
comment on column suppressed_domains.suppressed_by is 'Who.';
comment on column suppressed_domains.suppressed_at is 'When.';

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  actor text not null,
  actor_kind text not null check (actor_kind in ('user', 'api-key', 'system', 'command')),
  action text not null check (action ~ '^[a-z0-9-]+\.[a-z0-9-]+$'),
  target text,
  detail jsonb not null default '{}' check (jsonb_typeof(detail) = 'object'),
  request_id text
);
comment on table audit_log is 'What administrators did, and every erasure. Entries are not changed; retention deletes them.';
comment on column audit_log.id is 'Id of the entry.';
comment on column audit_log.at is 'When.';
comment on column audit_log.actor is 'Who.';
comment on column audit_log.actor_kind is 'What kind of who.';
comment on column audit_log.action is 'What was done: api-key.create, lead.erase.';
comment on column audit_log.target is 'To what; a hash where it was erased.';
comment on column audit_log.detail is 'More, without personal data.';
comment on column audit_log.request_id is 'The request it came by.';
create index audit_log_at on audit_log (at desc, id desc);
create function hunter_audit_is_final() returns trigger
language plpgsql as $$
begin
  raise exception 'audit_log entries are not changed' using errcode = 'restrict_violation';
end;
$$;
comment on function hunter_audit_is_final() is 'Refuses a change of an audit entry.';
create trigger audit_log_final before update on audit_log for each row execute function hunter_audit_is_final();

create table alert_config (
  id bigint generated always as identity primary key,
  owner text not null,
  alert_type text not null check (alert_type in ('mx_changed', 'dmarc_added', 'expire_soon', 'score_changed', 'provider_changed')),
  notification_method text not null check (notification_method in ('webhook', 'email', 'teams')),
  frequency text not null default 'immediate' check (frequency in ('immediate', 'daily_digest')),
  enabled boolean not null default true,
  webhook_url text check (webhook_url ~ '^https?://' and length(webhook_url) <= 2048),
  email_address text check (email_address ~ '^[^@\s]+@[^@\s]+$' and length(email_address) <= 320),
  signing_secret bytea,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  unique (owner, alert_type, notification_method),
  constraint alert_config_target check (case notification_method when 'email' then email_address is not null else webhook_url is not null end)
);
comment on table alert_config is 'Who wants to hear of what, and how.';
comment on column alert_config.id is 'Id of the setting.';
comment on column alert_config.owner is 'User it belongs to.';
comment on column alert_config.alert_type is 'What.';
comment on column alert_config.notification_method is 'How.';
comment on column alert_config.frequency is 'When.';
comment on column alert_config.enabled is 'Whether.';
comment on column alert_config.webhook_url is 'Where to, for webhook and teams.';
comment on column alert_config.email_address is 'Where to, for email.';
comment on column alert_config.signing_secret is 'Encrypted; signs what a webhook gets.';
comment on column alert_config.created_at is 'When it was made.';
comment on column alert_config.updated_at is 'When it was changed.';
create index alert_config_type on alert_config (alert_type) where enabled;
create trigger alert_config_touch before update on alert_config for each row execute function hunter_touch();

create table alerts (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  alert_type text not null check (alert_type in ('mx_changed', 'dmarc_added', 'expire_soon', 'score_changed', 'provider_changed')),
  old_value jsonb,
  new_value jsonb,
  message_tr text not null,
  message_en text not null,
  key text collate "C" not null unique,
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
  created_at timestamptz(3) not null default now(),
  sent_at timestamptz(3)
);
comment on table alerts is 'What is worth telling. One event is one alert, however often it is seen.';
comment on column alerts.id is 'Id of the alert.';
comment on column alerts.company_id is 'The company.';
comment on column alerts.alert_type is 'What happened.';
comment on column alerts.old_value is 'Before.';
comment on column alerts.new_value is 'After.';
comment on column alerts.message_tr is 'The alert in Turkish.';
comment on column alerts.message_en is 'The alert in English.';
comment on column alerts.key is 'Two alerts with one key tell the same event.';
comment on column alerts.status is 'sent = every delivery done, or nobody asked.';
comment on column alerts.created_at is 'When it was seen.';
comment on column alerts.sent_at is 'When the last delivery was done.';
create index alerts_company on alerts (company_id, created_at desc);
create index alerts_recent on alerts (created_at desc, id desc);
create index alerts_pending on alerts (id) where status = 'pending';

create table alert_deliveries (
  alert_id bigint not null references alerts on delete cascade,
  config_id bigint not null references alert_config on delete cascade,
  state text not null default 'pending' check (state in ('pending', 'sent', 'failed')),
  attempts smallint not null default 0 check (attempts >= 0),
  next_at timestamptz(3) not null default now(),
  error text,
  sent_at timestamptz(3),
  primary key (alert_id, config_id)
);
comment on table alert_deliveries is 'One alert to one receiver, with its tries.';
comment on column alert_deliveries.alert_id is 'The alert.';
comment on column alert_deliveries.config_id is 'The receiver.';
comment on column alert_deliveries.state is 'How far it is.';
comment on column alert_deliveries.attempts is 'How often it was tried.';
comment on column alert_deliveries.next_at is 'When it is tried next.';
comment on column alert_deliveries.error is 'What went wrong last.';
comment on column alert_deliveries.sent_at is 'When it arrived.';
create index alert_deliveries_due on alert_deliveries (next_at) where state = 'pending';
create index alert_deliveries_config on alert_deliveries (config_id);

create table webhook_retries (
  id bigint generated always as identity primary key,
  api_key_id bigint references api_keys on delete set null,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  state text not null default 'pending' check (state in ('pending', 'success', 'exhausted')),
  attempts smallint not null default 0 check (attempts >= 0),
  max_attempts smallint not null default 3 check (max_attempts >= 0),
  next_at timestamptz(3),
  error text,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  check (state <> 'pending' or next_at is not null)
);
comment on table webhook_retries is 'Calls of our web hook that could not be done at once.';
comment on column webhook_retries.id is 'Id of the call.';
comment on column webhook_retries.api_key_id is 'Whose call.';
comment on column webhook_retries.payload is 'What was sent.';
comment on column webhook_retries.state is 'How far it is.';
comment on column webhook_retries.attempts is 'Tries so far.';
comment on column webhook_retries.max_attempts is 'Tries in all.';
comment on column webhook_retries.next_at is 'When it is tried next.';
comment on column webhook_retries.error is 'What went wrong last.';
comment on column webhook_retries.created_at is 'When it came.';
comment on column webhook_retries.updated_at is 'When the row was last changed.';
create index webhook_retries_due on webhook_retries (next_at) where state = 'pending';
create index webhook_retries_key on webhook_retries (api_key_id) where api_key_id is not null;
create trigger webhook_retries_touch before update on webhook_retries for each row execute function hunter_touch();
