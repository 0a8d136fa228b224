create table inspections (
    inspection_id uuid not null,
    authority_id uuid not null,
    framework text,
    kind text,
    title text,
    started_on date,
    ended_on date,
    fieldwork_as_printed text,
    fieldwork_periods jsonb not null default '[]',
    received_on date,
    published_on date,
    state text not null default 'draft',
    inspected_name text,
    lead_inspectors text[] not null default '{}',
    inspectors jsonb not null default '[]',
    addressee text,
    copied_to text,
    areas_covered jsonb not null default '[]',
    headline text,
    opened_by_inspection_id uuid,
    visit_number integer,
    is_final_visit boolean,
    report_url text,
    source text,
    source_reference text,
    kind_basis text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search tsvector not null generated always as (
        to_tsvector('english', coalesce(title, '') || ' ' || coalesce(inspected_name, '') || ' ' || joined(lead_inspectors)
            || ' ' || jsonb_path_query_array(inspectors, '$[*].name')::text || ' ' || coalesce(headline, ''))) stored,
    constraint inspections_pkey primary key (inspection_id),
    constraint inspections_inspection_id_framework_key unique (inspection_id, framework),
    constraint inspections_opened_by_visit_number_key unique (opened_by_inspection_id, visit_number),
    constraint inspections_authority_id_fkey foreign key (authority_id) references authorities on delete restrict,
    constraint inspections_framework_fkey foreign key (framework) references frameworks on delete restrict,
    constraint inspections_framework_kind_fkey foreign key (framework, kind)
        references framework_kinds (framework, kind) on delete restrict,
    constraint inspections_opened_by_inspection_id_fkey foreign key (opened_by_inspection_id)
        references inspections on delete restrict,
    constraint inspections_kind_framework_check check (kind is null or framework is not null),
    constraint inspections_state_check check (state in ('draft', 'published', 'withdrawn')),
    constraint inspections_kind_check check (kind in (
        'safeguarding_and_looked_after_children', 'contact_referral_assessment', 'child_protection', 'looked_after_children',
        'single_inspection', 're_inspection', 'lscb_review', 'standard', 'short', 'focused_visit', 'monitoring_visit',
        'joint_targeted')),
    constraint inspections_title_check check (char_length(title) between 1 and 300),
    constraint inspections_fieldwork_as_printed_check check (char_length(fieldwork_as_printed) between 1 and 300),
    constraint inspections_inspected_name_check check (char_length(inspected_name) between 1 and 200),
    constraint inspections_addressee_check check (char_length(addressee) between 1 and 1000),
    constraint inspections_copied_to_check check (char_length(copied_to) between 1 and 1000),
    constraint inspections_headline_check check (char_length(headline) between 1 and 10000),
    constraint inspections_report_url_check check (char_length(report_url) between 1 and 2000),
    constraint inspections_source_reference_check check (char_length(source_reference) between 1 and 1000),
    constraint inspections_source_check check (source in ('report', 'letter', 'summary_sheet', 'news', 'file_name')),
    constraint inspections_kind_basis_check check (kind_basis in ('printed', 'derived_from_dates')),
    constraint inspections_fieldwork_check check (started_on <= ended_on),
    constraint inspections_publication_check check (
        greatest(started_on, ended_on) <= published_on and received_on <= published_on),
    constraint inspections_receipt_check check (greatest(started_on, ended_on) <= received_on),
    constraint inspections_series_check check (
        case kind
            when 'monitoring_visit' then opened_by_inspection_id is not null
            when 'focused_visit' then true
            else opened_by_inspection_id is null and visit_number is null
        end),
    constraint inspections_visit_number_check check (
        visit_number between 1 and 99 and opened_by_inspection_id is not null or visit_number is null),
    constraint inspections_is_final_visit_check check (is_final_visit is null or kind = 'monitoring_visit'),
    constraint inspections_opened_by_another_check check (opened_by_inspection_id <> inspection_id)
);
comment on table inspections is 'Inspections and visits of authorities'' services for children, one row a report or letter.';
comment on column inspections.framework is 'The framework inspected under; absent where the sources do not tell.';
comment on column inspections.kind is 'The kind of inspection; absent where the sources do not tell.';
comment on column inspections.started_on is 'First day of fieldwork.';
comment on column inspections.ended_on is 'Last day of fieldwork.';
comment on column inspections.received_on is 'The day on which the authority received the report; statutory periods count from it.';
comment on column inspections.published_on is 'The day of publication; absent if Ofsted published nothing.';
comment on column inspections.state is 'Visibility: draft, published or withdrawn.';
comment on column inspections.opened_by_inspection_id is 'The graded inspection that opened the series which this visit belongs to.';
comment on column inspections.kind_basis is 'Whether the kind stands in the report or was derived from its dates.';

-- One inspection of a kind is published on a day.
create unique index inspections_authority_id_published_on_kind_key
    on inspections (authority_id, published_on, coalesce(kind, '')) where published_on is not null;
-- The orders of GET /inspections, both ways, absent dates last.
create index inspections_published_on_desc_idx on inspections (or_distant_past(published_on) desc, inspection_id desc);
create index inspections_published_on_idx on inspections (or_distant_future(published_on), inspection_id);
create index inspections_started_on_desc_idx on inspections (or_distant_past(started_on) desc, inspection_id desc);
create index inspections_started_on_idx on inspections (or_distant_future(started_on), inspection_id);
-- Filters with their order; the first also finds the standing of an authority, and the second does by the other clock.
create index inspections_authority_id_idx
    on inspections (authority_id, or_distant_past(published_on) desc, inspection_id desc);
create index inspections_authority_id_ended_on_idx
    on inspections (authority_id, or_distant_past(ended_on) desc, inspection_id desc);
create index inspections_framework_kind_idx
    on inspections (framework, kind, or_distant_past(published_on) desc, inspection_id desc);
create index inspections_kind_idx on inspections (kind, or_distant_past(published_on) desc, inspection_id desc);
create index inspections_state_idx on inspections (state, or_distant_past(published_on) desc, inspection_id desc);
create index inspections_lead_inspectors_idx on inspections using gin (lower_each(lead_inspectors));
create index inspections_search_idx on inspections using gin (search);

create table judgements (
    inspection_id uuid not null,
    framework text not null,
    area text not null,
    grade text,
    grade_as_printed text,
    absence_reason text,
    constraint judgements_pkey primary key (inspection_id, area),
    constraint judgements_inspection_id_framework_fkey foreign key (inspection_id, framework)
        references inspections (inspection_id, framework) on update cascade on delete cascade,
    constraint judgements_framework_area_fkey foreign key (framework, area)
        references framework_areas (framework, area) on delete restrict,
    constraint judgements_framework_grade_fkey foreign key (framework, grade)
        references framework_grades (framework, grade) on delete restrict,
    constraint judgements_grade_or_absence_check check ((grade is null) <> (absence_reason is null)),
    constraint judgements_absence_reason_check check (absence_reason in ('not_judged')),
    constraint judgements_grade_as_printed_check check (char_length(grade_as_printed) between 1 and 200)
);
comment on table judgements is 'What was judged in an inspection, and the grade given. Part of the inspection: it has no version of its own.';
comment on column judgements.framework is 'The inspection''s framework, repeated so that area and grade can be held to it.';
comment on column judgements.absence_reason is 'Why an area was given no grade.';
-- Filters area and grade of inspections and standings.
create index judgements_area_grade_idx on judgements (area, grade, inspection_id);
create index judgements_framework_area_idx on judgements (framework, area);
create index judgements_framework_grade_idx on judgements (framework, grade);
