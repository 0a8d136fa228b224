drop table judgements;
drop table inspections;
