create table corrections (
    correction_id uuid not null,
    inspection_id uuid not null,
    resource_type text not null,
    resource_id uuid not null,
    actor text not null,
    request_id text not null,
    reason text,
    before jsonb,
    after jsonb,
    recorded_at timestamptz not null default now(),
    constraint corrections_pkey primary key (correction_id),
    constraint corrections_inspection_id_fkey foreign key (inspection_id) references inspections on delete restrict,
    constraint corrections_resource_type_check check (resource_type in ('inspection', 'judgements', 'finding', 'recommendation')),
    constraint corrections_change_check check (before is not null or after is not null),
    constraint corrections_reason_check check (char_length(reason) between 3 and 1000)
);
comment on table corrections is 'Changes of inspections after their publication: who, when, why, from what to what.';
comment on column corrections.resource_id is 'The corrected row; for judgements the inspection.';
comment on column corrections.before is 'What it was; absent if it was added.';
comment on column corrections.after is 'What it became; absent if it was deleted.';
create index corrections_inspection_id_idx on corrections (inspection_id, recorded_at);

insert into corrections
select gen_random_uuid(), inspection_id, resource, resource_id, actor, request_id, reason, before, after, recorded_at
from events join inspections on inspection_id = aggregate_id
where resource in ('inspection', 'finding', 'recommendation') and reason is not null
order by sequence;

alter table events alter position drop default;
drop function event_position();
drop table events;
drop function refuse_change();
drop function event_horizon();
drop table event_clock;
