create function or_least(number integer) returns integer
language sql immutable parallel safe
return coalesce(number, -2147483648);
comment on function or_least(integer) is 'The number, or one below all others: a descending order that puts absent numbers last.';

create function or_greatest(number integer) returns integer
language sql immutable parallel safe
return coalesce(number, 2147483647);
comment on function or_greatest(integer) is 'The number, or one above all others: an ascending order that puts absent numbers last.';

create table improvement_actions (
    action_id uuid not null,
    authority_id uuid not null,
    plan_id uuid,
    title text not null,
    description text,
    source text not null,
    themes text[] not null default '{}',
    cohorts text[] not null default '{}',
    owner_role text,
    partner_organisations text[] not null default '{}',
    priority text,
    success_measure text,
    promised_to text,
    visibility text not null default 'private',
    proposed_on date not null,
    state text not null default 'proposed',
    rag text,
    original_due_on date,
    due_on date,
    slip_days integer generated always as (due_on - original_due_on) stored,
    revision_count integer not null default 0,
    completed_on date,
    deferred_until date,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    search tsvector not null generated always as (
        to_tsvector('english', title || ' ' || coalesce(description, '') || ' ' || coalesce(success_measure, '') || ' '
            || coalesce(owner_role, '') || ' ' || coalesce(promised_to, '') || ' ' || joined(partner_organisations))) stored,
    constraint improvement_actions_pkey primary key (action_id),
    constraint improvement_actions_authority_id_fkey foreign key (authority_id) references authorities on delete restrict,
    constraint improvement_actions_plan_id_fkey foreign key (plan_id, authority_id)
        references improvement_plans (plan_id, authority_id) on delete restrict,
    constraint improvement_actions_title_check check (char_length(title) between 1 and 300),
    constraint improvement_actions_description_check check (char_length(description) between 1 and 10000),
    constraint improvement_actions_source_check check (source in (
        'recommendation', 'finding', 'audit', 'learning_review', 'self_evaluation', 'board', 'other')),
    constraint improvement_actions_cohorts_check check (cohorts <@ array[
        'early_help', 'children_in_need', 'child_protection', 'children_in_care', 'care_leavers', 'separated_children',
        'disabled_children', 'young_people_16_17']),
    constraint improvement_actions_owner_role_check check (char_length(owner_role) between 1 and 200),
    constraint improvement_actions_priority_check check (priority in ('high', 'medium', 'low')),
    constraint improvement_actions_success_measure_check check (char_length(success_measure) between 1 and 10000),
    constraint improvement_actions_promised_to_check check (char_length(promised_to) between 1 and 200),
    constraint improvement_actions_visibility_check check (visibility in ('private', 'public')),
    constraint improvement_actions_state_check check (state in (
        'proposed', 'agreed', 'in_progress', 'blocked', 'deferred', 'completed', 'verified', 'cancelled', 'reopened')),
    constraint improvement_actions_rag_check check (rag in ('red', 'amber', 'green')),
    constraint improvement_actions_due_on_check check ((original_due_on is null) = (due_on is null)),
    constraint improvement_actions_revision_count_check check (revision_count > 0 or due_on is not distinct from original_due_on),
    constraint improvement_actions_completed_on_check check ((completed_on is not null) = (state in ('completed', 'verified'))),
    constraint improvement_actions_deferred_until_check check ((deferred_until is not null) = (state = 'deferred'))
);
comment on table improvement_actions is 'What an authority does so that something gets better for children.';
comment on column improvement_actions.owner_role is 'The role that answers for it; never a person.';
comment on column improvement_actions.success_measure is 'What will be different for children.';
comment on column improvement_actions.promised_to is 'To whom it was promised.';
comment on column improvement_actions.proposed_on is 'The day on which it was proposed.';
comment on column improvement_actions.state is 'Where it stands; moves only by transitions.';
comment on column improvement_actions.rag is 'Red, amber or green, as the latest update says.';
comment on column improvement_actions.original_due_on is 'The first day by which it was to be done.';
comment on column improvement_actions.due_on is 'The day by which it is to be done; changes only by date revisions.';
comment on column improvement_actions.slip_days is 'Days from the first due date to the current one.';
comment on column improvement_actions.completed_on is 'The day on which it was completed; absent unless it is completed or verified.';
-- The orders of GET /improvement-actions, both ways, absent values last.
create index improvement_actions_due_on_idx on improvement_actions (or_distant_future(due_on), action_id);
create index improvement_actions_due_on_desc_idx on improvement_actions (or_distant_past(due_on) desc, action_id desc);
create index improvement_actions_updated_at_idx on improvement_actions (updated_at, action_id);
create index improvement_actions_slip_days_idx on improvement_actions (or_greatest(slip_days), action_id);
create index improvement_actions_slip_days_desc_idx on improvement_actions (or_least(slip_days) desc, action_id desc);
-- Its filters.
create index improvement_actions_authority_id_idx on improvement_actions (authority_id, or_distant_future(due_on), action_id);
create index improvement_actions_plan_id_idx on improvement_actions (plan_id, or_distant_future(due_on), action_id);
create index improvement_actions_state_idx on improvement_actions (state, or_distant_future(due_on), action_id);
create index improvement_actions_rag_idx on improvement_actions (rag, or_distant_future(due_on), action_id);
create index improvement_actions_priority_idx on improvement_actions (priority, or_distant_future(due_on), action_id);
create index improvement_actions_source_idx on improvement_actions (source, or_distant_future(due_on), action_id);
create index improvement_actions_visibility_idx on improvement_actions (visibility, or_distant_future(due_on), action_id);
create index improvement_actions_owner_role_idx on improvement_actions (lower(owner_role));
create index improvement_actions_promised_to_idx on improvement_actions (lower(promised_to));
create index improvement_actions_themes_idx on improvement_actions using gin (themes);
create index improvement_actions_cohorts_idx on improvement_actions using gin (cohorts);
create index improvement_actions_search_idx on improvement_actions using gin (search);

