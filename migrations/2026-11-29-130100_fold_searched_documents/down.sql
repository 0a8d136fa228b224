alter table documents
    drop column search,
    add column search tsvector not null generated always as (
        searchable(title || ' ' || coalesce(publisher, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(notes, '')
            || ' ' || coalesce(jsonb_path_query_array(statements, '$[*].*')::text, '') || ' ' || coalesce(text, ''))) stored;
create index documents_search_idx on documents using gin (search);
