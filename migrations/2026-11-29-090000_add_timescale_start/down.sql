alter table recommendations drop column timescale_counted_from;
