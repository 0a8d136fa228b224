alter table events disable trigger events_append_only;
update events set seen_through = array[resource_id] || case
    when resource = 'examination' then array[aggregate_id] || array(
        select inspection_id from recommendations
        where recommendation_id = (coalesce(events.after, events.before) ->> 'recommendation_id')::uuid)
    when resource = 'document' then array_remove(array[
        (before ->> 'inspection_id')::uuid, (after ->> 'inspection_id')::uuid], null)
    when aggregate_id <> resource_id then array[aggregate_id]
    else '{}'
end;

-- What has always been in public view stays there as it was told. Of all else the public sees nothing of what was told
-- before, and is told anew of what it sees.
with told as (
    select
        resource_id, before, after,
        case resource when 'inspection' then 'state' when 'improvement_plan' then 'visibility' when 'improvement_action' then 'visibility' end as member,
        case resource when 'inspection' then 'published' else 'public' end as in_view
    from events
),
always_in_view as (
    select resource_id from told
    group by resource_id
    having bool_and(member is null
        or coalesce(before ->> member, in_view) = in_view and coalesce(after ->> member, in_view) = in_view)
    except select inspection_id from inspections where state <> 'published'
)
update events set public_type = type
where resource <> 'api_key' and not exists (
    select from unnest(seen_through) as through (id) where id not in (select resource_id from always_in_view));
alter table events enable trigger events_append_only;

with latest as (
    select distinct on (resource_id) * from events order by resource_id, position desc, sequence desc
),
in_view as (
    select resource_id from latest
    where after is not null
        and (resource <> 'inspection' or after ->> 'state' = 'published')
        and (resource not in ('improvement_plan', 'improvement_action') or after ->> 'visibility' = 'public')
)
insert into events
    (type, resource, resource_id, aggregate_id, authority_ids, actor, request_id, after, public_type, seen_through)
select 'unchanged', resource, resource_id, aggregate_id, authority_ids, 'migrate', 'migrate', after, 'created', seen_through
from latest
where public_type is null and resource <> 'api_key'
    and not exists (select from unnest(seen_through) as through (id) where id not in (select resource_id from in_view))
order by (resource_id <> aggregate_id), position, sequence;

alter table events validate constraint events_type_check;
alter table events validate constraint events_public_type_check;
-- The order of GET /events for the public, alone and with a type.
create index events_public_idx on events (position, sequence) where public_type is not null;
create index events_public_type_idx on events (public_type, position, sequence) where public_type is not null;
-- What went from public view.
create index events_hidden_idx on events (resource_id, position, sequence) where public_type = 'deleted' and type <> 'deleted';
-- The order of GET /improvement-plans for the public.
create index improvement_plans_visibility_idx on improvement_plans (visibility, or_distant_past(starts_on) desc, plan_id desc);
