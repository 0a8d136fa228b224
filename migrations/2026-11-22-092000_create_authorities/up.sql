create table authorities (
    authority_id uuid not null,
    name text not null,
    official_name text,
    gss_code text not null,
    dfe_code text,
    ofsted_urn text,
    region text not null,
    authority_type text not null,
    website text,
    population_0_25 integer,
    active_from date,
    active_to date,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint authorities_pkey primary key (authority_id),
    constraint authorities_gss_code_key unique (gss_code),
    constraint authorities_gss_code_check check (gss_code ~ '^E[0-9]{8}$'),
    constraint authorities_dfe_code_check check (dfe_code ~ '^[0-9]{3}$'),
    constraint authorities_ofsted_urn_check check (ofsted_urn ~ '^[0-9]{5,7}$'),
    constraint authorities_name_check check (char_length(name) between 1 and 200),
    constraint authorities_official_name_check check (char_length(official_name) between 1 and 200),
    constraint authorities_region_check check (region in (
        'East Midlands', 'East of England', 'London', 'North East', 'North West',
        'South East', 'South West', 'West Midlands', 'Yorkshire and the Humber')),
    constraint authorities_authority_type_check check (authority_type in (
        'county', 'unitary_authority', 'metropolitan_district', 'london_borough', 'city_corporation')),
    constraint authorities_website_check check (char_length(website) between 1 and 2000),
    constraint authorities_population_0_25_check check (population_0_25 between 0 and 10000000),
    constraint authorities_active_check check (active_from <= active_to)
);
comment on table authorities is 'English councils with responsibility for children''s services, past and present.';
comment on column authorities.gss_code is 'Code of the Office for National Statistics; never reused.';
comment on column authorities.dfe_code is 'Three digits of the Department for Education; a successor may keep its predecessor''s.';
comment on column authorities.ofsted_urn is 'Ofsted''s unique reference number of the authority as a provider; a successor may keep its predecessor''s.';
comment on column authorities.active_to is 'Last day of existence; absent while the authority exists.';

-- The order of GET /authorities.
create index authorities_name_idx on authorities (name, authority_id);
-- {authority} given as a code, and the filters of the same names.
create index authorities_dfe_code_idx on authorities (dfe_code);
create index authorities_ofsted_urn_idx on authorities (ofsted_urn);
-- Filters region and authority_type.
create index authorities_region_idx on authorities (region, name, authority_id);
create index authorities_authority_type_idx on authorities (authority_type, name, authority_id);

create table authority_successions (
    predecessor_id uuid not null,
    successor_id uuid not null,
    constraint authority_successions_pkey primary key (predecessor_id, successor_id),
    constraint authority_successions_predecessor_id_fkey foreign key (predecessor_id)
        references authorities on delete cascade,
    constraint authority_successions_successor_id_fkey foreign key (successor_id)
        references authorities on delete cascade,
    constraint authority_successions_distinct_check check (predecessor_id <> successor_id)
);
comment on table authority_successions is 'Which authority took over from which when it was abolished.';
create index authority_successions_successor_id_idx on authority_successions (successor_id);

create table statistical_neighbours (
    authority_id uuid not null,
    neighbour_set text not null,
    neighbour_id uuid not null,
    rank integer,
    constraint statistical_neighbours_pkey primary key (authority_id, neighbour_set, neighbour_id),
    constraint statistical_neighbours_rank_key unique (authority_id, neighbour_set, rank),
    constraint statistical_neighbours_authority_id_fkey foreign key (authority_id)
        references authorities on delete cascade,
    constraint statistical_neighbours_neighbour_id_fkey foreign key (neighbour_id)
        references authorities on delete restrict,
    constraint statistical_neighbours_neighbour_set_check check (neighbour_set in ('current', 'previous')),
    constraint statistical_neighbours_rank_check check (rank between 1 and 50),
    constraint statistical_neighbours_distinct_check check (authority_id <> neighbour_id)
);
comment on table statistical_neighbours is 'The authorities most alike, as the Department for Education lists them: directed, ranked and re-issued.';
comment on column statistical_neighbours.rank is 'Closeness, 1 the closest; absent in a set issued without ranks.';
create index statistical_neighbours_neighbour_id_idx on statistical_neighbours (neighbour_id);