create table improvement_action_recommendations (
    action_id uuid not null,
    recommendation_id uuid not null,
    constraint improvement_action_recommendations_pkey primary key (action_id, recommendation_id),
    constraint improvement_action_recommendations_action_id_fkey foreign key (action_id)
        references improvement_actions on delete cascade,
    constraint improvement_action_recommendations_recommendation_id_fkey foreign key (recommendation_id)
        references recommendations on delete restrict
);
comment on table improvement_action_recommendations is 'The recommendations that an action answers: of the same authority or its predecessor.';
create index improvement_action_recommendations_recommendation_id_idx on improvement_action_recommendations (recommendation_id);

create table improvement_action_findings (
    action_id uuid not null,
    finding_id uuid not null,
    constraint improvement_action_findings_pkey primary key (action_id, finding_id),
    constraint improvement_action_findings_action_id_fkey foreign key (action_id)
        references improvement_actions on delete cascade,
    constraint improvement_action_findings_finding_id_fkey foreign key (finding_id) references findings on delete restrict
);
comment on table improvement_action_findings is 'The findings that an action answers: of the same authority or its predecessor.';
create index improvement_action_findings_finding_id_idx on improvement_action_findings (finding_id);

create function owner_of_action(action uuid) returns uuid
language sql stable
begin atomic
    select authority_id from improvement_actions where action_id = action;
end;
comment on function owner_of_action(uuid) is 'The authority that acts.';

create function owner_of_recommendation(recommendation uuid) returns uuid
language sql stable
begin atomic
    select owner_of_inspection(inspection_id) from recommendations where recommendation_id = recommendation;
end;
comment on function owner_of_recommendation(uuid) is 'The authority that was inspected.';

create function owner_of_finding(finding uuid) returns uuid
language sql stable
begin atomic
    select owner_of_inspection(inspection_id) from findings where finding_id = finding;
end;
comment on function owner_of_finding(uuid) is 'The authority that was inspected.';

