drop table examinations;
drop function refuse_own_recommendation();
alter table findings drop constraint findings_finding_id_inspection_id_key;
