drop function searchable(text);
drop function joined(text[]);
drop function lower_each(text[]);
drop function or_distant_future(date);
drop function or_distant_past(date);
