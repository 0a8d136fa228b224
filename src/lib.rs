//! The Inspection Register: authorities, the inspections of their services for children, and the improvement that
//! follows, as one record behind an HTTP API.
//!
//! Folders are the domain: each resource has its vocabulary in `model.rs`, its statements in `query.rs` and its
//! operations in `routes.rs`. Files beside them are the plumbing that all resources share. [`api`] lists every URL.

pub mod access;
pub mod answer;
pub mod api;
pub mod api_keys;
pub mod authenticate;
pub mod authorities;
pub mod bounds;
pub mod cli;
pub mod config;
pub mod contract;
pub mod date;
pub mod db;
pub mod documents;
pub mod embedded;
pub mod error;
pub mod events;
pub mod evidence;
pub mod examinations;
pub mod extract;
pub mod findings;
pub mod follow_up;
pub mod frameworks;
pub mod guard;
pub mod headers;
pub mod health;
pub mod id;
pub mod idempotency;
pub mod import;
pub mod improvement_actions;
pub mod improvement_plans;
pub mod inspections;
pub mod interventions;
pub mod json;
pub mod judgements;
pub mod logging;
pub mod migrate;
pub mod page;
pub mod pages;
pub mod principal;
pub mod recommendations;
#[expect(missing_docs, reason = "written by diesel: what it says comes from the database")]
pub mod schema;
pub mod server;
pub mod sql;
pub mod standings;
pub mod telemetry;
pub mod text;
pub mod text_enum;
pub mod themes;
pub mod timestamp;
pub mod working_days;
