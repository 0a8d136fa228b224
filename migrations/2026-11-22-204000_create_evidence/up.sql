create table evidence (
    evidence_id uuid not null,
    action_id uuid not null,
    kind text not null,
    title text not null,
    url text,
    sha256 text,
    observed_on date,
    expires_on date,
    recorded_by text not null,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint evidence_pkey primary key (evidence_id),
    constraint evidence_evidence_id_action_id_key unique (evidence_id, action_id),
    constraint evidence_action_id_fkey foreign key (action_id) references improvement_actions on delete restrict,
    constraint evidence_kind_check check (kind in (
        'audit', 'data', 'feedback_from_children', 'case_review', 'document', 'other')),
    constraint evidence_title_check check (char_length(title) between 1 and 300),
    constraint evidence_url_check check (char_length(url) between 1 and 2000),
    constraint evidence_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint evidence_period_check check (observed_on <= expires_on)
);
comment on table evidence is 'What shows that an action had an effect.';
comment on column evidence.sha256 is 'The SHA-256 of the file, in hexadecimal.';
comment on column evidence.observed_on is 'The day that it speaks of.';
comment on column evidence.expires_on is 'The last day on which it says something.';
comment on column evidence.recorded_by is 'Who recorded it; another has to review it.';
create index evidence_action_id_idx on evidence (action_id, evidence_id);

create table evidence_reviews (
    review_id uuid not null,
    evidence_id uuid not null,
    outcome text not null,
    note text,
    effective_on date not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint evidence_reviews_pkey primary key (review_id),
    constraint evidence_reviews_evidence_id_fkey foreign key (evidence_id) references evidence on delete restrict,
    constraint evidence_reviews_outcome_check check (outcome in ('accepted', 'rejected', 'changes_requested')),
    constraint evidence_reviews_note_check check (char_length(note) between 1 and 10000)
);
comment on table evidence_reviews is 'What others made of the evidence; only added to.';
create index evidence_reviews_evidence_id_idx on evidence_reviews (evidence_id, effective_on, recorded_at, review_id);
create trigger evidence_reviews_append_only
    before update or delete on evidence_reviews for each row execute function refuse_change();

create table improvement_action_transition_evidence (
    transition_id uuid not null,
    action_id uuid not null,
    evidence_id uuid not null,
    constraint improvement_action_transition_evidence_pkey primary key (transition_id, evidence_id),
    constraint improvement_action_transition_evidence_transition_id_fkey foreign key (transition_id, action_id)
        references improvement_action_transitions (transition_id, action_id) on delete restrict,
    constraint improvement_action_transition_evidence_evidence_id_fkey foreign key (evidence_id, action_id)
        references evidence (evidence_id, action_id) on delete restrict
);
comment on table improvement_action_transition_evidence is 'The evidence that a move rests on: of the same action.';
create index improvement_action_transition_evidence_evidence_id_idx on improvement_action_transition_evidence (evidence_id, action_id);
create index improvement_action_transition_evidence_transition_id_idx on improvement_action_transition_evidence (transition_id, action_id);

create function improvement_action_has_support(action uuid, day date default 'infinity') returns boolean
language sql stable
begin atomic
    select exists (
        select from evidence
        cross join lateral (
            -- To accept what one recorded oneself says nothing, to reject it does.
            select outcome from evidence_reviews
            where evidence_reviews.evidence_id = evidence.evidence_id and effective_on <= day
                and (outcome <> 'accepted' or evidence_reviews.recorded_by <> evidence.recorded_by)
            order by effective_on desc, recorded_at desc, review_id desc limit 1
        ) latest
        where evidence.action_id = action and latest.outcome = 'accepted'
    ) or exists (
        select from improvement_actions
        join improvement_action_recommendations using (action_id)
        join examinations using (recommendation_id)
        join inspections on inspections.inspection_id = examinations.inspection_id
        where improvement_actions.action_id = action and examinations.outcome = 'improved'
            and inspections.state = 'published' and inspections.ended_on > improvement_actions.completed_on
            and inspections.ended_on <= day
    );
