//! What the service promises, as requests and answers: in process, on a real PostgreSQL, every answer checked against the
//! OpenAPI document.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

mod authorities;
mod authorization;
mod bad_input;
mod bounds;
mod compatibility;
mod contract;
mod documents;
mod events;
mod evidence;
mod examinations;
mod examples;
mod faults;
mod findings;
mod follow_up;
mod frameworks;
mod herefordshire;
mod idempotency;
mod import;
mod improvement_actions;
mod improvement_plans;
mod inspections;
mod interventions;
mod judgements;
mod keys;
mod lists;
mod openapi_3_0;
mod operations;
mod overload;
mod recommendations;
mod schema;
mod standings;
