drop trigger authority_successions_relied_on_check on authority_successions;
drop function keep_succession();
drop function is_succession_relied_on(uuid, uuid);
drop table interventions;
