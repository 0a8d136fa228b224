alter table events add column public_type text;
alter table events add column seen_through uuid[] not null default '{}';
-- Both checks are held to what is there by the next migration, which keeps nobody from reading meanwhile.
alter table events drop constraint events_type_check;
alter table events add constraint events_type_check check (case type
    when 'created' then before is null and after is not null
    when 'updated' then before is not null and after is not null
    when 'deleted' then before is not null and after is null
    when 'unchanged' then before is null and public_type is not null and (after is not null) = (public_type = 'created')
    else false
end) not valid;
alter table events add constraint events_public_type_check check (case public_type
    when 'created' then after is not null
    when 'updated' then before is not null and after is not null
    when 'deleted' then before is not null or type = 'unchanged'
    else public_type is null
end) not valid;
comment on column events.type is
    'What became of the resource; unchanged: nothing, but it comes into public view or goes from it.';
comment on column events.public_type is 'What became of the resource in public view; absent if nothing of it is in public view.';
comment on column events.seen_through is
    'The resource itself, and the inspections or the action through which it is seen: when one of them goes from public view, so does what was told before.';
