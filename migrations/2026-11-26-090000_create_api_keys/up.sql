create table api_keys (
    key_id uuid not null,
    name text not null,
    role text not null,
    created_by text not null,
    rotated_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint api_keys_pkey primary key (key_id),
    constraint api_keys_name_check check (char_length(name) between 1 and 64 and name ~ '^[A-Za-z0-9]+([ ._-][A-Za-z0-9]+)*$'),
    constraint api_keys_reserved_check check (lower(name) not in ('anonymous', 'import', 'keys', 'migrate', 'serve')),
    constraint api_keys_role_check check (role in ('admin', 'steward', 'contributor', 'reviewer', 'reader')),
    constraint api_keys_created_by_check check (char_length(created_by) between 1 and 200),
    -- In hours: days are not equally long.
    constraint api_keys_expires_at_check check (expires_at > rotated_at and expires_at <= rotated_at + interval '8760 hours')
);
comment on table api_keys is 'Who may call, and as what. A revoked key stays, so that nobody else acts under its name.';
comment on column api_keys.name is 'Under which changes are kept, and which events tell: of a team or a program, never of a person.';
comment on column api_keys.created_by is 'The name of the key that made it, or the command.';
comment on column api_keys.rotated_at is 'When its current secret was made; a secret lasts at most 365 days.';
comment on column api_keys.revoked_at is 'When it was taken back; absent while it holds.';
comment on column api_keys.last_used_at is 'When it was last used, to the minute; not counted as a change.';
-- One name, however it is written; also the order of GET /api-keys by name.
create unique index api_keys_name_key on api_keys (lower(name));
create index api_keys_name_idx on api_keys (name, key_id) where revoked_at is null;
create index api_keys_expires_at_idx on api_keys (expires_at, key_id) where revoked_at is null;

create table api_key_authorities (
    key_id uuid not null,
    authority_id uuid not null,
    constraint api_key_authorities_pkey primary key (key_id, authority_id),
    constraint api_key_authorities_key_id_fkey foreign key (key_id) references api_keys on delete cascade,
    constraint api_key_authorities_authority_id_fkey foreign key (authority_id) references authorities on delete restrict
);
comment on table api_key_authorities is 'The authorities whose papers a key is for. None is none, never all.';
create index api_key_authorities_authority_id_idx on api_key_authorities (authority_id);

create table api_key_secrets (
    secret_id uuid not null,
    hash bytea not null,
    key_id uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    constraint api_key_secrets_pkey primary key (secret_id),
    constraint api_key_secrets_hash_key unique (hash),
    constraint api_key_secrets_key_id_fkey foreign key (key_id) references api_keys on delete cascade,
    constraint api_key_secrets_hash_check check (octet_length(hash) = 32)
);
comment on table api_key_secrets is 'What proves a key. The secrets themselves are nowhere.';
comment on column api_key_secrets.hash is 'SHA-256 of the secret, which has so much chance in it that it cannot be guessed from that.';
comment on column api_key_secrets.expires_at is 'When it ends after another took its place; absent for the current one, which ends with its key.';
create unique index api_key_secrets_current_key on api_key_secrets (key_id) where expires_at is null;
-- The order of GET /api-keys/{key_id}/rotations.
create index api_key_secrets_key_id_idx on api_key_secrets (key_id, created_at desc, secret_id desc);

-- Held from here on, without a look at what is there: the next migration looks, and blocks nobody meanwhile.
alter table events drop constraint events_resource_check;
alter table events add constraint events_resource_check check (resource in (
    'authority', 'inspection', 'finding', 'recommendation', 'document', 'improvement_plan', 'improvement_action',
    'improvement_action_transition', 'improvement_action_date_revision', 'improvement_action_update', 'evidence',
    'evidence_review', 'examination', 'intervention', 'api_key')) not valid;
