drop function improvement_plan_state_on(text, date, date, date);
drop table improvement_plans;
drop function owner_of_inspection(uuid);
drop function refuse_other_authority();
drop function is_same_or_predecessor(uuid, uuid);
