alter table recommendations drop constraint recommendations_timescale_counted_from_check;
alter table recommendations add constraint recommendations_timescale_counted_from_check
    check (timescale_counted_from in ('publication', 'end_of_inspection')) not valid;
