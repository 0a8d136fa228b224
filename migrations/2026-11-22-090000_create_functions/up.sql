-- Small immutable functions that indexes and queries share.

create function or_distant_past(day date) returns date
language sql immutable parallel safe
return coalesce(day, '-infinity'::date);
comment on function or_distant_past(date) is
    'The day, or a day before all others: a descending order that puts absent days last.';

create function or_distant_future(day date) returns date
language sql immutable parallel safe
return coalesce(day, 'infinity'::date);
comment on function or_distant_future(date) is
    'The day, or a day after all others: an ascending order that puts absent days last.';

create function lower_each(names text[]) returns text[]
language sql immutable parallel safe strict
return (select coalesce(array_agg(lower(name) order by position), '{}')
        from unnest(names) with ordinality as each(name, position));
comment on function lower_each(text[]) is 'Each name in lower case, for comparison without regard to case.';

create function joined(parts text[]) returns text
language sql immutable parallel safe strict
return (select coalesce(string_agg(part, ' ' order by position), '')
        from unnest(parts) with ordinality as each(part, position));
comment on function joined(text[]) is 'The parts as one text, for the full-text index.';

create function searchable(content text) returns tsvector
language plpgsql immutable parallel safe strict as $$
declare
    kept text := content;
begin
    loop
        begin
            return to_tsvector('english', kept);
        exception when program_limit_exceeded then
            kept := left(kept, length(kept) / 2);
        end;
    end loop;
end
$$;
comment on function searchable(text) is
    'The text as a search vector. A vector holds at most one megabyte: of a text with more distinct words than fit, the beginning is searchable.';
