create table idempotency_keys (
    caller text not null,
    key text not null,
    request bytea not null,
    status integer not null,
    headers jsonb not null,
    body bytea not null,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (caller, key),
    constraint idempotency_keys_caller_check check (char_length(caller) between 1 and 200),
    constraint idempotency_keys_key_check check (key ~ '^[!-~]{1,255}$'),
    constraint idempotency_keys_request_check check (octet_length(request) = 32),
    constraint idempotency_keys_status_check check (status between 200 and 499),
    constraint idempotency_keys_headers_check check (jsonb_typeof(headers) = 'array')
);
comment on table idempotency_keys is
    'What POST requests with an Idempotency-Key were answered, written in the transaction of their effect. Pruned after a day.';
comment on column idempotency_keys.caller is 'Whose key it is: two callers may use one key, each for itself.';
comment on column idempotency_keys.request is 'SHA-256 of method, path and body: another request under the same key is refused.';
comment on column idempotency_keys.headers is 'Names and values, in pairs; what every answer carries is left out.';
-- Pruning.
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
