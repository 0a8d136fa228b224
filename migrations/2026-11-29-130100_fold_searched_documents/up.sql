-- By itself, so that only documents wait: their full texts take longest.
alter table documents
    drop column search,
    add column search tsvector not null generated always as (searchable(folded(
        title || ' ' || coalesce(publisher, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(notes, '')
            || ' ' || coalesce(strings_in(statements, '$[*].*'), '') || ' ' || coalesce(text, '')))) stored;
create index documents_search_idx on documents using gin (search);
