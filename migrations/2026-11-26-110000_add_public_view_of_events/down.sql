alter table events drop constraint events_public_type_check;
alter table events drop constraint events_type_check;
alter table events add constraint events_type_check check (type = case
    when before is null and after is not null then 'created'
    when before is not null and after is not null then 'updated'
    when before is not null and after is null then 'deleted'
    else 'nothing'
end);
comment on column events.type is null;
alter table events drop column seen_through;
alter table events drop column public_type;
