drop table recommendations;
drop table findings;
