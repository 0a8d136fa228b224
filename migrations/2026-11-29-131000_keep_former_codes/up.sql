create function former_gss_codes(former_codes jsonb) returns text[]
language sql immutable parallel safe strict
return (select coalesce(array_agg(code ->> 'gss_code'), '{}') from jsonb_array_elements(former_codes) as each(code));
comment on function former_gss_codes(jsonb) is 'The codes alone, without their days.';

alter table authorities add column former_codes jsonb not null default '[]';
alter table authorities add constraint authorities_former_codes_check check (
    jsonb_typeof(former_codes) = 'array' and jsonb_array_length(former_codes) <= 20);
comment on column authorities.former_codes is 'GSS codes that it had before, with their days.';
-- {authority} given as a former code, and the filters of GSS codes.
create index authorities_former_codes_idx on authorities using gin (former_gss_codes(former_codes));
