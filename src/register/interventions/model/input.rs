//! What is written of an intervention.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::InterventionKind;
use crate::database::schema::interventions;
use crate::http::extract::{nullable, present};
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::text::{Name, Prose, WebAddress};

/// A new intervention.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, Insertable, ToSchema)]
#[diesel(table_name = interventions)]
#[serde(deny_unknown_fields)]
pub struct NewIntervention {
    /// The authority concerned.
    pub authority_id: AuthorityId,
    /// What kind of intervention it is.
    pub kind: InterventionKind,
    /// The organisation that intervenes or helps.
    #[validate(nested)]
    pub organisation: Option<Name>,
    /// Who was appointed, as published.
    #[validate(nested)]
    pub person: Option<Name>,
    /// In what role.
    #[validate(nested)]
    pub role: Option<Name>,
    /// The first day.
    pub started_on: Option<Date>,
    /// The last day.
    pub ended_on: Option<Date>,
    /// The inspection that led to it; of the same authority or its predecessor.
    pub triggered_by_inspection_id: Option<InspectionId>,
    /// Where it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// What else is known of it.
    #[validate(nested)]
    pub note: Option<Prose>,
}

/// A change of an intervention: absent members stay, null clears, a value sets. The authority stays.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = interventions)]
#[serde(deny_unknown_fields)]
pub struct InterventionPatch {
    /// What kind of intervention it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<InterventionKind>,
    /// The organisation that intervenes or helps.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub organisation: Option<Option<Name>>,
    /// Who was appointed, as published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub person: Option<Option<Name>>,
    /// In what role.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub role: Option<Option<Name>>,
    /// The first day.
    #[serde(default, deserialize_with = "nullable")]
    pub started_on: Option<Option<Date>>,
    /// The last day.
    #[serde(default, deserialize_with = "nullable")]
    pub ended_on: Option<Option<Date>>,
    /// The inspection that led to it; of the same authority or its predecessor.
    #[serde(default, deserialize_with = "nullable")]
    pub triggered_by_inspection_id: Option<Option<InspectionId>>,
    /// Where it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// What else is known of it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub note: Option<Option<Prose>>,
}