end;
comment on function improvement_action_has_support(uuid, date) is
    'Whether somebody else had seen by the end of a day that the action worked: evidence that another accepted, or a later inspection that found an answered recommendation improved.';

create function keep_support() returns trigger
language plpgsql as $$
declare
    examined uuid[] := '{}';
    concerned uuid[];
    action record;
begin
    if tg_table_name = 'examinations' then
        examined := array[old.recommendation_id];
    elsif tg_table_name = 'inspections' then
        examined := array(
            select recommendation_id from examinations where inspection_id = old.inspection_id and outcome = 'improved');
    end if;
    -- Whoever takes support from a recommendation holds it, against those who begin to rely on it at the same moment. The
    -- actions come first, as for those, so that nobody waits in a circle.
    perform from improvement_actions where action_id in (
        select link.action_id from improvement_action_recommendations link where link.recommendation_id = any (examined))
        order by action_id for no key update;
    perform from recommendations where recommendation_id = any (examined) order by recommendation_id for no key update;
    case tg_table_name
        when 'improvement_actions' then
            concerned := array[new.action_id];
        when 'evidence', 'improvement_action_recommendations' then
            concerned := array[old.action_id];
        when 'evidence_reviews' then
            concerned := array(select action_id from evidence where evidence_id = new.evidence_id);
        when 'examinations', 'inspections' then
            concerned := array(
                select action_id from improvement_action_recommendations where recommendation_id = any (examined));
    end case;
    -- One after the other, whatever their state, which others may be changing: of two that each take one of two supports,
    -- the second sees what the first left.
    for action in
        select action_id, state from improvement_actions
        where action_id = any (concerned) order by action_id for no key update
    loop
        continue when action.state <> 'verified';
        perform from improvement_action_recommendations link join recommendations using (recommendation_id)
            where link.action_id = action.action_id order by recommendation_id for share of recommendations;
        if not improvement_action_has_support(action.action_id) then
            raise exception 'a verified action needs its support'
                using errcode = 'check_violation', constraint = 'improvement_actions_verified_check';
        end if;
    end loop;
    return null;
end
$$;
comment on function keep_support() is 'Refuses, at the end of the transaction, to take the last support from a verified action.';

create constraint trigger improvement_actions_verified_check
    after insert or update of state, completed_on on improvement_actions deferrable initially deferred
    for each row when (new.state = 'verified') execute function keep_support();
create constraint trigger evidence_verified_check
    after update of action_id, recorded_by or delete on evidence deferrable initially deferred
    for each row execute function keep_support();
create constraint trigger evidence_reviews_verified_check
    after insert on evidence_reviews deferrable initially deferred
    for each row when (new.outcome <> 'accepted') execute function keep_support();
create constraint trigger improvement_action_recommendations_verified_check
    after update or delete on improvement_action_recommendations deferrable initially deferred
    for each row execute function keep_support();
create constraint trigger examinations_verified_check
    after update or delete on examinations deferrable initially deferred
    for each row when (old.outcome = 'improved') execute function keep_support();
create constraint trigger inspections_verified_check
    after update of state, ended_on on inspections deferrable initially deferred
    for each row when (old.state = 'published' and (new.state <> old.state or new.ended_on is distinct from old.ended_on))
    execute function keep_support();

create function hold_inspection() returns trigger
language plpgsql as $$
begin
    perform from inspections where inspection_id = new.inspection_id for share;
    return null;
end
$$;
comment on function hold_inspection() is
    'Keeps the examining inspection as it is until the transaction ends: an action may begin to rely on it.';
create trigger examinations_hold_inspection
    after insert or update of inspection_id, outcome on examinations
    for each row when (new.outcome = 'improved') execute function hold_inspection();
