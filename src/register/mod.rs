//! The field, one folder a resource: its vocabulary in `model`, its statements in `query`, its operations in `routes`.

pub mod api_keys;
pub mod authorities;
pub mod documents;
pub mod events;
pub mod evidence;
pub mod examinations;
pub mod findings;
pub mod follow_up;
pub mod frameworks;
pub mod improvement_actions;
pub mod improvement_plans;
pub mod inspections;
pub mod interventions;
pub mod judgements;
pub mod recommendations;
pub mod standings;
pub mod themes;
