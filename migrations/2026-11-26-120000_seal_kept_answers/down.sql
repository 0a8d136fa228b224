-- Without the column nobody would know that these are encrypted.
delete from idempotency_keys where is_sealed;
alter table idempotency_keys drop column is_sealed;
