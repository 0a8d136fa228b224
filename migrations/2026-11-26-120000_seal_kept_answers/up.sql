alter table idempotency_keys add column is_sealed boolean not null default false;
comment on column idempotency_keys.is_sealed is
    'The body holds a secret and is encrypted, under a key that is made of the caller''s own secret and not kept.';
