drop table api_key_secrets;
drop table api_key_authorities;
drop table api_keys;

-- Events of keys mean nothing without keys.
alter table events disable trigger events_append_only;
delete from events where resource = 'api_key';
alter table events enable trigger events_append_only;
alter table events drop constraint events_resource_check;
alter table events add constraint events_resource_check check (resource in (
    'authority', 'inspection', 'finding', 'recommendation', 'document', 'improvement_plan', 'improvement_action',
    'improvement_action_transition', 'improvement_action_date_revision', 'improvement_action_update', 'evidence',
    'evidence_review', 'examination', 'intervention'));
