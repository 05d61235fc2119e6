-- What the running service keeps besides.

alter table workers add column queue_ids text[] not null default '{}';
comment on column workers.queue_ids is 'Under which names the queue has locked work for it.';

alter table domain_signals add column asked_at jsonb not null default '{}'
  check (jsonb_typeof(asked_at) = 'object');
comment on column domain_signals.asked_at is
  'When the parts were last asked that not every scan asks: registration, tenant, posture. They are carried over until they are too old.';
