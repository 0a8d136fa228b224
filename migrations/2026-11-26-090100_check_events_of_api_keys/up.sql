alter table events validate constraint events_resource_check;
