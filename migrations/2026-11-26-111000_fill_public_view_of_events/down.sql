drop index improvement_plans_visibility_idx;
drop index events_hidden_idx;
drop index events_public_type_idx;
drop index events_public_idx;
alter table events disable trigger events_append_only;
delete from events where type = 'unchanged';
update events set public_type = null, seen_through = '{}';
alter table events enable trigger events_append_only;
