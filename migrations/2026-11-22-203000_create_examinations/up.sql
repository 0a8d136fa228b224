alter table findings add constraint findings_finding_id_inspection_id_key unique (finding_id, inspection_id);

create table examinations (
    examination_id uuid not null,
    inspection_id uuid not null,
    recommendation_id uuid not null,
    outcome text not null,
    summary text,
    quote text,
    finding_id uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint examinations_pkey primary key (examination_id),
    constraint examinations_inspection_id_recommendation_id_key unique (inspection_id, recommendation_id),
    constraint examinations_inspection_id_fkey foreign key (inspection_id) references inspections on delete cascade,
    constraint examinations_recommendation_id_fkey foreign key (recommendation_id)
        references recommendations on delete restrict,
    constraint examinations_finding_id_fkey foreign key (finding_id, inspection_id)
        references findings (finding_id, inspection_id) on delete no action,
    constraint examinations_outcome_check check (outcome in ('improved', 'partly_improved', 'not_improved', 'worse')),
    constraint examinations_summary_check check (char_length(summary) between 1 and 10000),
    constraint examinations_quote_check check (char_length(quote) between 1 and 10000)
);
comment on table examinations is 'What an inspection said of an earlier recommendation. No row: it did not look.';
comment on column examinations.inspection_id is 'The inspection or visit that looked; of the same authority as the recommendation, or its successor.';
comment on column examinations.finding_id is 'The finding of that inspection in which it says so.';
create index examinations_recommendation_id_idx on examinations (recommendation_id);
create index examinations_finding_id_idx on examinations (finding_id, inspection_id);

create trigger examinations_authority_check
    after insert or update on examinations for each row
    when (not is_same_or_predecessor(owner_of_inspection(new.inspection_id), owner_of_recommendation(new.recommendation_id)))
    execute function refuse_other_authority('examinations_authority_check');

create function refuse_own_recommendation() returns trigger
language plpgsql as $$
begin
    perform from recommendations where recommendation_id = new.recommendation_id and inspection_id = new.inspection_id;
    if found then
        raise exception 'an inspection does not examine its own recommendations'
            using errcode = 'check_violation', constraint = 'examinations_earlier_check';
    end if;
    return null;
end
$$;
comment on function refuse_own_recommendation() is 'Refuses an examination of a recommendation by the inspection that made it.';
create trigger examinations_earlier_check
    after insert or update on examinations for each row execute function refuse_own_recommendation();
