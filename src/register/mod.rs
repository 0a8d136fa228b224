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
pub mod vocabulary;

use self::events::model::EventResource;
use crate::access::references::Reference;

/// The references that events omit for callers who do not see what they refer to.
pub const REFERENCES: [(EventResource, &[Reference]); 5] = [
    (EventResource::Inspection, inspections::model::REFERENCES),
    (EventResource::Finding, findings::model::REFERENCES),
    (EventResource::ImprovementPlan, improvement_plans::model::REFERENCES),
    (EventResource::ImprovementAction, improvement_actions::model::REFERENCES),
    (EventResource::Intervention, interventions::model::REFERENCES),
];
