create table interventions (
    intervention_id uuid not null,
    authority_id uuid not null,
    kind text not null,
    organisation text,
    person text,
    role text,
    started_on date,
    ended_on date,
    triggered_by_inspection_id uuid,
    url text,
    note text,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint interventions_pkey primary key (intervention_id),
    constraint interventions_authority_id_fkey foreign key (authority_id) references authorities on delete restrict,
    constraint interventions_triggered_by_inspection_id_fkey foreign key (triggered_by_inspection_id)
        references inspections on delete restrict,
    constraint interventions_kind_check check (kind in (
        'improvement_notice', 'statutory_direction', 'commissioner', 'improvement_adviser', 'improvement_partner',
        'improvement_board', 'trust', 'other')),
    constraint interventions_organisation_check check (char_length(organisation) between 1 and 200),
    constraint interventions_person_check check (char_length(person) between 1 and 200),
    constraint interventions_role_check check (char_length(role) between 1 and 200),
    constraint interventions_url_check check (char_length(url) between 1 and 2000),
    constraint interventions_note_check check (char_length(note) between 1 and 10000),
    constraint interventions_period_check check (started_on <= ended_on)
);
comment on table interventions is 'What government and others set up when services fail: notices, directions, commissioners, partners.';
comment on column interventions.person is 'Who was appointed, as published.';
comment on column interventions.triggered_by_inspection_id is 'The inspection that led to it; of the same authority or its predecessor.';
-- The order of GET /interventions, absent dates last, alone and with each filter.
create index interventions_started_on_desc_idx on interventions (or_distant_past(started_on) desc, intervention_id desc);
create index interventions_started_on_idx on interventions (or_distant_future(started_on), intervention_id);
create index interventions_authority_id_idx on interventions (authority_id, or_distant_past(started_on) desc, intervention_id desc);
create index interventions_kind_idx on interventions (kind, or_distant_past(started_on) desc, intervention_id desc);
create index interventions_triggered_by_inspection_id_idx on interventions (triggered_by_inspection_id);

create trigger interventions_triggered_by_authority_check
    after insert or update of authority_id, triggered_by_inspection_id on interventions for each row
    when (new.triggered_by_inspection_id is not null
        and not is_same_or_predecessor(new.authority_id, owner_of_inspection(new.triggered_by_inspection_id)))
    execute function refuse_other_authority('interventions_triggered_by_authority_check');

create function is_succession_relied_on(predecessor uuid, successor uuid) returns boolean
language sql volatile
begin atomic
    select exists (select from improvement_plans where authority_id = successor
            and owner_of_inspection(responds_to_inspection_id) = predecessor)
        or exists (select from improvement_actions join improvement_action_recommendations using (action_id)
            where authority_id = successor and owner_of_recommendation(recommendation_id) = predecessor)
        or exists (select from improvement_actions join improvement_action_findings using (action_id)
            where authority_id = successor and owner_of_finding(finding_id) = predecessor)
        or exists (select from inspections join examinations using (inspection_id)
            where authority_id = successor and owner_of_recommendation(recommendation_id) = predecessor)
        or exists (select from interventions where authority_id = successor
            and owner_of_inspection(triggered_by_inspection_id) = predecessor);
end;
comment on function is_succession_relied_on(uuid, uuid) is
    'Whether a plan, an action, an examination or an intervention of the successor answers for what was found at the predecessor.';

create function keep_succession() returns trigger
language plpgsql as $$
begin
    perform from authority_successions where predecessor_id = old.predecessor_id and successor_id = old.successor_id;
    if not found and is_succession_relied_on(old.predecessor_id, old.successor_id) then
        raise exception 'what follows an inspection relies on the succession'
            using errcode = 'check_violation', constraint = 'authority_successions_relied_on_check';
    end if;
    return null;
end
$$;
comment on function keep_succession() is
    'Refuses, at the end of the transaction, to end a succession by which one authority answers for what was found at the other.';
create constraint trigger authority_successions_relied_on_check
    after update or delete on authority_successions deferrable initially deferred
    for each row execute function keep_succession();
