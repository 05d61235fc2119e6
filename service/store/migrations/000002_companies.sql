-- Companies, what came in about them, what was looked up, and what was concluded.

create table companies (
  id bigint generated always as identity primary key,
  domain domain_name not null unique,
  domain_unicode text not null,
  canonical_name text collate "tr-x-icu" not null check (length(canonical_name) between 1 and 300),
  name_key text collate "C",
  search_text text collate "C" generated always as (hunter_fold((domain::text || ' ' || domain_unicode || ' ') || canonical_name)) stored not null,
  country text check (country ~ '^[A-Z]{2}$'),
  contact_emails text[] not null default '{}',
  contact_quality_score smallint check (contact_quality_score between 0 and 100),
  linkedin_pattern text check (length(linkedin_pattern) <= 100),
  employees integer check (employees > 0),
  organization_size text check (length(organization_size) <= 100),
  source text not null check (source in ('domain', 'csv', 'webhook', 'partner-center', 'dynamics', 'demo', 'import')),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
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
create index companies_name_key on companies (name_key) where name_key is not null;
create trigger companies_touch before update on companies for each row execute function hunter_touch();

create table uploads (
  id uuid primary key default gen_random_uuid(),
  file_name text not null check (length(file_name) <= 300),
  content bytea not null,
  size_bytes bigint generated always as (octet_length(content)) stored,
  sha256 bytea not null check (octet_length(sha256) = 32),
  mapping jsonb check (jsonb_typeof(mapping) = 'object'),
  uploaded_by text not null,
  uploaded_at timestamptz(3) not null default now()
);
comment on table uploads is 'A file as it came in, kept until its job is done, so that a crash loses no row.';
comment on column uploads.id is 'Id of the upload.';
comment on column uploads.file_name is 'Name the client gave.';
comment on column uploads.content is 'The file itself.';
comment on column uploads.size_bytes is 'Its length.';
comment on column uploads.sha256 is 'Its hash, to know it again.';
comment on column uploads.mapping is 'Which column is what, when the client said so.';
comment on column uploads.uploaded_by is 'Who sent it.';
comment on column uploads.uploaded_at is 'When it came.';
create index uploads_age on uploads (uploaded_at);

create table raw_leads (
  id bigint generated always as identity primary key,
  source text not null check (source in ('domain', 'csv', 'webhook', 'partner-center', 'dynamics', 'demo', 'import')),
  content_hash bytea not null check (octet_length(content_hash) = 32),
  company_id bigint references companies on delete cascade,
  domain domain_name not null,
  company_name text check (length(company_name) <= 300),
  email text check (length(email) <= 320),
  website text check (length(website) <= 2048),
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  upload_id uuid references uploads on delete set null,
  row_number integer check (row_number > 0),
  received_at timestamptz(3) not null default now(),
  unique (source, content_hash)
);
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
create index raw_leads_company on raw_leads (company_id);
create index raw_leads_domain on raw_leads (domain);
create index raw_leads_upload on raw_leads (upload_id) where upload_id is not null;

create table domain_signals (
  company_id bigint primary key references companies on delete cascade,
  scan_status text not null check (scan_status in ('completed', 'partial')),
  spf boolean,
  dkim boolean,
  dmarc_policy text check (dmarc_policy in ('none', 'quarantine', 'reject')),
  dmarc_coverage smallint check (dmarc_coverage between 0 and 100),
  registrar text check (length(registrar) <= 512),
  expires_at date,
  nameservers text[] not null default '{}',
  mx_hosts text[] not null default '{}',
  tenant_id text check (length(tenant_id) <= 64),
  infrastructure_summary text,
  facts jsonb not null check (facts ->> 'schema' is not distinct from '1'),
  assessment jsonb check (jsonb_typeof(assessment) = 'object'),
  unanswered smallint not null default 0 check (unanswered >= 0),
  retry_at timestamptz(3),
  retries smallint not null default 0 check (retries >= 0),
  first_scanned_at timestamptz(3) not null,
  scanned_at timestamptz(3) not null check (scanned_at >= first_scanned_at),
  updated_at timestamptz(3) not null default now()
);
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
comment on column domain_signals.assessment is 'The assessment of these facts when it has no score; null when the one in lead_scores is of these facts.';
comment on column domain_signals.unanswered is 'Look-ups without an answer.';
comment on column domain_signals.retry_at is 'When the unanswered look-ups are tried again; null when not.';
comment on column domain_signals.retries is 'How often that was done since the last complete look-up.';
comment on column domain_signals.first_scanned_at is 'When this domain was looked up for the first time.';
comment on column domain_signals.scanned_at is 'When these records were looked up.';
comment on column domain_signals.updated_at is 'When the row was last changed.';
create index domain_signals_retry on domain_signals (retry_at) where retry_at is not null;
create trigger domain_signals_touch before update on domain_signals for each row execute function hunter_touch();

create table lead_scores (
  company_id bigint primary key references companies on delete cascade,
  readiness_score smallint not null check (readiness_score between 0 and 100),
  segment text collate "C" not null check (segment in ('Migration', 'Existing', 'Cold', 'Skip')),
  priority_score smallint not null check (priority_score between 1 and 7),
  technical_heat text check (technical_heat in ('Hot', 'Warm', 'Cold')),
  commercial_segment text check (commercial_segment in ('GREENFIELD', 'COMPETITIVE', 'WEAK_PARTNER', 'RENEWAL', 'LOW_INTENT', 'NO_GO')),
  commercial_heat text check (commercial_heat in ('HIGH', 'MEDIUM', 'LOW')),
  priority_category text check (priority_category in ('P1', 'P2', 'P3', 'P4', 'P5', 'P6')),
  priority_label_tr text,
  priority_label_en text,
  reason_tr text not null,
  reason_en text not null,
  hard_fail text check (hard_fail in ('absent', 'null', 'nxdomain')),
  provider text collate "C" not null check (length(provider) <= 64),
  provider_name text not null,
  gateway text check (length(gateway) <= 100),
  hybrid boolean not null,
  local_provider text check (length(local_provider) <= 253),
  mx_root text check (length(mx_root) <= 253),
  tenant_size text check (tenant_size in ('small', 'medium', 'large', 'enterprise')),
  confidence numeric(3, 2) not null check (confidence between 0 and 4),
  confidence_level text not null check (confidence_level in ('high', 'medium', 'low')),
  score_low smallint check (score_low between 0 and 100),
  score_high smallint check (score_high between 0 and 100),
  m365_fit_score smallint check (m365_fit_score between 0 and 100),
  m365_match_tags text[] not null default '{}',
  rule_set text not null,
  rule_set_version text not null,
  assessment jsonb not null check (jsonb_typeof(assessment) = 'object'),
  kept_facts jsonb check (kept_facts is null or kept_facts ->> 'schema' is not distinct from '1'),
  looked_up_at timestamptz(3) not null,
  assessed_at timestamptz(3) not null,
  updated_at timestamptz(3) not null default now(),
  check (score_low is null or score_high is null or score_low <= score_high)
);
comment on table lead_scores is 'The newest score of a company. A look-up whose MX gave no answer makes none and leaves this row as it is.';
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
create trigger lead_scores_touch before update on lead_scores for each row execute function hunter_touch();

create table score_history (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  readiness_score smallint check (readiness_score between 0 and 100),
  segment text check (segment in ('Migration', 'Existing', 'Cold', 'Skip')),
  priority_score smallint check (priority_score between 1 and 7),
  priority_category text check (priority_category in ('P1', 'P2', 'P3', 'P4', 'P5', 'P6')),
  provider text not null,
  confidence numeric(3, 2) not null check (confidence between 0 and 4),
  rule_set text not null,
  cause text not null check (cause in ('scan', 'rules', 'context')),
  delta smallint check (delta between -100 and 100),
  summary_tr text not null,
  summary_en text not null,
  at timestamptz(3) not null
);
comment on table score_history is 'Every score ever made, one row a scan or re-scoring.';
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
create index score_history_company on score_history (company_id, at desc, id desc);
create index score_history_age on score_history (at);

create table signal_change_history (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  change_type text not null check (change_type in ('spf_changed', 'dkim_changed', 'dmarc_added', 'dmarc_changed', 'mx_changed', 'expire_soon', 'priority_score_changed', 'segment_changed', 'score_changed', 'provider_changed', 'gateway_changed', 'coverage_changed', 'nameservers_changed', 'registrar_changed')),
  old_value jsonb,
  new_value jsonb,
  words_tr text not null,
  words_en text not null,
  points smallint not null default 0,
  cause text not null check (cause in ('records', 'rules')),
  at timestamptz(3) not null
);
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
create index signal_change_history_company on signal_change_history (company_id, at desc, id desc);
create index signal_change_history_age on signal_change_history (at);

create table provider_change_history (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  old_provider text not null,
  new_provider text not null,
  at timestamptz(3) not null,
  check (old_provider <> new_provider)
);
comment on table provider_change_history is 'Moves from one mail provider to another: for stability and urgency.';
comment on column provider_change_history.id is 'Id of the move.';
comment on column provider_change_history.company_id is 'The company.';
comment on column provider_change_history.old_provider is 'Before.';
comment on column provider_change_history.new_provider is 'After.';
comment on column provider_change_history.at is 'When it was seen.';
create index provider_change_history_company on provider_change_history (company_id, at desc, id desc);
create index provider_change_history_age on provider_change_history (at);

create table ip_enrichment (
  company_id bigint not null references companies on delete cascade,
  address inet not null,
  of text not null check (of in ('mx', 'apex')),
  host text not null check (length(host) <= 512),
  country text check (length(country) <= 8),
  city text check (length(city) <= 200),
  asn bigint check (asn between 0 and 4294967295),
  asn_org text check (length(asn_org) <= 300),
  isp text check (length(isp) <= 300),
  usage_type text check (length(usage_type) <= 40),
  is_proxy boolean,
  proxy_type text check (length(proxy_type) <= 40),
  looked_up_at timestamptz(3) not null,
  primary key (company_id, address)
);
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
create index ip_enrichment_address on ip_enrichment (address);

create table notes (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  note text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
comment on table notes is 'Notes of the earlier system, as imported; nothing writes new ones.';
comment on column notes.id is 'Id of the note.';
comment on column notes.company_id is 'The company.';
comment on column notes.note is 'The note.';
comment on column notes.created_at is 'When it was written.';
comment on column notes.updated_at is 'When it was changed.';
create index notes_company on notes (company_id, created_at desc);

create table tags (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  tag text not null check (length(tag) between 1 and 100),
  created_at timestamptz(3) not null,
  unique (company_id, tag)
);
comment on table tags is 'Tags of the earlier system, as imported.';
comment on column tags.id is 'Id of the tag.';
comment on column tags.company_id is 'The company.';
comment on column tags.tag is 'The tag.';
comment on column tags.created_at is 'When it was set.';

create table favorites (
  id bigint generated always as identity primary key,
  company_id bigint not null references companies on delete cascade,
  user_id text not null,
  created_at timestamptz(3) not null,
  unique (company_id, user_id)
);
comment on table favorites is 'Favourites of the earlier system, as imported.';
comment on column favorites.id is 'Id of the entry.';
comment on column favorites.company_id is 'The company.';
comment on column favorites.user_id is 'Whose favourite.';
comment on column favorites.created_at is 'When it was marked.';
