comment on function lower_each(text[]) is 'Each name in lower case, for comparison without regard to case.';

drop function improvement_actions_on(date);
drop index improvement_actions_promised_to_idx;
drop index improvement_actions_owner_role_idx;
alter table improvement_actions
    drop column search,
    add column search tsvector not null generated always as (
        to_tsvector('english', title || ' ' || coalesce(description, '') || ' ' || coalesce(success_measure, '') || ' '
            || coalesce(owner_role, '') || ' ' || coalesce(promised_to, '') || ' ' || joined(partner_organisations))) stored;
create index improvement_actions_search_idx on improvement_actions using gin (search);
create index improvement_actions_owner_role_idx on improvement_actions (lower(owner_role));
create index improvement_actions_promised_to_idx on improvement_actions (lower(promised_to));
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

alter table recommendations
    drop column search,
    add column search tsvector not null generated always as (to_tsvector('english', text || ' ' || coalesce(section, ''))) stored;
create index recommendations_search_idx on recommendations using gin (search);

alter table findings
    drop column search,
    add column search tsvector not null generated always as (
        to_tsvector('english', text || ' ' || coalesce(section, '') || ' ' || coalesce(quote, ''))) stored;
create index findings_search_idx on findings using gin (search);

drop index inspections_lead_inspectors_idx;
alter table inspections
    drop column search,
    add column search tsvector not null generated always as (
        to_tsvector('english', coalesce(title, '') || ' ' || coalesce(inspected_name, '') || ' ' || joined(lead_inspectors)
            || ' ' || jsonb_path_query_array(inspectors, '$[*].name')::text || ' ' || coalesce(headline, ''))) stored;
create index inspections_search_idx on inspections using gin (search);
create index inspections_lead_inspectors_idx on inspections using gin (lower_each(lead_inspectors));

alter table authorities drop column searched_names, drop column other_names;
drop function strings_in(jsonb, jsonpath);
drop function named(text);
drop function question(text);
drop function folded_each(text[]);
drop function folded(text);
