-- The schema after all migrations. Made by "npm run schema"; edit service/store/migrations/ instead.

create extension if not exists pg_trgm;

set check_function_bodies = off;

CREATE OR REPLACE FUNCTION public.hunter_fold(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN lower((translate(name, 'İIıŞşĞğÜüÖöÇçÂâÎîÛû'::text, 'iiissgguuooccaaiiuu'::text) COLLATE "und-x-icu"))
;


create domain domain_name as text collate "C" constraint domain_name_form CHECK (((length(VALUE) <= 253) AND (VALUE ~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$'::text)));

create table alert_config (
  id bigint generated always as identity not null,
  owner text not null,
  alert_type text not null,
  notification_method text not null,
  frequency text default 'immediate'::text not null,
  enabled boolean default true not null,
  webhook_url text,
  email_address text,
  signing_secret bytea,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null
);

create table alert_deliveries (
  alert_id bigint not null,
  config_id bigint not null,
  state text default 'pending'::text not null,
  attempts smallint default 0 not null,
  next_at timestamp(3) with time zone default now() not null,
  error text,
  sent_at timestamp(3) with time zone
);

create table alerts (
  id bigint generated always as identity not null,
  company_id bigint not null,
  alert_type text not null,
  old_value jsonb,
  new_value jsonb,
  message_tr text not null,
  message_en text not null,
  key text collate "C" not null,
  status text default 'pending'::text not null,
  created_at timestamp(3) with time zone default now() not null,
  sent_at timestamp(3) with time zone
);

create table api_keys (
  id bigint generated always as identity not null,
  name text not null,
  key_hash bytea not null,
  key_hint text not null,
  scopes text[] default '{}'::text[] not null,
  rate_limit_per_minute integer default 60 not null,
  active boolean default true not null,
  created_by text not null,
  created_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone
);

create table audit_log (
  id bigint generated always as identity not null,
  at timestamp(3) with time zone default now() not null,
  actor text not null,
  actor_kind text not null,
  action text not null,
  target text,
  detail jsonb default '{}'::jsonb not null,
  request_id text
);

create table companies (
  id bigint generated always as identity not null,
  domain domain_name not null,
  domain_unicode text not null,
  canonical_name text collate "tr-x-icu" not null,
  name_key text collate "C",
  search_text text collate "C" generated always as (hunter_fold((((((domain)::text || ' '::text) || domain_unicode) || ' '::text) || canonical_name))) stored not null,
  country text,
  contact_emails text[] default '{}'::text[] not null,
  contact_quality_score smallint,
  linkedin_pattern text,
  employees integer,
  organization_size text,
  source text not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null
);

create table d365_leads (
  lead_id uuid not null,
  organization_id uuid not null,
  company_id bigint,
  domain domain_name,
  matched_by text,
  state_code smallint not null,
  master_id uuid,
  owner_id uuid,
  request text,
  pushed_hash bytea,
  pushed_at timestamp(3) with time zone,
  version_number bigint,
  modified_at timestamp(3) with time zone,
  deleted_at timestamp(3) with time zone,
  seen_at timestamp(3) with time zone default now() not null
);

create table d365_push_jobs (
  id uuid default gen_random_uuid() not null,
  company_id bigint not null,
  job_id uuid,
  lead_id uuid,
  state text default 'queued'::text not null,
  action text,
  matched_by text,
  columns text[] default '{}'::text[] not null,
  payload_hash bytea,
  attempts smallint default 0 not null,
  http_status smallint,
  error_category text,
  error text,
  remote_request_id text,
  requested_by text not null,
  run_at timestamp(3) with time zone default now() not null,
  created_at timestamp(3) with time zone default now() not null,
  finished_at timestamp(3) with time zone
);

create table d365_sync (
  company_id bigint not null,
  status text collate "C" default 'not_synced'::text not null,
  lead_id uuid,
  attempts integer default 0 not null,
  error text,
  error_category text,
  last_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone default now() not null
);

create table domain_signals (
  company_id bigint not null,
  scan_status text not null,
  spf boolean,
  dkim boolean,
  dmarc_policy text,
  dmarc_coverage smallint,
  registrar text,
  expires_at date,
  nameservers text[] default '{}'::text[] not null,
  mx_hosts text[] default '{}'::text[] not null,
  tenant_id text,
  infrastructure_summary text,
  facts jsonb not null,
  assessment jsonb,
  unanswered smallint default 0 not null,
  retry_at timestamp(3) with time zone,
  retries smallint default 0 not null,
  first_scanned_at timestamp(3) with time zone not null,
  scanned_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone default now() not null,
  asked_at jsonb default '{}'::jsonb not null,
  scans integer default 1 not null
);

create table favorites (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id text not null,
  created_at timestamp(3) with time zone not null
);

create table ip_enrichment (
  company_id bigint not null,
  address inet not null,
  of text not null,
  host text not null,
  country text,
  city text,
  asn bigint,
  asn_org text,
  isp text,
  usage_type text,
  is_proxy boolean,
  proxy_type text,
  looked_up_at timestamp(3) with time zone not null
);

create table lead_counts (
  id bigint generated always as identity not null,
  segment text collate "C" not null,
  provider text collate "C" not null,
  priority_score smallint not null,
  readiness_score smallint not null,
  has_referral boolean not null,
  d365_sync_status text collate "C" not null,
  n integer not null
);

create table lead_list (
  company_id bigint not null,
  domain domain_name not null,
  canonical_name text collate "tr-x-icu" not null,
  search_text text collate "C" not null,
  scanned_at timestamp(3) with time zone not null,
  expires_at date,
  readiness_score smallint,
  segment text collate "C",
  priority_score smallint,
  provider text collate "C",
  tenant_size text collate "C",
  rank smallint generated always as ((((priority_score * 101) + 100) - readiness_score)) stored,
  referral_count integer default 0 not null,
  referral_type text collate "C",
  referral_id text collate "C",
  referral_types text[] default '{}'::text[] not null,
  referral_ids text[] default '{}'::text[] not null,
  referral_tenant_id text,
  link_status text collate "C" default 'none'::text not null,
  d365_sync_status text collate "C" default 'not_synced'::text not null
);

create table lead_scores (
  company_id bigint not null,
  readiness_score smallint not null,
  segment text collate "C" not null,
  priority_score smallint not null,
  technical_heat text,
  commercial_segment text,
  commercial_heat text,
  priority_category text,
  priority_label_tr text,
  priority_label_en text,
  reason_tr text not null,
  reason_en text not null,
  hard_fail text,
  provider text collate "C" not null,
  provider_name text not null,
  gateway text,
  hybrid boolean not null,
  local_provider text,
  mx_root text,
  tenant_size text,
  confidence numeric(3,2) not null,
  confidence_level text not null,
  score_low smallint,
  score_high smallint,
  m365_fit_score smallint,
  m365_match_tags text[] default '{}'::text[] not null,
  rule_set text not null,
  rule_set_version text not null,
  assessment jsonb not null,
  kept_facts jsonb,
  looked_up_at timestamp(3) with time zone not null,
  assessed_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone default now() not null
);

create unlogged table lookup_cache (
  key text collate "C" not null,
  value jsonb not null,
  expires_at timestamp(3) with time zone not null
);

create table notes (
  id bigint generated always as identity not null,
  company_id bigint not null,
  note text not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null
);

create table partner_center_referrals (
  id bigint generated always as identity not null,
  referral_id text collate "C" not null,
  etag text,
  engagement_id text,
  company_id bigint,
  domain domain_name,
  raw_domain text,
  referral_type text,
  type text,
  qualification text,
  direction text default 'Incoming'::text not null,
  status text,
  substatus text,
  active boolean default true not null,
  link_status text default 'unlinked'::text not null,
  company_name text,
  customer_name text,
  customer_country text,
  organization_size text,
  azure_tenant_id text,
  deal_value numeric(15,2),
  currency text,
  raw_data jsonb not null,
  referral_created_at timestamp(3) with time zone,
  referral_updated_at timestamp(3) with time zone,
  first_seen_at timestamp(3) with time zone default now() not null,
  synced_at timestamp(3) with time zone default now() not null
);

create table provider_change_history (
  id bigint generated always as identity not null,
  company_id bigint not null,
  old_provider text not null,
  new_provider text not null,
  at timestamp(3) with time zone not null
);

create unlogged table rate_limits (
  key text collate "C" not null,
  tokens double precision not null,
  updated_at timestamp with time zone default clock_timestamp() not null
);

create table raw_leads (
  id bigint generated always as identity not null,
  source text not null,
  content_hash bytea not null,
  company_id bigint,
  domain domain_name not null,
  company_name text,
  email text,
  website text,
  payload jsonb default '{}'::jsonb not null,
  upload_id uuid,
  row_number integer,
  received_at timestamp(3) with time zone default now() not null
);

create table rule_activations (
  id bigint generated always as identity not null,
  rule_set text not null,
  rule_set_version text not null,
  "overlay" jsonb,
  job_id uuid,
  activated_by text not null,
  activated_at timestamp(3) with time zone default now() not null,
  follows_configuration boolean default false not null
);

create table scan_counts (
  id bigint generated always as identity not null,
  day date not null,
  scans integer not null,
  scored integer not null,
  score_sum bigint not null,
  high integer not null
);

create table scan_job_items (
  job_id uuid not null,
  "position" integer not null,
  input text not null,
  row_number integer,
  domain domain_name,
  company_id bigint,
  state text default 'pending'::text not null,
  attempts smallint default 0 not null,
  error_code text,
  error text,
  result jsonb,
  worker_id uuid,
  updated_at timestamp(3) with time zone default now() not null
);

create table scan_jobs (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  state text default 'pending'::text not null,
  total integer default 0 not null,
  succeeded integer default 0 not null,
  failed integer default 0 not null,
  refused integer default 0 not null,
  options jsonb default '{}'::jsonb not null,
  upload_id uuid,
  rows_read integer default 0 not null,
  requested_by text not null,
  cancel_requested_at timestamp(3) with time zone,
  error_code text,
  error text,
  created_at timestamp(3) with time zone default now() not null,
  started_at timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone default now() not null
);

create table schema_migrations (
  name text collate "C" not null,
  hash text not null,
  applied_at timestamp(3) with time zone default now() not null
);

create table score_history (
  id bigint generated always as identity not null,
  company_id bigint not null,
  readiness_score smallint,
  segment text,
  priority_score smallint,
  priority_category text,
  provider text not null,
  confidence numeric(3,2) not null,
  rule_set text not null,
  cause text not null,
  delta smallint,
  summary_tr text not null,
  summary_en text not null,
  at timestamp(3) with time zone not null
);

create table signal_change_history (
  id bigint generated always as identity not null,
  company_id bigint not null,
  change_type text not null,
  old_value jsonb,
  new_value jsonb,
  words_tr text not null,
  words_en text not null,
  points smallint default 0 not null,
  cause text not null,
  at timestamp(3) with time zone not null
);

create table suppressed_domains (
  domain_hash bytea not null,
  reason text default 'erased'::text not null,
  suppressed_by text not null,
  suppressed_at timestamp(3) with time zone default now() not null
);

create table sync_state (
  name text collate "C" not null,
  watermark timestamp(3) with time zone,
  token text,
  last_started_at timestamp(3) with time zone,
  last_succeeded_at timestamp(3) with time zone,
  last_error text,
  summary jsonb default '{}'::jsonb not null
);

create table tags (
  id bigint generated always as identity not null,
  company_id bigint not null,
  tag text not null,
  created_at timestamp(3) with time zone not null
);

create table token_cache (
  key text collate "C" not null,
  ciphertext bytea not null,
  key_id text not null,
  expires_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone default now() not null
);

create table uploads (
  id uuid default gen_random_uuid() not null,
  file_name text not null,
  content bytea not null,
  size_bytes bigint generated always as (octet_length(content)) stored,
  sha256 bytea not null,
  mapping jsonb,
  uploaded_by text not null,
  uploaded_at timestamp(3) with time zone default now() not null
);

create table webhook_retries (
  id bigint generated always as identity not null,
  api_key_id bigint,
  payload jsonb not null,
  state text default 'pending'::text not null,
  attempts smallint default 0 not null,
  max_attempts smallint default 3 not null,
  next_at timestamp(3) with time zone,
  error text,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null
);

create table workers (
  id uuid not null,
  host text not null,
  pid integer not null,
  version text not null,
  started_at timestamp(3) with time zone default now() not null,
  heartbeat_at timestamp(3) with time zone default now() not null,
  stopping boolean default false not null,
  queue_ids text[] default '{}'::text[] not null
);


alter table alert_config add constraint alert_config_pkey PRIMARY KEY (id);
alter table alert_config add constraint alert_config_owner_alert_type_notification_method_key UNIQUE (owner, alert_type, notification_method);
alter table alert_config add constraint alert_config_alert_type_check CHECK ((alert_type = ANY (ARRAY['mx_changed'::text, 'dmarc_added'::text, 'expire_soon'::text, 'score_changed'::text, 'provider_changed'::text])));
alter table alert_config add constraint alert_config_email_address_check CHECK (((email_address ~ '^[^@\s]+@[^@\s]+$'::text) AND (length(email_address) <= 320)));
alter table alert_config add constraint alert_config_frequency_check CHECK ((frequency = ANY (ARRAY['immediate'::text, 'daily_digest'::text])));
alter table alert_config add constraint alert_config_notification_method_check CHECK ((notification_method = ANY (ARRAY['webhook'::text, 'email'::text, 'teams'::text])));
alter table alert_config add constraint alert_config_target CHECK (
CASE notification_method
    WHEN 'email'::text THEN (email_address IS NOT NULL)
    ELSE (webhook_url IS NOT NULL)
END);
alter table alert_config add constraint alert_config_webhook_url_check CHECK (((webhook_url ~ '^https?://'::text) AND (length(webhook_url) <= 2048)));
alter table alert_deliveries add constraint alert_deliveries_pkey PRIMARY KEY (alert_id, config_id);
alter table alert_deliveries add constraint alert_deliveries_attempts_check CHECK ((attempts >= 0));
alter table alert_deliveries add constraint alert_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text])));
alter table alerts add constraint alerts_pkey PRIMARY KEY (id);
alter table alerts add constraint alerts_key_key UNIQUE (key);
alter table alerts add constraint alerts_alert_type_check CHECK ((alert_type = ANY (ARRAY['mx_changed'::text, 'dmarc_added'::text, 'expire_soon'::text, 'score_changed'::text, 'provider_changed'::text])));
alter table alerts add constraint alerts_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text])));
alter table api_keys add constraint api_keys_pkey PRIMARY KEY (id);
alter table api_keys add constraint api_keys_key_hash_key UNIQUE (key_hash);
alter table api_keys add constraint api_keys_key_hash_check CHECK ((octet_length(key_hash) = 32));
alter table api_keys add constraint api_keys_key_hint_check CHECK ((length(key_hint) <= 12));
alter table api_keys add constraint api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)));
alter table api_keys add constraint api_keys_rate_limit_per_minute_check CHECK (((rate_limit_per_minute >= 1) AND (rate_limit_per_minute <= 10000)));
alter table audit_log add constraint audit_log_pkey PRIMARY KEY (id);
alter table audit_log add constraint audit_log_action_check CHECK ((action ~ '^[a-z0-9-]+\.[a-z0-9-]+$'::text));
alter table audit_log add constraint audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['user'::text, 'api-key'::text, 'system'::text, 'command'::text])));
alter table audit_log add constraint audit_log_detail_check CHECK ((jsonb_typeof(detail) = 'object'::text));
alter table companies add constraint companies_pkey PRIMARY KEY (id);
alter table companies add constraint companies_domain_key UNIQUE (domain);
alter table companies add constraint companies_canonical_name_check CHECK (((length(canonical_name) >= 1) AND (length(canonical_name) <= 300)));
alter table companies add constraint companies_contact_quality_score_check CHECK (((contact_quality_score >= 0) AND (contact_quality_score <= 100)));
alter table companies add constraint companies_country_check CHECK ((country ~ '^[A-Z]{2}$'::text));
alter table companies add constraint companies_employees_check CHECK ((employees > 0));
alter table companies add constraint companies_linkedin_pattern_check CHECK ((length(linkedin_pattern) <= 100));
alter table companies add constraint companies_organization_size_check CHECK ((length(organization_size) <= 100));
alter table companies add constraint companies_source_check CHECK ((source = ANY (ARRAY['domain'::text, 'csv'::text, 'webhook'::text, 'partner-center'::text, 'dynamics'::text, 'demo'::text, 'import'::text])));
alter table d365_leads add constraint d365_leads_pkey PRIMARY KEY (lead_id);
alter table d365_leads add constraint d365_leads_matched_by_check CHECK ((matched_by = ANY (ARRAY['id'::text, 'hnt_domain'::text, 'website'::text, 'email'::text])));
alter table d365_leads add constraint d365_leads_pushed_hash_check CHECK ((octet_length(pushed_hash) = 32));
alter table d365_leads add constraint d365_leads_state_code_check CHECK (((state_code >= 0) AND (state_code <= 2)));
alter table d365_push_jobs add constraint d365_push_jobs_pkey PRIMARY KEY (id);
alter table d365_push_jobs add constraint d365_push_jobs_action_check CHECK ((action = ANY (ARRAY['create'::text, 'update'::text, 'none'::text])));
alter table d365_push_jobs add constraint d365_push_jobs_attempts_check CHECK ((attempts >= 0));
alter table d365_push_jobs add constraint d365_push_jobs_check CHECK (((state = ANY (ARRAY['queued'::text, 'in_progress'::text])) = (finished_at IS NULL)));
alter table d365_push_jobs add constraint d365_push_jobs_check1 CHECK (((state <> ALL (ARRAY['failed'::text, 'dead'::text])) OR (error_category IS NOT NULL)));
alter table d365_push_jobs add constraint d365_push_jobs_error_category_check CHECK ((error_category = ANY (ARRAY['auth'::text, 'rate_limit'::text, 'validation'::text, 'network'::text, 'conflict'::text, 'unknown'::text])));
alter table d365_push_jobs add constraint d365_push_jobs_http_status_check CHECK (((http_status >= 100) AND (http_status <= 599)));
alter table d365_push_jobs add constraint d365_push_jobs_matched_by_check CHECK ((matched_by = ANY (ARRAY['id'::text, 'hnt_domain'::text, 'website'::text, 'email'::text])));
alter table d365_push_jobs add constraint d365_push_jobs_payload_hash_check CHECK ((octet_length(payload_hash) = 32));
alter table d365_push_jobs add constraint d365_push_jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'in_progress'::text, 'succeeded'::text, 'failed'::text, 'skipped'::text, 'dead'::text])));
alter table d365_sync add constraint d365_sync_pkey PRIMARY KEY (company_id);
alter table d365_sync add constraint d365_sync_attempts_check CHECK ((attempts >= 0));
alter table d365_sync add constraint d365_sync_check CHECK (((status <> 'error'::text) OR (error IS NOT NULL)));
alter table d365_sync add constraint d365_sync_error_category_check CHECK ((error_category = ANY (ARRAY['auth'::text, 'rate_limit'::text, 'validation'::text, 'network'::text, 'conflict'::text, 'unknown'::text])));
alter table d365_sync add constraint d365_sync_status_check CHECK ((status = ANY (ARRAY['not_synced'::text, 'queued'::text, 'in_progress'::text, 'synced'::text, 'error'::text])));
alter table domain_signals add constraint domain_signals_pkey PRIMARY KEY (company_id);
alter table domain_signals add constraint domain_signals_asked_at_check CHECK ((jsonb_typeof(asked_at) = 'object'::text));
alter table domain_signals add constraint domain_signals_assessment_check CHECK ((jsonb_typeof(assessment) = 'object'::text));
alter table domain_signals add constraint domain_signals_check CHECK ((scanned_at >= first_scanned_at));
alter table domain_signals add constraint domain_signals_dmarc_coverage_check CHECK (((dmarc_coverage >= 0) AND (dmarc_coverage <= 100)));
alter table domain_signals add constraint domain_signals_dmarc_policy_check CHECK ((dmarc_policy = ANY (ARRAY['none'::text, 'quarantine'::text, 'reject'::text])));
alter table domain_signals add constraint domain_signals_facts_check CHECK ((NOT ((facts ->> 'schema'::text) IS DISTINCT FROM '1'::text)));
alter table domain_signals add constraint domain_signals_registrar_check CHECK ((length(registrar) <= 512));
alter table domain_signals add constraint domain_signals_retries_check CHECK ((retries >= 0));
alter table domain_signals add constraint domain_signals_scan_status_check CHECK ((scan_status = ANY (ARRAY['completed'::text, 'partial'::text])));
alter table domain_signals add constraint domain_signals_scans_check CHECK ((scans > 0));
alter table domain_signals add constraint domain_signals_tenant_id_check CHECK ((length(tenant_id) <= 64));
alter table domain_signals add constraint domain_signals_unanswered_check CHECK ((unanswered >= 0));
alter table favorites add constraint favorites_pkey PRIMARY KEY (id);
alter table favorites add constraint favorites_company_id_user_id_key UNIQUE (company_id, user_id);
alter table ip_enrichment add constraint ip_enrichment_pkey PRIMARY KEY (company_id, address);
alter table ip_enrichment add constraint ip_enrichment_asn_check CHECK (((asn >= 0) AND (asn <= '4294967295'::bigint)));
alter table ip_enrichment add constraint ip_enrichment_asn_org_check CHECK ((length(asn_org) <= 300));
alter table ip_enrichment add constraint ip_enrichment_city_check CHECK ((length(city) <= 200));
alter table ip_enrichment add constraint ip_enrichment_country_check CHECK ((length(country) <= 8));
alter table ip_enrichment add constraint ip_enrichment_host_check CHECK ((length(host) <= 512));
alter table ip_enrichment add constraint ip_enrichment_isp_check CHECK ((length(isp) <= 300));
alter table ip_enrichment add constraint ip_enrichment_of_check CHECK ((of = ANY (ARRAY['mx'::text, 'apex'::text])));
alter table ip_enrichment add constraint ip_enrichment_proxy_type_check CHECK ((length(proxy_type) <= 40));
alter table ip_enrichment add constraint ip_enrichment_usage_type_check CHECK ((length(usage_type) <= 40));
alter table lead_counts add constraint lead_counts_pkey PRIMARY KEY (id);
alter table lead_counts add constraint lead_counts_n_check CHECK ((n <> 0));
alter table lead_list add constraint lead_list_pkey PRIMARY KEY (company_id);
alter table lead_list add constraint lead_list_link_status_check CHECK ((link_status = ANY (ARRAY['none'::text, 'linked'::text, 'unlinked'::text, 'mixed'::text])));
alter table lead_scores add constraint lead_scores_pkey PRIMARY KEY (company_id);
alter table lead_scores add constraint lead_scores_assessment_check CHECK ((jsonb_typeof(assessment) = 'object'::text));
alter table lead_scores add constraint lead_scores_check CHECK (((score_low IS NULL) OR (score_high IS NULL) OR (score_low <= score_high)));
alter table lead_scores add constraint lead_scores_commercial_heat_check CHECK ((commercial_heat = ANY (ARRAY['HIGH'::text, 'MEDIUM'::text, 'LOW'::text])));
alter table lead_scores add constraint lead_scores_commercial_segment_check CHECK ((commercial_segment = ANY (ARRAY['GREENFIELD'::text, 'COMPETITIVE'::text, 'WEAK_PARTNER'::text, 'RENEWAL'::text, 'LOW_INTENT'::text, 'NO_GO'::text])));
alter table lead_scores add constraint lead_scores_confidence_check CHECK (((confidence >= (0)::numeric) AND (confidence <= (4)::numeric)));
alter table lead_scores add constraint lead_scores_confidence_level_check CHECK ((confidence_level = ANY (ARRAY['high'::text, 'medium'::text, 'low'::text])));
alter table lead_scores add constraint lead_scores_gateway_check CHECK ((length(gateway) <= 100));
alter table lead_scores add constraint lead_scores_hard_fail_check CHECK ((hard_fail = ANY (ARRAY['absent'::text, 'null'::text, 'nxdomain'::text])));
alter table lead_scores add constraint lead_scores_kept_facts_check CHECK (((kept_facts IS NULL) OR (NOT ((kept_facts ->> 'schema'::text) IS DISTINCT FROM '1'::text))));
alter table lead_scores add constraint lead_scores_local_provider_check CHECK ((length(local_provider) <= 253));
alter table lead_scores add constraint lead_scores_m365_fit_score_check CHECK (((m365_fit_score >= 0) AND (m365_fit_score <= 100)));
alter table lead_scores add constraint lead_scores_mx_root_check CHECK ((length(mx_root) <= 253));
alter table lead_scores add constraint lead_scores_priority_category_check CHECK ((priority_category = ANY (ARRAY['P1'::text, 'P2'::text, 'P3'::text, 'P4'::text, 'P5'::text, 'P6'::text])));
alter table lead_scores add constraint lead_scores_priority_score_check CHECK (((priority_score >= 1) AND (priority_score <= 7)));
alter table lead_scores add constraint lead_scores_provider_check CHECK ((length(provider) <= 64));
alter table lead_scores add constraint lead_scores_readiness_score_check CHECK (((readiness_score >= 0) AND (readiness_score <= 100)));
alter table lead_scores add constraint lead_scores_score_high_check CHECK (((score_high >= 0) AND (score_high <= 100)));
alter table lead_scores add constraint lead_scores_score_low_check CHECK (((score_low >= 0) AND (score_low <= 100)));
alter table lead_scores add constraint lead_scores_segment_check CHECK ((segment = ANY (ARRAY['Migration'::text, 'Existing'::text, 'Cold'::text, 'Skip'::text])));
alter table lead_scores add constraint lead_scores_technical_heat_check CHECK ((technical_heat = ANY (ARRAY['Hot'::text, 'Warm'::text, 'Cold'::text])));
alter table lead_scores add constraint lead_scores_tenant_size_check CHECK ((tenant_size = ANY (ARRAY['small'::text, 'medium'::text, 'large'::text, 'enterprise'::text])));
alter table lookup_cache add constraint lookup_cache_pkey PRIMARY KEY (key);
alter table notes add constraint notes_pkey PRIMARY KEY (id);
alter table partner_center_referrals add constraint partner_center_referrals_pkey PRIMARY KEY (id);
alter table partner_center_referrals add constraint partner_center_referrals_referral_id_key UNIQUE (referral_id);
alter table partner_center_referrals add constraint partner_center_referrals_azure_tenant_id_check CHECK ((length(azure_tenant_id) <= 64));
alter table partner_center_referrals add constraint partner_center_referrals_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));
alter table partner_center_referrals add constraint partner_center_referrals_deal_value_check CHECK ((deal_value >= (0)::numeric));
alter table partner_center_referrals add constraint partner_center_referrals_direction_check CHECK ((direction = ANY (ARRAY['Incoming'::text, 'Outgoing'::text])));
alter table partner_center_referrals add constraint partner_center_referrals_link CHECK (((link_status = 'unlinked'::text) = (company_id IS NULL)));
alter table partner_center_referrals add constraint partner_center_referrals_link_status_check CHECK ((link_status = ANY (ARRAY['unlinked'::text, 'auto_linked'::text, 'manual_linked'::text])));
alter table partner_center_referrals add constraint partner_center_referrals_raw_data_check CHECK ((jsonb_typeof(raw_data) = 'object'::text));
alter table partner_center_referrals add constraint partner_center_referrals_raw_domain_check CHECK ((length(raw_domain) <= 2048));
alter table partner_center_referrals add constraint partner_center_referrals_referral_id_check CHECK ((length(referral_id) <= 100));
alter table partner_center_referrals add constraint partner_center_referrals_referral_type_check CHECK ((referral_type = ANY (ARRAY['co-sell'::text, 'marketplace'::text, 'solution-provider'::text])));
alter table provider_change_history add constraint provider_change_history_pkey PRIMARY KEY (id);
alter table provider_change_history add constraint provider_change_history_check CHECK ((old_provider <> new_provider));
alter table rate_limits add constraint rate_limits_pkey PRIMARY KEY (key);
alter table raw_leads add constraint raw_leads_pkey PRIMARY KEY (id);
alter table raw_leads add constraint raw_leads_source_content_hash_key UNIQUE (source, content_hash);
alter table raw_leads add constraint raw_leads_company_name_check CHECK ((length(company_name) <= 300));
alter table raw_leads add constraint raw_leads_content_hash_check CHECK ((octet_length(content_hash) = 32));
alter table raw_leads add constraint raw_leads_email_check CHECK ((length(email) <= 320));
alter table raw_leads add constraint raw_leads_payload_check CHECK ((jsonb_typeof(payload) = 'object'::text));
alter table raw_leads add constraint raw_leads_row_number_check CHECK ((row_number > 0));
alter table raw_leads add constraint raw_leads_source_check CHECK ((source = ANY (ARRAY['domain'::text, 'csv'::text, 'webhook'::text, 'partner-center'::text, 'dynamics'::text, 'demo'::text, 'import'::text])));
alter table raw_leads add constraint raw_leads_website_check CHECK ((length(website) <= 2048));
alter table rule_activations add constraint rule_activations_pkey PRIMARY KEY (id);
alter table rule_activations add constraint rule_activations_configured CHECK ((NOT (follows_configuration AND ("overlay" IS NOT NULL))));
alter table rule_activations add constraint rule_activations_overlay_check CHECK ((jsonb_typeof("overlay") = 'object'::text));
alter table scan_counts add constraint scan_counts_pkey PRIMARY KEY (id);
alter table scan_counts add constraint scan_counts_high_check CHECK ((high >= 0));
alter table scan_counts add constraint scan_counts_scans_check CHECK ((scans > 0));
alter table scan_counts add constraint scan_counts_score_sum_check CHECK ((score_sum >= 0));
alter table scan_counts add constraint scan_counts_scored_check CHECK ((scored >= 0));
alter table scan_counts add constraint scan_counts_within CHECK (((high <= scored) AND (scored <= scans)));
alter table scan_job_items add constraint scan_job_items_pkey PRIMARY KEY (job_id, "position");
alter table scan_job_items add constraint scan_job_items_attempts_check CHECK ((attempts >= 0));
alter table scan_job_items add constraint scan_job_items_check CHECK (((state = ANY (ARRAY['refused'::text, 'duplicate'::text])) OR (domain IS NOT NULL)));
alter table scan_job_items add constraint scan_job_items_input_check CHECK ((length(input) <= 2048));
alter table scan_job_items add constraint scan_job_items_position_check CHECK (("position" >= 0));
alter table scan_job_items add constraint scan_job_items_result_check CHECK ((jsonb_typeof(result) = 'object'::text));
alter table scan_job_items add constraint scan_job_items_row_number_check CHECK ((row_number > 0));
alter table scan_job_items add constraint scan_job_items_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'in_progress'::text, 'completed'::text, 'failed'::text, 'cancelled'::text, 'refused'::text, 'duplicate'::text])));
alter table scan_jobs add constraint scan_jobs_pkey PRIMARY KEY (id);
alter table scan_jobs add constraint scan_jobs_check CHECK ((((succeeded + failed) + refused) <= total));
alter table scan_jobs add constraint scan_jobs_check1 CHECK (((state = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL)));
alter table scan_jobs add constraint scan_jobs_failed_check CHECK ((failed >= 0));
alter table scan_jobs add constraint scan_jobs_kind_check CHECK ((kind = ANY (ARRAY['bulk-scan'::text, 'bulk-rescan'::text, 'daily-rescan'::text, 'import'::text, 'rescore'::text, 'push-batch'::text])));
alter table scan_jobs add constraint scan_jobs_options_check CHECK ((jsonb_typeof(options) = 'object'::text));
alter table scan_jobs add constraint scan_jobs_refused_check CHECK ((refused >= 0));
alter table scan_jobs add constraint scan_jobs_rows_read_check CHECK ((rows_read >= 0));
alter table scan_jobs add constraint scan_jobs_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'in_progress'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])));
alter table scan_jobs add constraint scan_jobs_succeeded_check CHECK ((succeeded >= 0));
alter table schema_migrations add constraint schema_migrations_pkey PRIMARY KEY (name);
alter table score_history add constraint score_history_pkey PRIMARY KEY (id);
alter table score_history add constraint score_history_cause_check CHECK ((cause = ANY (ARRAY['scan'::text, 'rules'::text, 'context'::text])));
alter table score_history add constraint score_history_confidence_check CHECK (((confidence >= (0)::numeric) AND (confidence <= (4)::numeric)));
alter table score_history add constraint score_history_delta_check CHECK (((delta >= '-100'::integer) AND (delta <= 100)));
alter table score_history add constraint score_history_priority_category_check CHECK ((priority_category = ANY (ARRAY['P1'::text, 'P2'::text, 'P3'::text, 'P4'::text, 'P5'::text, 'P6'::text])));
alter table score_history add constraint score_history_priority_score_check CHECK (((priority_score >= 1) AND (priority_score <= 7)));
alter table score_history add constraint score_history_readiness_score_check CHECK (((readiness_score >= 0) AND (readiness_score <= 100)));
alter table score_history add constraint score_history_segment_check CHECK ((segment = ANY (ARRAY['Migration'::text, 'Existing'::text, 'Cold'::text, 'Skip'::text])));
alter table signal_change_history add constraint signal_change_history_pkey PRIMARY KEY (id);
alter table signal_change_history add constraint signal_change_history_cause_check CHECK ((cause = ANY (ARRAY['records'::text, 'rules'::text])));
alter table signal_change_history add constraint signal_change_history_change_type_check CHECK ((change_type = ANY (ARRAY['spf_changed'::text, 'dkim_changed'::text, 'dmarc_added'::text, 'dmarc_changed'::text, 'mx_changed'::text, 'expire_soon'::text, 'priority_score_changed'::text, 'segment_changed'::text, 'score_changed'::text, 'provider_changed'::text, 'gateway_changed'::text, 'coverage_changed'::text, 'nameservers_changed'::text, 'registrar_changed'::text])));
alter table suppressed_domains add constraint suppressed_domains_pkey PRIMARY KEY (domain_hash);
alter table suppressed_domains add constraint suppressed_domains_domain_hash_check CHECK ((octet_length(domain_hash) = 32));
alter table suppressed_domains add constraint suppressed_domains_reason_check CHECK ((reason = ANY (ARRAY['erased'::text, 'objection'::text])));
alter table sync_state add constraint sync_state_pkey PRIMARY KEY (name);
alter table sync_state add constraint sync_state_summary_check CHECK ((jsonb_typeof(summary) = 'object'::text));
alter table tags add constraint tags_pkey PRIMARY KEY (id);
alter table tags add constraint tags_company_id_tag_key UNIQUE (company_id, tag);
alter table tags add constraint tags_tag_check CHECK (((length(tag) >= 1) AND (length(tag) <= 100)));
alter table token_cache add constraint token_cache_pkey PRIMARY KEY (key);
alter table uploads add constraint uploads_pkey PRIMARY KEY (id);
alter table uploads add constraint uploads_file_name_check CHECK ((length(file_name) <= 300));
alter table uploads add constraint uploads_mapping_check CHECK ((jsonb_typeof(mapping) = 'object'::text));
alter table uploads add constraint uploads_sha256_check CHECK ((octet_length(sha256) = 32));
alter table webhook_retries add constraint webhook_retries_pkey PRIMARY KEY (id);
alter table webhook_retries add constraint webhook_retries_attempts_check CHECK ((attempts >= 0));
alter table webhook_retries add constraint webhook_retries_check CHECK (((state <> 'pending'::text) OR (next_at IS NOT NULL)));
alter table webhook_retries add constraint webhook_retries_max_attempts_check CHECK ((max_attempts >= 0));
alter table webhook_retries add constraint webhook_retries_payload_check CHECK ((jsonb_typeof(payload) = 'object'::text));
alter table webhook_retries add constraint webhook_retries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'success'::text, 'exhausted'::text])));
alter table workers add constraint workers_pkey PRIMARY KEY (id);
alter table workers add constraint workers_pid_check CHECK ((pid > 0));
alter table alert_deliveries add constraint alert_deliveries_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE CASCADE;
alter table alert_deliveries add constraint alert_deliveries_config_id_fkey FOREIGN KEY (config_id) REFERENCES alert_config(id) ON DELETE CASCADE;
alter table alerts add constraint alerts_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table d365_leads add constraint d365_leads_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE SET NULL;
alter table d365_push_jobs add constraint d365_push_jobs_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table d365_push_jobs add constraint d365_push_jobs_job_id_fkey FOREIGN KEY (job_id) REFERENCES scan_jobs(id) ON DELETE SET NULL;
alter table d365_sync add constraint d365_sync_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table domain_signals add constraint domain_signals_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table favorites add constraint favorites_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table ip_enrichment add constraint ip_enrichment_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table lead_list add constraint lead_list_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table lead_scores add constraint lead_scores_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table notes add constraint notes_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table partner_center_referrals add constraint partner_center_referrals_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table provider_change_history add constraint provider_change_history_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table raw_leads add constraint raw_leads_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table raw_leads add constraint raw_leads_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES uploads(id) ON DELETE SET NULL;
alter table rule_activations add constraint rule_activations_job_id_fkey FOREIGN KEY (job_id) REFERENCES scan_jobs(id) ON DELETE SET NULL;
alter table scan_job_items add constraint scan_job_items_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table scan_job_items add constraint scan_job_items_job_id_fkey FOREIGN KEY (job_id) REFERENCES scan_jobs(id) ON DELETE CASCADE;
alter table scan_jobs add constraint scan_jobs_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES uploads(id) ON DELETE SET NULL;
alter table score_history add constraint score_history_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table signal_change_history add constraint signal_change_history_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table tags add constraint tags_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;
alter table webhook_retries add constraint webhook_retries_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_keys(id) ON DELETE SET NULL;

