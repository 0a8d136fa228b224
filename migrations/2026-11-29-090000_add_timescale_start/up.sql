alter table recommendations add column timescale_counted_from text;
-- Held from here on; the next migration checks the rows that are there, which blocks nobody meanwhile.
alter table recommendations add constraint recommendations_timescale_counted_from_check
    check (timescale_counted_from in ('publication', 'end_of_inspection')) not valid;
comment on column recommendations.timescale_counted_from is
    'The day from which the timescale counts, if the report states one; absent: from publication.';
