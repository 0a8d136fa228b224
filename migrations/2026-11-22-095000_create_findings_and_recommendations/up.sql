create table findings (
    finding_id uuid not null,
    inspection_id uuid not null,
    position integer not null,
    polarity text not null,
    text text not null,
    section text,
    paragraph text,
    area text,
    themes text[] not null default '{}',
    cohorts text[] not null default '{}',
    quote text,
    document_id uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search tsvector not null generated always as (
        to_tsvector('english', text || ' ' || coalesce(section, '') || ' ' || coalesce(quote, ''))) stored,
    constraint findings_pkey primary key (finding_id),
    constraint findings_inspection_id_position_key unique (inspection_id, position),
    constraint findings_inspection_id_fkey foreign key (inspection_id) references inspections on delete cascade,
    constraint findings_document_id_fkey foreign key (document_id) references documents on delete restrict,
    constraint findings_position_check check (position between 1 and 1000),
    constraint findings_polarity_check check (polarity in ('strength', 'concern', 'mixed')),
    constraint findings_text_check check (char_length(text) between 1 and 10000),
    constraint findings_section_check check (char_length(section) between 1 and 200),
    constraint findings_paragraph_check check (char_length(paragraph) between 1 and 200),
    constraint findings_quote_check check (char_length(quote) between 1 and 10000),
    constraint findings_cohorts_check check (cohorts <@ array[
        'early_help', 'children_in_need', 'child_protection', 'children_in_care', 'care_leavers', 'separated_children',
        'disabled_children', 'young_people_16_17'])
);
comment on table findings is 'What inspectors found, one row a paragraph or bullet.';
comment on column findings.position is 'Place in the report, from 1.';
create index findings_document_id_idx on findings (document_id);
create index findings_polarity_idx on findings (polarity);
create index findings_area_idx on findings (area);
create index findings_themes_idx on findings using gin (themes);
create index findings_cohorts_idx on findings using gin (cohorts);
create index findings_search_idx on findings using gin (search);

create table recommendations (
    recommendation_id uuid not null,
    inspection_id uuid not null,
    position integer not null,
    kind text not null,
    addressee text not null default 'local_authority',
    text text not null,
    section text,
    themes text[] not null default '{}',
    cohorts text[] not null default '{}',
    timescale_as_printed text,
    paragraph text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search tsvector not null generated always as (to_tsvector('english', text || ' ' || coalesce(section, ''))) stored,
    constraint recommendations_pkey primary key (recommendation_id),
    constraint recommendations_inspection_id_position_key unique (inspection_id, position),
    constraint recommendations_inspection_id_fkey foreign key (inspection_id) references inspections on delete cascade,
    constraint recommendations_position_check check (position between 1 and 1000),
    constraint recommendations_kind_check check (kind in ('priority_action', 'area_for_improvement', 'recommendation')),
    constraint recommendations_addressee_check check (addressee in ('local_authority', 'lscb', 'partnership', 'other')),
    constraint recommendations_text_check check (char_length(text) between 1 and 10000),
    constraint recommendations_section_check check (char_length(section) between 1 and 200),
    constraint recommendations_paragraph_check check (char_length(paragraph) between 1 and 200),
    constraint recommendations_timescale_as_printed_check check (char_length(timescale_as_printed) between 1 and 200),
    constraint recommendations_cohorts_check check (cohorts <@ array[
        'early_help', 'children_in_need', 'child_protection', 'children_in_care', 'care_leavers', 'separated_children',
        'disabled_children', 'young_people_16_17'])
);
comment on table recommendations is 'What an inspection asks to be put right.';
comment on column recommendations.position is 'Place in the report, from 1.';
comment on column recommendations.section is 'The heading that it stands under.';
comment on column recommendations.timescale_as_printed is 'The time allowed, in the words of the report.';
create index recommendations_kind_idx on recommendations (kind);
create index recommendations_themes_idx on recommendations using gin (themes);
create index recommendations_cohorts_idx on recommendations using gin (cohorts);
create index recommendations_search_idx on recommendations using gin (search);
