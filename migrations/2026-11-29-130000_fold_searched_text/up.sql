-- One folding for what is searched and for what is asked.

create function folded(content text) returns text
language sql immutable parallel safe strict
return btrim(regexp_replace(
    replace(
        lower(replace(replace(replace(replace(replace(
            translate(
                regexp_replace(
                    normalize(
                        -- Without apostrophes.
                        regexp_replace(content, '[\u0027\u0060\u00b4\u02b9-\u02bf\u2018-\u201b\u2032\u2035\ua78c\uff07]', '', 'g'),
                        nfkd),
                    -- Without accents and invisible characters.
                    '[\u0300-\u036f\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'),
                'ØøŁłĐđÐðÞþı', 'OoLlDdDdTti'),
            'Æ', 'AE'), 'æ', 'ae'), 'Œ', 'OE'), 'œ', 'oe'), 'ß', 'ss')),
        '&', ' and '),
    -- White space, hyphens and all other punctuation become one space.
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02c0-\u02df\u2000-\u206f\u2190-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufe30-\ufe6f]+',
    ' ', 'g'));
comment on function folded(text) is
    'The words of a text for comparison: without case, accents, apostrophes and invisible characters, with "and" for "&", and one space for all other punctuation and white space.';

create function folded_each(names text[]) returns text[]
language sql immutable parallel safe strict
return (select coalesce(array_agg(folded(name) order by position), '{}')
        from unnest(names) with ordinality as each(name, position));
comment on function folded_each(text[]) is 'Each name folded.';

create function question(words text) returns tsquery
language sql immutable parallel safe strict
return (
    select websearch_to_tsquery('english', coalesce(string_agg(
        case when part[1] = '' and lower(part[3]) = 'or' then 'or'
            else case part[1] when '' then '' else '-' end || '"' || folded(coalesce(part[2], part[3])) || '"' end,
        ' ' order by position), ''))
    from regexp_matches(
        translate(words, '“”„‟', '""""'), '([-\u2010\u2011\u2212\ufe63\uff0d]?)(?:"([^"]*)(?:"|$)|([^[:space:]"]+))', 'g'
    ) with ordinality as each(part, position)
);
comment on function question(text) is
    'The query of a web search over folded text: words, "phrases", or, and - before what is excluded. It has no nodes if it names nothing but stop words.';

create function named(words text) returns text
language sql immutable parallel safe strict
return folded(regexp_replace(
    translate(words, '“”„‟', '""""'), '(^|[[:space:]])[-\u2010\u2011\u2212\ufe63\uff0d]("[^"]*("|$)|[^[:space:]"]+)', ' ', 'g'));
comment on function named(text) is 'The part of a name that a web search asks for: its words folded, without what it excludes.';

create function strings_in(document jsonb, place jsonpath) returns text
language sql immutable parallel safe strict
return (select coalesce(string_agg(value #>> '{}', ' '), '') from jsonb_path_query(document, place) as each(value));
comment on function strings_in(jsonb, jsonpath) is 'The texts at a place of a document as one text, for the full-text index.';

alter table authorities add column other_names text[] not null default '{}';
alter table authorities add constraint authorities_other_names_check check (
    array_position(other_names, null) is null and cardinality(other_names) <= 20);
comment on column authorities.other_names is 'Names by which it was or is also known.';
alter table authorities add column searched_names text[] not null generated always as (
    array_remove(folded_each(array[name, official_name] || other_names), null)) stored;
comment on column authorities.searched_names is 'All its names, folded.';

drop index inspections_lead_inspectors_idx;
alter table inspections
    drop column search,
    add column search tsvector not null generated always as (searchable(folded(
        coalesce(title, '') || ' ' || coalesce(inspected_name, '') || ' ' || joined(lead_inspectors)
            || ' ' || strings_in(inspectors, '$[*].name') || ' ' || coalesce(headline, '')))) stored;
create index inspections_search_idx on inspections using gin (search);
create index inspections_lead_inspectors_idx on inspections using gin (folded_each(lead_inspectors));

alter table findings
    drop column search,
    add column search tsvector not null generated always as (
        searchable(folded(text || ' ' || coalesce(section, '') || ' ' || coalesce(quote, '')))) stored;
create index findings_search_idx on findings using gin (search);

alter table recommendations
    drop column search,
    add column search tsvector not null generated always as (
        searchable(folded(text || ' ' || coalesce(section, '')))) stored;
create index recommendations_search_idx on recommendations using gin (search);

drop function improvement_actions_on(date);
drop index improvement_actions_owner_role_idx;
drop index improvement_actions_promised_to_idx;
alter table improvement_actions
    drop column search,
    add column search tsvector not null generated always as (searchable(folded(
        title || ' ' || coalesce(description, '') || ' ' || coalesce(success_measure, '') || ' ' || coalesce(owner_role, '')
            || ' ' || coalesce(promised_to, '') || ' ' || joined(partner_organisations)))) stored;
create index improvement_actions_search_idx on improvement_actions using gin (search);
create index improvement_actions_owner_role_idx on improvement_actions (folded(owner_role));
create index improvement_actions_promised_to_idx on improvement_actions (folded(promised_to));
create function improvement_actions_on(day date) returns setof improvement_actions
language sql stable
begin atomic
    select
        action.action_id, action.authority_id, action.plan_id, action.title, action.description, action.source, action.themes,
        action.cohorts, action.owner_role, action.partner_organisations, action.priority, action.success_measure,
        action.promised_to, action.visibility, action.proposed_on,
        coalesce(moved.to_state, 'proposed') as state,
        reported.rag,
        due.original_due_on,
        due.due_on,
        due.due_on - due.original_due_on as slip_days,
        coalesce(revised.position, 0) as revision_count,
        case when moved.to_state in ('completed', 'verified') then (
            select effective_on from improvement_action_transitions
            where action_id = action.action_id and effective_on <= day and to_state = 'completed'
            order by position desc limit 1
        ) end as completed_on,
        moved.deferred_until,
        action.version, action.created_at, action.updated_at, action.search
    from improvement_actions action
    left join lateral (
        select to_state, deferred_until from improvement_action_transitions
        where action_id = action.action_id and effective_on <= day order by position desc limit 1
    ) moved on true
    left join lateral (
        select rag from improvement_action_updates
        where action_id = action.action_id and effective_on <= day and rag is not null
        order by effective_on desc, recorded_at desc, update_id desc limit 1
    ) reported on true
    left join lateral (
        select position, due_on from improvement_action_date_revisions
        where action_id = action.action_id and effective_on <= day order by position desc limit 1
    ) revised on true
    left join lateral (
        select position, previous_due_on from improvement_action_date_revisions
        where action_id = action.action_id and position = 1 and effective_on > day
    ) first_revision on true
    cross join lateral (
        -- Before the first revision the due date is the one that it replaced; one that it set first was not yet there.
        select
            case when first_revision.position is null then action.original_due_on else first_revision.previous_due_on
                end as original_due_on,
            case when first_revision.position is null then coalesce(revised.due_on, action.due_on)
                else first_revision.previous_due_on end as due_on
    ) due
    where action.proposed_on <= day;
end;
comment on function improvement_actions_on(date) is 'The actions as they stood at the end of a day, by what was effective then.';

comment on function lower_each(text[]) is 'Each name in lower case. Version 0.2.0 uses it, which may run beside a later one.';