create trigger improvement_action_recommendations_authority_check
    after insert or update on improvement_action_recommendations for each row
    when (not is_same_or_predecessor(owner_of_action(new.action_id), owner_of_recommendation(new.recommendation_id)))
    execute function refuse_other_authority('improvement_action_recommendations_authority_check');

create trigger improvement_action_findings_authority_check
    after insert or update on improvement_action_findings for each row
    when (not is_same_or_predecessor(owner_of_action(new.action_id), owner_of_finding(new.finding_id)))
    execute function refuse_other_authority('improvement_action_findings_authority_check');

create table improvement_action_transitions (
    transition_id uuid not null,
    action_id uuid not null,
    position integer not null,
    from_state text not null,
    to_state text not null,
    reason text,
    effective_on date not null,
    deferred_until date,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint improvement_action_transitions_pkey primary key (transition_id),
    constraint improvement_action_transitions_transition_id_action_id_key unique (transition_id, action_id),
    constraint improvement_action_transitions_action_id_position_key unique (action_id, position),
    constraint improvement_action_transitions_action_id_fkey foreign key (action_id)
        references improvement_actions on delete restrict,
    constraint improvement_action_transitions_position_check check (position >= 1),
    constraint improvement_action_transitions_reason_check check (char_length(reason) between 3 and 1000),
    constraint improvement_action_transitions_deferred_until_check check ((deferred_until is not null) = (to_state = 'deferred')),
    constraint improvement_action_transitions_required_reason_check check (
        reason is not null or to_state not in ('cancelled', 'deferred', 'blocked', 'reopened'))
);
comment on table improvement_action_transitions is 'The moves of an action from state to state; only added to.';
comment on column improvement_action_transitions.position is 'Place in the history of the action, from 1.';
comment on column improvement_action_transitions.effective_on is 'The day from which it holds; not before that of the move before.';
create trigger improvement_action_transitions_append_only
    before update or delete on improvement_action_transitions for each row execute function refuse_change();

create table improvement_action_date_revisions (
    date_revision_id uuid not null,
    action_id uuid not null,
    position integer not null,
    previous_due_on date,
    due_on date not null,
    reason text not null,
    effective_on date not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint improvement_action_date_revisions_pkey primary key (date_revision_id),
    constraint improvement_action_date_revisions_action_id_position_key unique (action_id, position),
    constraint improvement_action_date_revisions_action_id_fkey foreign key (action_id)
        references improvement_actions on delete restrict,
    constraint improvement_action_date_revisions_position_check check (position >= 1),
    constraint improvement_action_date_revisions_reason_check check (char_length(reason) between 3 and 1000)
);
comment on table improvement_action_date_revisions is 'The changes of the day by which an action is to be done; only added to.';
comment on column improvement_action_date_revisions.position is 'Place in the history of the action, from 1.';
comment on column improvement_action_date_revisions.previous_due_on is 'The due date until then; absent if there was none.';
create trigger improvement_action_date_revisions_append_only
    before update or delete on improvement_action_date_revisions for each row execute function refuse_change();

create table improvement_action_updates (
    update_id uuid not null,
    action_id uuid not null,
    effective_on date not null,
    note text not null,
    rag text,
    impact_on_children text,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint improvement_action_updates_pkey primary key (update_id),
    constraint improvement_action_updates_action_id_fkey foreign key (action_id)
        references improvement_actions on delete restrict,
    constraint improvement_action_updates_note_check check (char_length(note) between 1 and 10000),
    constraint improvement_action_updates_rag_check check (rag in ('red', 'amber', 'green')),
    constraint improvement_action_updates_impact_on_children_check check (char_length(impact_on_children) between 1 and 10000)
);
comment on table improvement_action_updates is 'What was reported of an action, and when; only added to.';
comment on column improvement_action_updates.impact_on_children is 'What has become different for children.';
create index improvement_action_updates_action_id_idx on improvement_action_updates (action_id, effective_on, recorded_at, update_id);
create trigger improvement_action_updates_append_only
    before update or delete on improvement_action_updates for each row execute function refuse_change();

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
