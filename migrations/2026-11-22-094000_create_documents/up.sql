create table documents (
    document_id uuid not null,
    kind text not null,
    audience text not null default 'public',
    title text not null,
    publisher text,
    sender text,
    addressee text,
    signed_by text,
    language text not null default 'en',
    published_on date,
    url text,
    summary text,
    text text,
    notes text,
    inspection_id uuid,
    statements jsonb not null default '[]',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search tsvector not null generated always as (
        searchable(title || ' ' || coalesce(publisher, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(notes, '')
            || ' ' || coalesce(jsonb_path_query_array(statements, '$[*].*')::text, '') || ' ' || coalesce(text, ''))) stored,
    constraint documents_pkey primary key (document_id),
    constraint documents_inspection_id_fkey foreign key (inspection_id) references inspections on delete restrict,
    constraint documents_kind_check check (kind in (
        'report', 'letter', 'children_letter', 'press_release', 'news_article', 'statement', 'plan', 'other')),
    constraint documents_audience_check check (audience in ('public', 'children_and_young_people', 'council')),
    constraint documents_title_check check (char_length(title) between 1 and 300),
    constraint documents_publisher_check check (char_length(publisher) between 1 and 200),
    constraint documents_sender_check check (char_length(sender) between 1 and 1000),
    constraint documents_addressee_check check (char_length(addressee) between 1 and 1000),
    constraint documents_signed_by_check check (char_length(signed_by) between 1 and 200),
    constraint documents_url_check check (char_length(url) between 1 and 2000),
    constraint documents_summary_check check (char_length(summary) between 1 and 10000),
    constraint documents_notes_check check (char_length(notes) between 1 and 10000),
    constraint documents_language_check check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    constraint documents_text_check check (char_length(text) between 1 and 500000)
);
comment on table documents is 'Reports, letters, news and statements that speak of inspections.';
comment on column documents.audience is 'For whom it was written.';
comment on column documents.summary is 'What it says, in the register''s own words.';
comment on column documents.text is 'The full text, where its licence allows to keep it.';
create index documents_published_on_desc_idx on documents (or_distant_past(published_on) desc, document_id desc);
create index documents_published_on_idx on documents (or_distant_future(published_on), document_id);
create index documents_inspection_id_idx on documents (inspection_id, or_distant_past(published_on) desc, document_id desc);
create index documents_kind_idx on documents (kind, or_distant_past(published_on) desc, document_id desc);
create index documents_search_idx on documents using gin (search);

create table document_authorities (
    document_id uuid not null,
    authority_id uuid not null,
    constraint document_authorities_pkey primary key (document_id, authority_id),
    constraint document_authorities_document_id_fkey foreign key (document_id) references documents on delete cascade,
    constraint document_authorities_authority_id_fkey foreign key (authority_id) references authorities on delete restrict
);
comment on table document_authorities is 'The authorities that a document speaks of.';
create index document_authorities_authority_id_idx on document_authorities (authority_id, document_id);
