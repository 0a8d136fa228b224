alter table authorities drop column former_codes;
drop function former_gss_codes(jsonb);
