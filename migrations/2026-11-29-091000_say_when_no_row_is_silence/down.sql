comment on table examinations is 'What an inspection said of an earlier recommendation. No row: it did not look.';
