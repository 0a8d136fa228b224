//! What is written of an improvement plan.

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
    /// The authority whose plan it is.
    pub authority_id: AuthorityId,
    /// Its title.
    #[validate(nested)]
    pub title: Title,
    /// The phase, of a plan that is made in several.
    #[validate(nested)]
    pub phase: Option<Name>,
    /// The inspection that it answers; of the same authority or its predecessor.
    pub responds_to_inspection_id: Option<InspectionId>,
    /// The body that endorsed it; needs `endorsed_on`.
    #[validate(nested)]
    pub endorsed_by: Option<Name>,
    /// The day on which it was endorsed; required of an endorsed plan.
    pub endorsed_on: Option<Date>,
    /// The first day that it is for.
    pub starts_on: Option<Date>,
    /// The last day that it is for.
    pub ends_on: Option<Date>,
    /// Where it stands.
    #[serde(default = "draft")]
    #[schema(default = "draft")]
    pub state: PlanState,
    /// Who may read it.
    #[serde(default)]
    #[schema(default = "private")]
    pub visibility: Visibility,
    /// Who is to be asked about it, and when.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: JsonList<Consultation>,
    /// Where it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
}

/// A change of an improvement plan: absent members stay, null clears, a value sets. The authority stays.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = improvement_plans)]
#[serde(deny_unknown_fields)]
pub struct ImprovementPlanPatch {
    /// Its title.
    #[serde(default, deserialize_with = "present")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub title: Option<Title>,
    /// The phase, of a plan that is made in several.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub phase: Option<Option<Name>>,
    /// The inspection that it answers; of the same authority or its predecessor.
    #[serde(default, deserialize_with = "nullable")]
    pub responds_to_inspection_id: Option<Option<InspectionId>>,
    /// The body that endorsed it; needs `endorsed_on`.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub endorsed_by: Option<Option<Name>>,
    /// The day on which it was endorsed; required of an endorsed plan.
    #[serde(default, deserialize_with = "nullable")]
    pub endorsed_on: Option<Option<Date>>,
    /// The first day that it is for.
    #[serde(default, deserialize_with = "nullable")]
    pub starts_on: Option<Option<Date>>,
    /// The last day that it is for.
    #[serde(default, deserialize_with = "nullable")]
    pub ends_on: Option<Option<Date>>,
    /// Where it stands.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub state: Option<PlanState>,
    /// Who may read it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
    /// Who is to be asked about it, and when; replaces them all.
    #[serde(default, deserialize_with = "present")]
    #[validate(length(max = 100), nested)]
    #[schema(value_type = Vec<Consultation>, max_items = 100)]
    pub consultation: Option<JsonList<Consultation>>,
    /// Where it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
}