CREATE INDEX alert_config_type ON alert_config USING btree (alert_type) WHERE enabled;
CREATE INDEX alert_deliveries_config ON alert_deliveries USING btree (config_id, alert_id DESC);
CREATE INDEX alert_deliveries_due ON alert_deliveries USING btree (next_at) WHERE (state = 'pending'::text);
CREATE INDEX alerts_company ON alerts USING btree (company_id, created_at DESC);
CREATE INDEX alerts_pending ON alerts USING btree (id) WHERE (status = 'pending'::text);
CREATE INDEX alerts_recent ON alerts USING btree (created_at DESC, id DESC);
CREATE INDEX audit_log_at ON audit_log USING btree (at DESC, id DESC);
CREATE INDEX companies_name_key ON companies USING btree (name_key) WHERE (name_key IS NOT NULL);
CREATE INDEX d365_leads_company ON d365_leads USING btree (company_id) WHERE (company_id IS NOT NULL);
CREATE INDEX d365_leads_domain ON d365_leads USING btree (domain) WHERE (domain IS NOT NULL);
CREATE INDEX d365_push_jobs_company ON d365_push_jobs USING btree (company_id, created_at DESC);
CREATE INDEX d365_push_jobs_dead ON d365_push_jobs USING btree (error_category, created_at DESC) WHERE (state = 'dead'::text);
CREATE INDEX d365_push_jobs_job ON d365_push_jobs USING btree (job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX d365_push_jobs_open ON d365_push_jobs USING btree (run_at) WHERE (state = ANY (ARRAY['queued'::text, 'in_progress'::text]));
CREATE INDEX d365_push_jobs_recent ON d365_push_jobs USING btree (created_at DESC, id);
CREATE INDEX d365_sync_dead ON d365_sync USING btree (error_category, updated_at) WHERE (status = 'error'::text);
CREATE INDEX domain_signals_retry ON domain_signals USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX ip_enrichment_address ON ip_enrichment USING btree (address);
CREATE INDEX lead_list_d365 ON lead_list USING btree (d365_sync_status, rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_domain ON lead_list USING btree (domain, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_expires ON lead_list USING btree (COALESCE(expires_at, 'infinity'::date), company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_link ON lead_list USING btree (link_status, rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_name ON lead_list USING btree (canonical_name, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_provider ON lead_list USING btree (provider, rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_rank ON lead_list USING btree (rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_referral ON lead_list USING btree (COALESCE(referral_type, ''::text), rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_referred ON lead_list USING btree (rank, company_id) WHERE ((readiness_score IS NOT NULL) AND (referral_count > 0));
CREATE INDEX lead_list_rescan ON lead_list USING btree (priority_score, scanned_at);
CREATE INDEX lead_list_scanned ON lead_list USING btree (scanned_at, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_score ON lead_list USING btree (readiness_score, company_id) INCLUDE (rank) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_search ON lead_list USING gin (search_text gin_trgm_ops);
CREATE INDEX lead_list_segment ON lead_list USING btree (segment, rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lead_list_tenant_size ON lead_list USING btree (tenant_size, rank, company_id) WHERE (readiness_score IS NOT NULL);
CREATE INDEX lookup_cache_expiry ON lookup_cache USING btree (expires_at);
CREATE INDEX notes_company ON notes USING btree (company_id, created_at DESC);
CREATE INDEX partner_center_referrals_company ON partner_center_referrals USING btree (company_id) WHERE (company_id IS NOT NULL);
CREATE INDEX partner_center_referrals_domain ON partner_center_referrals USING btree (domain) WHERE (domain IS NOT NULL);
CREATE INDEX partner_center_referrals_recent ON partner_center_referrals USING btree (synced_at DESC, id DESC);
CREATE INDEX provider_change_history_age ON provider_change_history USING btree (at);
CREATE INDEX provider_change_history_company ON provider_change_history USING btree (company_id, at DESC, id DESC);
CREATE INDEX rate_limits_age ON rate_limits USING btree (updated_at);
CREATE INDEX raw_leads_company ON raw_leads USING btree (company_id);
CREATE INDEX raw_leads_domain ON raw_leads USING btree (domain);
CREATE INDEX raw_leads_upload ON raw_leads USING btree (upload_id) WHERE (upload_id IS NOT NULL);
CREATE INDEX rule_activations_job ON rule_activations USING btree (job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX scan_counts_day ON scan_counts USING btree (day);
CREATE INDEX scan_job_items_company ON scan_job_items USING btree (company_id) WHERE (company_id IS NOT NULL);
CREATE INDEX scan_job_items_domain ON scan_job_items USING btree (domain) WHERE (domain IS NOT NULL);
CREATE INDEX scan_job_items_open ON scan_job_items USING btree (job_id, "position") WHERE (state = ANY (ARRAY['pending'::text, 'in_progress'::text]));
CREATE INDEX scan_job_items_state ON scan_job_items USING btree (job_id, state, "position");
CREATE INDEX scan_jobs_open ON scan_jobs USING btree (created_at) WHERE (state = ANY (ARRAY['pending'::text, 'in_progress'::text]));
CREATE INDEX scan_jobs_recent ON scan_jobs USING btree (created_at DESC, id);
CREATE INDEX scan_jobs_upload ON scan_jobs USING btree (upload_id) WHERE (upload_id IS NOT NULL);
CREATE INDEX score_history_age ON score_history USING btree (at);
CREATE INDEX score_history_company ON score_history USING btree (company_id, at DESC, id DESC);
CREATE INDEX signal_change_history_age ON signal_change_history USING btree (at);
CREATE INDEX signal_change_history_company ON signal_change_history USING btree (company_id, at DESC, id DESC);
CREATE INDEX uploads_age ON uploads USING btree (uploaded_at);
CREATE INDEX webhook_retries_due ON webhook_retries USING btree (next_at) WHERE (state = 'pending'::text);
CREATE INDEX webhook_retries_key ON webhook_retries USING btree (api_key_id) WHERE (api_key_id IS NOT NULL);
CREATE INDEX workers_heartbeat ON workers USING btree (heartbeat_at);

CREATE OR REPLACE FUNCTION public.compact_lead_counts()
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_audit_is_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'audit_log entries are not changed' using errcode = 'restrict_violation';
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_count_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, count(*)
  from added where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6;
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_count_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, sum(sign)
  from (select 1 as sign, a.* from added a union all select -1, r.* from removed r) both_sides
  where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6
  having sum(sign) <> 0;
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_count_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into lead_counts (segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, n)
  select segment, provider, priority_score, readiness_score, referral_count > 0, d365_sync_status, -count(*)
  from removed where readiness_score is not null
  group by 1, 2, 3, 4, 5, 6;
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_count_scans()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into scan_counts (day, scans, scored, score_sum, high)
  select (at at time zone 'UTC')::date, count(*), count(readiness_score), coalesce(sum(readiness_score), 0),
    count(*) filter (where readiness_score is not null and segment = 'Migration' and priority_score <= 2)
  from added where cause = 'scan'
  group by 1;
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_refresh_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform refresh_leads(array(select company_id from changed where company_id is not null));
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_refresh_referred()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform refresh_leads(array(
    select company_id from changed where company_id is not null
    union select c.id from companies c join changed r on r.domain = c.domain
  ));
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_refresh_referred_again()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform refresh_leads(array(
    select company_id from changed where company_id is not null
    union select company_id from before where company_id is not null
    union select c.id from companies c join changed r on r.domain = c.domain
    union select c.id from companies c join before r on r.domain = c.domain
  ));
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_refresh_renamed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform refresh_leads(array(
    select n.id from changed n join before b on b.id = n.id
    where (n.domain, n.canonical_name, n.search_text) is distinct from (b.domain, b.canonical_name, b.search_text)
  ));
  return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.hunter_touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.updated_at := now();
  return new;
end;
$function$
;

CREATE OR REPLACE FUNCTION public.refresh_leads(chosen bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$
;


CREATE TRIGGER alert_config_touch BEFORE UPDATE ON alert_config FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER audit_log_final BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION hunter_audit_is_final();
CREATE TRIGGER companies_lead_list AFTER UPDATE ON companies REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_renamed();
CREATE TRIGGER companies_touch BEFORE UPDATE ON companies FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER d365_sync_lead_list_delete AFTER DELETE ON d365_sync REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER d365_sync_lead_list_insert AFTER INSERT ON d365_sync REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER d365_sync_lead_list_update AFTER UPDATE ON d365_sync REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER d365_sync_touch BEFORE UPDATE ON d365_sync FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER domain_signals_lead_list_delete AFTER DELETE ON domain_signals REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER domain_signals_lead_list_insert AFTER INSERT ON domain_signals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER domain_signals_lead_list_update AFTER UPDATE ON domain_signals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER domain_signals_touch BEFORE UPDATE ON domain_signals FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER lead_list_count_delete AFTER DELETE ON lead_list REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION hunter_count_removed();
CREATE TRIGGER lead_list_count_insert AFTER INSERT ON lead_list REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hunter_count_added();
CREATE TRIGGER lead_list_count_update AFTER UPDATE ON lead_list REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hunter_count_changed();
CREATE TRIGGER lead_scores_lead_list_delete AFTER DELETE ON lead_scores REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER lead_scores_lead_list_insert AFTER INSERT ON lead_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER lead_scores_lead_list_update AFTER UPDATE ON lead_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_changed();
CREATE TRIGGER lead_scores_touch BEFORE UPDATE ON lead_scores FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER referrals_lead_list_delete AFTER DELETE ON partner_center_referrals REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_referred();
CREATE TRIGGER referrals_lead_list_insert AFTER INSERT ON partner_center_referrals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_referred();
CREATE TRIGGER referrals_lead_list_update AFTER UPDATE ON partner_center_referrals REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION hunter_refresh_referred_again();
CREATE TRIGGER scan_job_items_touch BEFORE UPDATE ON scan_job_items FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER scan_jobs_touch BEFORE UPDATE ON scan_jobs FOR EACH ROW EXECUTE FUNCTION hunter_touch();
CREATE TRIGGER score_history_count AFTER INSERT ON score_history REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hunter_count_scans();
CREATE TRIGGER webhook_retries_touch BEFORE UPDATE ON webhook_retries FOR EACH ROW EXECUTE FUNCTION hunter_touch();

create view leads_ready as
 SELECT l.company_id,
    l.canonical_name,
    l.domain,
    l.provider,
    l.tenant_size,
    p.local_provider,
    c.country,
    c.contact_emails,
    c.contact_quality_score,
    c.linkedin_pattern,
    s.spf,
    s.dkim,
    s.dmarc_policy,
    s.dmarc_coverage,
    p.mx_root,
    s.registrar,
    l.expires_at,
    s.nameservers,
    s.scan_status,
    l.scanned_at,
    l.readiness_score,
    l.segment,
    p.reason_tr,
    p.reason_en,
    l.priority_score,
    p.technical_heat,
    p.commercial_segment,
    p.commercial_heat,
    p.priority_category,
    p.priority_label_tr,
    p.priority_label_en,
    s.infrastructure_summary,
    l.referral_type,
    l.link_status,
    l.referral_id,
    l.referral_count,
    l.referral_types,
    l.referral_ids,
    l.d365_sync_status,
    d.last_at AS d365_sync_last_at,
    d.lead_id AS d365_lead_id,
    c.domain_unicode,
    p.provider_name,
    p.gateway,
    p.hybrid,
    p.confidence,
    p.confidence_level,
    p.score_low,
    p.score_high,
        CASE
            WHEN p.looked_up_at < s.scanned_at THEN p.looked_up_at
            ELSE NULL::timestamp with time zone
        END AS score_kept_from,
    p.hard_fail,
    p.m365_fit_score,
    p.m365_match_tags,
    COALESCE(s.tenant_id, l.referral_tenant_id) AS tenant_id,
    (p.rule_set || ' '::text) || p.rule_set_version AS rule_set,
    d.error AS d365_sync_error,
    COALESCE(d.attempts, 0) AS d365_sync_attempts,
    l.rank,
    l.search_text
   FROM lead_list l
     JOIN companies c ON c.id = l.company_id
     JOIN domain_signals s ON s.company_id = l.company_id
     LEFT JOIN lead_scores p ON p.company_id = l.company_id
     LEFT JOIN d365_sync d ON d.company_id = l.company_id;

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
comment on table alert_deliveries is 'One alert to one receiver, with its tries.';
comment on column alert_deliveries.alert_id is 'The alert.';
comment on column alert_deliveries.config_id is 'The receiver.';
comment on column alert_deliveries.state is 'How far it is.';
comment on column alert_deliveries.attempts is 'How often it was tried.';
comment on column alert_deliveries.next_at is 'When it is tried next; while it is being sent, when another worker may take it on.';
comment on column alert_deliveries.error is 'What went wrong last, as a code.';
comment on column alert_deliveries.sent_at is 'When it arrived.';
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
comment on table audit_log is 'What administrators did, and every erasure. Entries are not changed; retention deletes them.';
comment on column audit_log.id is 'Id of the entry.';
comment on column audit_log.at is 'When.';
comment on column audit_log.actor is 'Who.';
comment on column audit_log.actor_kind is 'What kind of who.';
comment on column audit_log.action is 'What was done: api-key.create, lead.erase.';
comment on column audit_log.target is 'To what; a hash where it was erased.';
comment on column audit_log.detail is 'More, without personal data.';
comment on column audit_log.request_id is 'The request it came by.';
comment on table companies is 'One row a company, known by its mail domain. Deleting it deletes everything that hangs on it.';
comment on column companies.id is 'The number the API calls company_id.';
comment on column companies.domain is 'Normalized mail domain.';
comment on column companies.domain_unicode is 'The domain as people write it.';
comment on column companies.canonical_name is 'Name of the company; sorts the Turkish way.';
comment on column companies.name_key is 'Name without legal forms and case, for finding duplicates; null when nothing is left.';
comment on column companies.search_text is 'What the search looks in: domain and name, folded.';
comment on column companies.country is 'Two letters, as ingested.';
comment on column companies.contact_emails is 'Addresses of contacts; personal data.';
comment on column companies.contact_quality_score is '0 to 100, from the addresses.';
comment on column companies.linkedin_pattern is 'How this company writes addresses of people.';
comment on column companies.employees is 'Declared number of employees.';
comment on column companies.organization_size is 'Declared size in the words of its source.';
comment on column companies.source is 'Where the company was first seen.';
comment on column companies.created_at is 'When the row was made.';
comment on column companies.updated_at is 'When the row was last changed.';
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
comment on table d365_sync is 'How far a company has come on its way to Dynamics.';
comment on column d365_sync.company_id is 'The company.';
comment on column d365_sync.status is 'The state.';
comment on column d365_sync.lead_id is 'The lead there.';
comment on column d365_sync.attempts is 'Tries since the last success.';
comment on column d365_sync.error is 'What went wrong last.';
comment on column d365_sync.error_category is 'Its kind.';
comment on column d365_sync.last_at is 'Last successful push.';
comment on column d365_sync.updated_at is 'When the row was last changed.';
comment on table domain_signals is 'The newest look-up of a domain: its facts, and the part of them that lists show.';
comment on column domain_signals.company_id is 'The company.';
comment on column domain_signals.scan_status is 'partial = a look-up that counts gave no answer.';
comment on column domain_signals.spf is 'Null = not known.';
comment on column domain_signals.dkim is 'Null = not known.';
comment on column domain_signals.dmarc_policy is 'Null without a record or an answer.';
comment on column domain_signals.dmarc_coverage is 'Per cent of mail the policy covers.';
comment on column domain_signals.registrar is 'Registrar, as RDAP or WHOIS writes it.';
comment on column domain_signals.expires_at is 'Day the registration ends.';
comment on column domain_signals.nameservers is 'Name servers.';
comment on column domain_signals.mx_hosts is 'Mail servers in order of preference.';
comment on column domain_signals.tenant_id is 'Entra tenant.';
comment on column domain_signals.infrastructure_summary is 'Where the servers stand, in a sentence.';
comment on column domain_signals.facts is 'Everything looked up, raw records and MX list included: scores are made again from it without a look-up.';
comment on column domain_signals.assessment is 'The assessment of these facts where the one in lead_scores is of other facts, or there is none; else null.';
comment on column domain_signals.unanswered is 'Look-ups without an answer.';
comment on column domain_signals.retry_at is 'When the unanswered look-ups are tried again; null when not.';
comment on column domain_signals.retries is 'How often that was done since the last complete look-up.';
comment on column domain_signals.first_scanned_at is 'When this domain was looked up for the first time.';
comment on column domain_signals.scanned_at is 'When these records were looked up.';
comment on column domain_signals.updated_at is 'When the row was last changed.';
comment on column domain_signals.asked_at is 'When the parts were last asked that not every scan asks: registration, tenant, posture. They are carried over until they are too old.';
comment on column domain_signals.scans is 'How many look-ups there were: the history has no row for one that found nothing new.';
comment on table favorites is 'Favourites of the earlier system, as imported.';
comment on column favorites.id is 'Id of the entry.';
comment on column favorites.company_id is 'The company.';
comment on column favorites.user_id is 'Whose favourite.';
comment on column favorites.created_at is 'When it was marked.';
comment on table ip_enrichment is 'What IP databases say of the addresses of a company''s servers.';
comment on column ip_enrichment.company_id is 'The company.';
comment on column ip_enrichment.address is 'The address.';
comment on column ip_enrichment.of is 'Whose address: a mail server or the web.';
comment on column ip_enrichment.host is 'Its name.';
comment on column ip_enrichment.country is 'Country code.';
comment on column ip_enrichment.city is 'City.';
comment on column ip_enrichment.asn is 'Autonomous system.';
comment on column ip_enrichment.asn_org is 'Its owner.';
comment on column ip_enrichment.isp is 'Internet provider.';
comment on column ip_enrichment.usage_type is 'Kind of use.';
comment on column ip_enrichment.is_proxy is 'Whether it is a proxy.';
comment on column ip_enrichment.proxy_type is 'Which kind.';
comment on column ip_enrichment.looked_up_at is 'When the databases were asked.';
comment on table lead_counts is 'KPIs: how many leads of each kind there are, as changes that add up. Writers only ever add rows, so they never wait for each other; compact_lead_counts() sums them up.';
comment on column lead_counts.id is 'Id of the change.';
comment on column lead_counts.segment is 'Of the score.';
comment on column lead_counts.provider is 'Of the score.';
comment on column lead_counts.priority_score is 'Of the score.';
comment on column lead_counts.readiness_score is 'The score.';
comment on column lead_counts.has_referral is 'Whether there is a referral.';
comment on column lead_counts.d365_sync_status is 'State of the push.';
comment on column lead_counts.n is 'How many more or fewer.';
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
comment on table lead_scores is 'The newest score of a company. A look-up that gave no answer where it counts leaves this row as it is.';
comment on column lead_scores.company_id is 'The company.';
comment on column lead_scores.readiness_score is 'The Hunter score.';
comment on column lead_scores.segment is 'What to sell.';
comment on column lead_scores.priority_score is '1 is called first.';
comment on column lead_scores.technical_heat is 'P-model.';
comment on column lead_scores.commercial_segment is 'P-model.';
comment on column lead_scores.commercial_heat is 'P-model.';
comment on column lead_scores.priority_category is 'P-model.';
comment on column lead_scores.priority_label_tr is 'Name of the category in Turkish.';
comment on column lead_scores.priority_label_en is 'Name of the category in English.';
comment on column lead_scores.reason_tr is 'Why this segment, in Turkish.';
comment on column lead_scores.reason_en is 'Why this segment, in English.';
comment on column lead_scores.hard_fail is 'Why nothing can be sold here.';
comment on column lead_scores.provider is 'Id of the mail provider (rules/providers.json).';
comment on column lead_scores.provider_name is 'The provider as people call it.';
comment on column lead_scores.gateway is 'Security gateway in front of the mailboxes.';
comment on column lead_scores.hybrid is 'Own or hosted MX with strong signs of Microsoft 365.';
comment on column lead_scores.local_provider is 'Who runs the machine behind a Hosting or Local MX.';
comment on column lead_scores.mx_root is 'Registrable domain of the first MX.';
comment on column lead_scores.tenant_size is 'Declared or estimated.';
comment on column lead_scores.confidence is 'Sum of the four parts.';
comment on column lead_scores.confidence_level is 'The same in a word.';
comment on column lead_scores.score_low is 'Lowest score that open look-ups leave possible.';
comment on column lead_scores.score_high is 'Highest one.';
comment on column lead_scores.m365_fit_score is 'Readiness for Microsoft 365.';
comment on column lead_scores.m365_match_tags is 'Microsoft services seen.';
comment on column lead_scores.rule_set is 'Rule set that made the score.';
comment on column lead_scores.rule_set_version is 'Its version, with the hash of an overlay.';
comment on column lead_scores.assessment is 'The assessment with this score, whole.';
comment on column lead_scores.kept_facts is 'The facts behind the score, when a newer look-up gave none; null when they are those of domain_signals.';
comment on column lead_scores.looked_up_at is 'When the records behind the score were looked up.';
comment on column lead_scores.assessed_at is 'When it was made.';
comment on column lead_scores.updated_at is 'When the row was last changed.';
comment on view leads_ready is 'The lead as the API shows it: every scanned company. Lists add "readiness_score is not null". The last two columns are for order and search.';
comment on table lookup_cache is 'Answers of look-ups, shared by all processes. Emptied by a crash of the server, which costs nothing but questions.';
comment on column lookup_cache.key is 'Kind and question.';
comment on column lookup_cache.value is 'The answer, silences included.';
comment on column lookup_cache.expires_at is 'Until when it may be used.';
comment on table notes is 'Notes of the earlier system, as imported; nothing writes new ones.';
comment on column notes.id is 'Id of the note.';
comment on column notes.company_id is 'The company.';
comment on column notes.note is 'The note.';
comment on column notes.created_at is 'When it was written.';
comment on column notes.updated_at is 'When it was changed.';
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
comment on table provider_change_history is 'Moves from one mail provider to another: for stability and urgency.';
comment on column provider_change_history.id is 'Id of the move.';
comment on column provider_change_history.company_id is 'The company.';
comment on column provider_change_history.old_provider is 'Before.';
comment on column provider_change_history.new_provider is 'After.';
comment on column provider_change_history.at is 'When it was seen.';
comment on table rate_limits is 'Buckets of the limiters, shared by all processes.';
comment on column rate_limits.key is 'What is limited: a registry, a key, a client.';
comment on column rate_limits.tokens is 'What is left; below zero = reserved ahead.';
comment on column rate_limits.updated_at is 'When it was counted, to the microsecond.';
comment on table raw_leads is 'Everything ever ingested, as it came: only added to, the same content from one source once.';
comment on column raw_leads.id is 'Id of the entry.';
comment on column raw_leads.source is 'Where it came from.';
comment on column raw_leads.content_hash is 'SHA-256 of source, fields and payload.';
comment on column raw_leads.company_id is 'The company it led to.';
comment on column raw_leads.domain is 'The domain it led to.';
comment on column raw_leads.company_name is 'Name as given.';
comment on column raw_leads.email is 'Address as given.';
comment on column raw_leads.website is 'Web address as given.';
comment on column raw_leads.payload is 'Everything else that came with it.';
comment on column raw_leads.upload_id is 'The file it stood in.';
comment on column raw_leads.row_number is 'Its row there.';
comment on column raw_leads.received_at is 'When it came.';
comment on table rule_activations is 'Which rules score: the newest entry holds.';
comment on column rule_activations.id is 'Id of the entry.';
comment on column rule_activations.rule_set is 'Set.';
comment on column rule_activations.rule_set_version is 'Its version, with the hash of the overlay.';
comment on column rule_activations."overlay" is 'The overlay itself.';
comment on column rule_activations.job_id is 'The job that scored everything again.';
comment on column rule_activations.activated_by is 'Who.';
comment on column rule_activations.activated_at is 'When.';
comment on column rule_activations.follows_configuration is 'Whether the configured rules hold again from here on, whatever they are; set and version then say what they were.';
comment on table scan_counts is 'How many scans each day had and what they came to, as changes that add up, like lead_counts. What was counted stays when a company is erased: it names nobody.';
comment on column scan_counts.id is 'Id of the change.';
comment on column scan_counts.day is 'Day in UTC.';
comment on column scan_counts.scans is 'Look-ups.';
comment on column scan_counts.scored is 'How many of them gave a score.';
comment on column scan_counts.score_sum is 'The sum of these scores.';
comment on column scan_counts.high is 'How many of them are a Migration of priority 1 or 2.';
comment on table scan_job_items is 'One entry of a job, with its own state: a job stops and resumes between any two of them.';
comment on column scan_job_items.job_id is 'The job.';
comment on column scan_job_items."position" is 'Its place in the list.';
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
comment on table schema_migrations is 'Migrations that were applied, with the SHA-256 of their text.';
comment on column schema_migrations.name is 'File name.';
comment on column schema_migrations.hash is 'SHA-256 of the file.';
comment on column schema_migrations.applied_at is 'When it was applied.';
comment on table score_history is 'How the score came about: a row for the first look-up, and for each later look-up or scoring that found something else.';
comment on column score_history.id is 'Id of the entry.';
comment on column score_history.company_id is 'The company.';
comment on column score_history.readiness_score is 'The score; null when the MX gave no answer.';
comment on column score_history.segment is 'The segment.';
comment on column score_history.priority_score is 'The priority.';
comment on column score_history.priority_category is 'The category.';
comment on column score_history.provider is 'The provider.';
comment on column score_history.confidence is 'The confidence.';
comment on column score_history.rule_set is 'Rule set and version.';
comment on column score_history.cause is 'What made it: a look-up, other rules, or what is known besides.';
comment on column score_history.delta is 'Points since the entry before; null for the first.';
comment on column score_history.summary_tr is 'What happened, in Turkish.';
comment on column score_history.summary_en is 'What happened, in English.';
comment on column score_history.at is 'When the records were looked up, or the rules changed.';
comment on table signal_change_history is 'Every change between two scans.';
comment on column signal_change_history.id is 'Id of the change.';
comment on column signal_change_history.company_id is 'The company.';
comment on column signal_change_history.change_type is 'What changed.';
comment on column signal_change_history.old_value is 'Before.';
comment on column signal_change_history.new_value is 'After.';
comment on column signal_change_history.words_tr is 'The change in Turkish.';
comment on column signal_change_history.words_en is 'The change in English.';
comment on column signal_change_history.points is 'Points it moved.';
comment on column signal_change_history.cause is 'Whether the world changed or our rules.';
comment on column signal_change_history.at is 'When it was seen.';
comment on table suppressed_domains is 'Companies that were erased and may not come back. Only a hash is kept.';
comment on column suppressed_domains.domain_hash is 'SHA-256 of the domain.';
comment on column suppressed_domains.reason is 'Why.';
comment on column suppressed_domains.suppressed_by is 'Who.';
comment on column suppressed_domains.suppressed_at is 'When.';
comment on table sync_state is 'How far a reader of another system has come.';
comment on column sync_state.name is 'Which: partner-center, dynamics-leads.';
comment on column sync_state.watermark is 'Everything up to here was read.';
comment on column sync_state.token is 'The other side''s own mark (delta link, change-tracking token).';
comment on column sync_state.last_started_at is 'When the last run began.';
comment on column sync_state.last_succeeded_at is 'When the last good run ended.';
comment on column sync_state.last_error is 'Why the last run failed; null when it was good.';
comment on column sync_state.summary is 'Counts of the last run.';
comment on table tags is 'Tags of the earlier system, as imported.';
comment on column tags.id is 'Id of the tag.';
comment on column tags.company_id is 'The company.';
comment on column tags.tag is 'The tag.';
comment on column tags.created_at is 'When it was set.';
comment on table token_cache is 'Tokens of other services, encrypted by the program before they come here.';
comment on column token_cache.key is 'Service and account.';
comment on column token_cache.ciphertext is 'AES-256-GCM: nonce, tag and text.';
comment on column token_cache.key_id is 'Which key encrypts it.';
comment on column token_cache.expires_at is 'When the token ends.';
comment on column token_cache.updated_at is 'When it was written.';
comment on table uploads is 'A file as it came in, kept until its job is done, so that a crash loses no row.';
comment on column uploads.id is 'Id of the upload.';
comment on column uploads.file_name is 'Name the client gave.';
comment on column uploads.content is 'The file itself.';
comment on column uploads.size_bytes is 'Its length.';
comment on column uploads.sha256 is 'Its hash, to know it again.';
comment on column uploads.mapping is 'Which column is what, when the client said so.';
comment on column uploads.uploaded_by is 'Who sent it.';
comment on column uploads.uploaded_at is 'When it came.';
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
comment on table workers is 'Who is alive: a worker that stops beating has its work taken over.';
comment on column workers.id is 'Made at its start.';
comment on column workers.host is 'Machine.';
comment on column workers.pid is 'Process.';
comment on column workers.version is 'Version of the program.';
comment on column workers.started_at is 'When it started.';
comment on column workers.heartbeat_at is 'When it last said so.';
comment on column workers.stopping is 'Whether it takes no new work.';
comment on column workers.queue_ids is 'Under which names the queue has locked work for it.';
comment on function compact_lead_counts() is 'Sums up lead_counts and scan_counts; run now and then.';
comment on function hunter_audit_is_final() is 'Refuses a change of an audit entry.';
comment on function hunter_count_added() is 'Counts new rows of lead_list.';
comment on function hunter_count_changed() is 'Counts changed rows of lead_list.';
comment on function hunter_count_removed() is 'Counts deleted rows of lead_list.';
comment on function hunter_count_scans() is 'Counts new rows of score_history.';
comment on function hunter_fold(name text) is 'Folds case, Turkish letters and accents, for search.';
comment on function hunter_refresh_changed() is 'After a statement on a table with company_id: refreshes the lists of its companies.';
comment on function hunter_refresh_referred() is 'After a statement on referrals: refreshes the lists of their companies.';
comment on function hunter_refresh_referred_again() is 'The same after an update, for the companies before and after.';
comment on function hunter_refresh_renamed() is 'After an update of companies: refreshes the lists of those with another name.';
comment on function hunter_touch() is 'Sets updated_at at every update of a row.';
comment on function refresh_leads(chosen bigint[]) is 'Brings lead_list up to date for these companies.';
comment on domain domain_name is 'Lower-case ASCII domain name (punycode for others) of two or more parts.';
