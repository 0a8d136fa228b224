//! Interventions.

mod filter;
mod input;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::filter::{InterventionFilter, InterventionSort};
pub use self::input::{InterventionPatch, NewIntervention};
use crate::access::references::{Reference, Referred};
use crate::database::schema::interventions;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::register::authorities::model::AuthorityNames;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId, InterventionId};
use crate::values::text::{Name, Prose, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// The kind of intervention.
    pub enum InterventionKind {
        /// An improvement notice by the Department for Education, with deadlines and reviews.
        ImprovementNotice = "improvement_notice",
        /// A statutory direction by the Secretary of State.
        StatutoryDirection = "statutory_direction",
        /// A commissioner, appointed to report whether the authority can improve its services itself, or to direct
        /// them.
        Commissioner = "commissioner",
        /// An adviser, appointed to advise the authority and the Department for Education.
        ImprovementAdviser = "improvement_adviser",
        /// Another authority that supports the improvement.
        ImprovementPartner = "improvement_partner",
        /// A board that oversees the improvement.
        ImprovementBoard = "improvement_board",
        /// An organisation that runs the services in place of the authority.
        Trust = "trust",
        /// Another intervention.
        Other = "other",
    }
}

/// An intervention by government or others when services fail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Intervention {
    /// The stored members.
    #[serde(flatten)]
    pub row: InterventionRow,
    /// The names of the authority concerned.
    #[serde(flatten)]
    pub authority: AuthorityNames,
}

/// An intervention as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = interventions)]
pub struct InterventionRow {
    /// The unique identifier.
    pub intervention_id: InterventionId,
    /// The authority concerned.
    pub authority_id: AuthorityId,
    /// The kind of intervention.
    pub kind: InterventionKind,
    /// The organisation that intervenes or supports the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Name>,
    /// The name of the person appointed, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Name>,
    /// The role of the person appointed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// The last day; absent while the intervention is active, or if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The inspection that led to it; of the same authority or its predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triggered_by_inspection_id: Option<InspectionId>,
    /// The URL at which it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// A note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// The time at which it was recorded.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl Versioned for Intervention {
    fn version(&self) -> i32 {
        self.row.version
    }
}

/// What it refers to and may not be visible while it is.
pub const REFERENCES: &[Reference] = &[Reference { member: "triggered_by_inspection_id", to: Referred::Inspection }];

/// A page of interventions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InterventionPage {
    /// The interventions.
    #[schema(max_items = 200)]
    pub items: Vec<Intervention>,
    /// The position of this page in the list.
    pub page: Page,
}
