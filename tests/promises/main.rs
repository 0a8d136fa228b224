//! What the service promises, resource by resource, as requests and responses: in process, on a real PostgreSQL, every
//! response checked against the OpenAPI document. Fast enough to run after every edit.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "shared by two binaries, each of which uses a part of it")]
mod support;

mod additions;
mod architecture;
mod authorities;
mod authority_names;
mod blank;
mod compatibility;
mod contract;
mod documents;
mod enumerations;
mod events;
mod evidence;
mod examinations;
mod examples;
mod findings;
mod follow_up;
mod former_codes;
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
mod openapi_3_0;
mod operations;
mod parameters;
mod recommendations;
mod search;
mod standings;
mod tables;
mod themes;
mod truncation;
