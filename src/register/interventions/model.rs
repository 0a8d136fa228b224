//! What an intervention is.

mod filter;
mod input;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::filter::{InterventionFilter, InterventionSort};
pub use self::input::{InterventionPatch, NewIntervention};
use crate::database::schema::interventions;
use crate::http::page::Page;
use crate::http::response::Versioned;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId, InterventionId};
use crate::values::text::{Name, Prose, WebAddress};
use crate::values::text_enum::text_enum;

text_enum! {
    /// What kind of intervention it is.
    pub enum InterventionKind {
        /// The Department for Education says what must improve and by when, and reviews it.
        ImprovementNotice = "improvement_notice",
        /// The Secretary of State directs the authority by law.
        StatutoryDirection = "statutory_direction",
        /// Somebody appointed to report whether the authority can improve its services itself, or to direct them.
        Commissioner = "commissioner",
        /// Somebody appointed to advise the authority and the Department for Education.
        ImprovementAdviser = "improvement_adviser",
        /// Another authority that helps.
        ImprovementPartner = "improvement_partner",
        /// A board that oversees the improvement.
        ImprovementBoard = "improvement_board",
        /// An organisation that runs the services in the authority's place.
        Trust = "trust",
        /// Another intervention.
        Other = "other",
    }
}

/// What government or others set up when services fail.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = interventions)]
pub struct Intervention {
    /// The id.
    pub intervention_id: InterventionId,
    /// The authority concerned.
    pub authority_id: AuthorityId,
    /// What kind of intervention it is.
    pub kind: InterventionKind,
    /// The organisation that intervenes or helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Name>,
    /// Who was appointed, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Name>,
    /// In what role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_on: Option<Date>,
    /// The last day; absent while it lasts, or if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// The inspection that led to it; of the same authority or its predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triggered_by_inspection_id: Option<InspectionId>,
    /// Where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// What else is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Prose>,
    /// Increases with each change.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Versioned for Intervention {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A page of interventions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InterventionPage {
    /// The interventions.
    #[schema(max_items = 200)]
    pub items: Vec<Intervention>,
    /// Where this page stands in the list.
    pub page: Page,
}
