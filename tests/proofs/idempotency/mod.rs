//! `Idempotency-Key`, for every operation.

mod every_operation;
