create table event_clock (
    lead bigint not null,
    is_only boolean not null default true,
    constraint event_clock_pkey primary key (is_only),
    constraint event_clock_is_only_check check (is_only)
);
comment on table event_clock is 'One row: how far the positions of events run ahead of this cluster''s transaction ids.';
comment on column event_clock.lead is 'Raised by migrate after the register was restored into a new cluster, whose transaction ids begin anew.';
insert into event_clock (lead) values (0);

create function event_horizon() returns bigint
language sql stable
begin atomic
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + lead from event_clock;
end;
comment on function event_horizon() is
    'The position below which no transaction is still under way: events below it are all there, and none can be added.';

create function refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% only grows', tg_table_name using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only';
end
$$;
comment on function refuse_change() is 'Keeps a table append-only.';

create table events (
    sequence bigint not null generated always as identity,
    position bigint not null,
    type text not null,
    resource text not null,
    resource_id uuid not null,
    aggregate_id uuid not null,
    authority_ids uuid[] not null,
    actor text not null,
    request_id text not null,
    reason text,
    before jsonb,
    after jsonb,
    recorded_at timestamptz not null default now(),
    constraint events_pkey primary key (sequence),
    constraint events_type_check check (type = case
        when before is null and after is not null then 'created'
        when before is not null and after is not null then 'updated'
        when before is not null and after is null then 'deleted'
        else 'nothing'
    end),
    constraint events_resource_check check (resource in (
        'authority', 'inspection', 'finding', 'recommendation', 'document', 'improvement_plan', 'improvement_action',
        'improvement_action_transition', 'improvement_action_date_revision', 'improvement_action_update', 'evidence',
        'evidence_review', 'examination', 'intervention')),
    constraint events_reason_check check (char_length(reason) between 3 and 1000)
);
comment on table events is 'Every write, in its own transaction: what became of which resource, by whom and why. Never pruned.';
comment on column events.sequence is 'Names the event. Given before commit: concurrent transactions may commit in another order.';
comment on column events.position is
    'The place of the transaction in the feed, which is ordered by position and sequence: its id, or the place of what it came after.';
comment on column events.aggregate_id is 'The inspection, plan or action that the resource belongs to, or the resource itself.';
comment on column events.authority_ids is 'The authorities concerned.';
comment on column events.before is 'The resource as it was stored, without what is computed; absent if it is new.';
comment on column events.after is 'The resource as it is stored, without what is computed; absent if it is gone.';
-- The order of GET /events, alone and with each filter.
create unique index events_position_key on events (position, sequence);
create index events_resource_idx on events (resource, position, sequence);
create index events_type_idx on events (type, position, sequence);
create index events_authority_ids_idx on events using gin (authority_ids);
-- The histories.
create index events_aggregate_id_idx on events (aggregate_id, position, sequence);
create index events_resource_id_idx on events (resource_id, position, sequence);

-- A transaction that waited for another has the smaller id and comes later: it takes the place of the last event that it can see.
create function event_position() returns bigint
language sql volatile
begin atomic
    select greatest(
        pg_current_xact_id()::text::bigint + (select lead from event_clock),
        (select position from events order by position desc, sequence desc limit 1)
    );
end;
comment on function event_position() is
    'Where an event stands in the feed: not before this transaction, and not before what was there when it was recorded.';
alter table events alter position set default event_position();

-- What was corrected before there were events. Of judgements the set was kept, not the whole inspection; of
-- recommendations also the day that their words give, which is computed.
insert into events (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, reason, before, after, recorded_at)
select
    case when before is null then 'created' when after is null then 'deleted' else 'updated' end,
    resource_type, resource_id, inspection_id, array[authority_id], actor, request_id, reason, before, after, recorded_at
from (
    select
        correction_id, inspection_id, resource_id, actor, request_id, reason, recorded_at,
        case resource_type when 'judgements' then 'inspection' else resource_type end as resource_type,
        case resource_type when 'judgements'
            then jsonb_build_object('inspection_id', resource_id, 'judgements', coalesce(before, '[]'))
            else before - 'due_on'
        end as before,
        case resource_type when 'judgements'
            then jsonb_build_object('inspection_id', resource_id, 'judgements', coalesce(after, '[]'))
            else after - 'due_on'
        end as after
    from corrections
) correction
join inspections using (inspection_id)
order by recorded_at, correction_id;
drop table corrections;

create trigger events_append_only before update or delete on events for each row execute function refuse_change();
create trigger events_kept before truncate on events for each statement execute function refuse_change();
