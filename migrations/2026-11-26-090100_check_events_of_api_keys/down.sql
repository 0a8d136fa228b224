alter table events drop constraint events_resource_check;
alter table events add constraint events_resource_check check (resource in (
    'authority', 'inspection', 'finding', 'recommendation', 'document', 'improvement_plan', 'improvement_action',
    'improvement_action_transition', 'improvement_action_date_revision', 'improvement_action_update', 'evidence',
    'evidence_review', 'examination', 'intervention', 'api_key')) not valid;
