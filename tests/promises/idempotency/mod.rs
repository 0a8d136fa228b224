//! `Idempotency-Key`: a request that is repeated takes effect once, and is answered as it was.

mod callers;
mod keys;
mod refusals;
mod together;
