comment on table examinations is
    'What an inspection said of an earlier recommendation. No row: it did not look, if its text is held as a document; otherwise unknown.';
