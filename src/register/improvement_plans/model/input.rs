//! Request bodies that create and change improvement plans.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::{Consultation, PlanState};
use crate::database::schema::improvement_plans;
use crate::http::extract::{nullable, present};
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::json::JsonList;
use crate::values::text::{Name, Title, WebAddress};
use crate::values::visibility::Visibility;

fn draft() -> PlanState {
    PlanState::Draft
}

/// A new improvement plan.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = improvement_plans)]
#[serde(deny_unknown_fields)]
pub struct NewImprovementPlan {
    /// The authority that the plan belongs to.
    pub authority_id: AuthorityId,
    /// The title.
    #[validate(nested)]
    pub title: Title,
    /// The phase, if the plan is made in several phases.
    #[validate(nested)]
    pub phase: Option<Name>,
    /// The inspection that it responds to, of the same authority or its predecessor.
    pub responds_to_inspection_id: Option<InspectionId>,
    /// The body that endorsed it; requires `endorsed_on`.
    #[validate(nested)]
    pub endorsed_by: Option<Name>,
    /// The day on which it was endorsed; required if the plan is endorsed.
    pub endorsed_on: Option<Date>,
    /// The first day of the plan.
    pub starts_on: Option<Date>,
    /// The last day of the plan.
    pub ends_on: Option<Date>,
    /// The state.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub state: PlanState,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    #[serde(default)]
    #[schema(default = "private")]
    pub visibility: Visibility,
    /// The planned consultations.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: JsonList<Consultation>,
    /// The URL at which it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
}

/// A change of an improvement plan: absent members do not change, null clears a member, a value sets it. The authority
/// cannot be changed.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = improvement_plans)]
#[serde(deny_unknown_fields)]
pub struct ImprovementPlanPatch {
    /// The title.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// The phase, if the plan is made in several phases.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub phase: Option<Option<Name>>,
    /// The inspection that it responds to, of the same authority or its predecessor.
    #[serde(default, deserialize_with = "nullable")]
    pub responds_to_inspection_id: Option<Option<InspectionId>>,
    /// The body that endorsed it; requires `endorsed_on`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub endorsed_by: Option<Option<Name>>,
    /// The day on which it was endorsed; required if the plan is endorsed.
    #[serde(default, deserialize_with = "nullable")]
    pub endorsed_on: Option<Option<Date>>,
    /// The first day of the plan.
    #[serde(default, deserialize_with = "nullable")]
    pub starts_on: Option<Option<Date>>,
    /// The last day of the plan.
    #[serde(default, deserialize_with = "nullable")]
    pub ends_on: Option<Option<Date>>,
    /// The state.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<PlanState>,
    /// Whether everyone can read it, or only keys with access to the papers of the authority.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
    /// The planned consultations; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: Option<JsonList<Consultation>>,
    /// The URL at which it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
}
