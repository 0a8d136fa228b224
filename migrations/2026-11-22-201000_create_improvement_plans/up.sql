create function is_same_or_predecessor(authority uuid, other uuid) returns boolean
language plpgsql volatile as $$
begin
    if authority = other then
        return true;
    end if;
    -- Whoever relies on the succession keeps it from being ended at the same moment.
    perform from authority_successions where predecessor_id = other and successor_id = authority for key share;
    return found;
end
$$;
comment on function is_same_or_predecessor(uuid, uuid) is 'Whether the other authority is this one, or one that it took over from.';

create function refuse_other_authority() returns trigger
language plpgsql as $$
begin
    raise exception '% must name what belongs to the same authority or its predecessor', tg_argv[0]
        using errcode = 'check_violation', constraint = tg_argv[0];
end
$$;
comment on function refuse_other_authority() is 'Refuses a row whose authorities do not belong together.';

create function owner_of_inspection(inspection uuid) returns uuid
language sql stable
begin atomic
    select authority_id from inspections where inspection_id = inspection;
end;
comment on function owner_of_inspection(uuid) is 'The authority that was inspected.';

create table improvement_plans (
    plan_id uuid not null,
    authority_id uuid not null,
    title text not null,
    phase text,
    responds_to_inspection_id uuid,
    endorsed_by text,
    endorsed_on date,
    starts_on date,
    ends_on date,
    state text not null default 'draft',
    visibility text not null default 'private',
    consultation jsonb not null default '[]',
    url text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint improvement_plans_pkey primary key (plan_id),
    constraint improvement_plans_plan_id_authority_id_key unique (plan_id, authority_id),
    constraint improvement_plans_authority_id_fkey foreign key (authority_id) references authorities on delete restrict,
    constraint improvement_plans_responds_to_inspection_id_fkey foreign key (responds_to_inspection_id)
        references inspections on delete restrict,
    constraint improvement_plans_title_check check (char_length(title) between 1 and 300),
    constraint improvement_plans_phase_check check (char_length(phase) between 1 and 200),
    constraint improvement_plans_endorsed_by_check check (char_length(endorsed_by) between 1 and 200),
    constraint improvement_plans_url_check check (char_length(url) between 1 and 2000),
    constraint improvement_plans_state_check check (state in ('draft', 'endorsed', 'closed')),
    constraint improvement_plans_visibility_check check (visibility in ('private', 'public')),
    constraint improvement_plans_period_check check (starts_on <= ends_on),
    constraint improvement_plans_endorsement_check check (state <> 'endorsed' or endorsed_on is not null),
    constraint improvement_plans_endorsed_by_endorsed_on_check check (endorsed_by is null or endorsed_on is not null)
);
comment on table improvement_plans is 'What an authority undertakes to do about an inspection.';
comment on column improvement_plans.phase is 'The phase of a plan that is made in several.';
comment on column improvement_plans.responds_to_inspection_id is 'The inspection that the plan answers; of the same authority or its predecessor.';
comment on column improvement_plans.endorsed_by is 'The body that endorsed it.';
comment on column improvement_plans.consultation is 'Who is to be asked, and when.';
-- The order of GET /improvement-plans, both ways, absent dates last; then with each filter.
create index improvement_plans_starts_on_desc_idx on improvement_plans (or_distant_past(starts_on) desc, plan_id desc);
create index improvement_plans_starts_on_idx on improvement_plans (or_distant_future(starts_on), plan_id);
create index improvement_plans_authority_id_idx on improvement_plans (authority_id, or_distant_past(starts_on) desc, plan_id desc);
create index improvement_plans_state_idx on improvement_plans (state, or_distant_past(starts_on) desc, plan_id desc);
create index improvement_plans_responds_to_inspection_id_idx on improvement_plans (responds_to_inspection_id);

create trigger improvement_plans_responds_to_authority_check
    after insert or update of authority_id, responds_to_inspection_id on improvement_plans for each row
    when (new.responds_to_inspection_id is not null
        and not is_same_or_predecessor(new.authority_id, owner_of_inspection(new.responds_to_inspection_id)))
    execute function refuse_other_authority('improvement_plans_responds_to_authority_check');

create function improvement_plan_state_on(state text, endorsed_on date, ends_on date, day date) returns text
language sql immutable parallel safe
return case
    when endorsed_on > day then 'draft'
    when state <> 'closed' or ends_on is null or ends_on < day then state
    when endorsed_on is null then 'draft'
    else 'endorsed'
end;
comment on function improvement_plan_state_on(text, date, date, date) is
    'Where a plan stood on an earlier day, as far as its days tell: a draft until it was endorsed, closed only after its last day.';
