//! Request bodies that create and change interventions.

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
    /// The kind of intervention.
    pub kind: InterventionKind,
    /// The organisation that intervenes or supports the authority.
    #[validate(nested)]
    pub organisation: Option<Name>,
    /// The name of the person appointed, as published.
    #[validate(nested)]
    pub person: Option<Name>,
    /// The role of the person appointed.
    #[validate(nested)]
    pub role: Option<Name>,
    /// The first day.
    pub started_on: Option<Date>,
    /// The last day.
    pub ended_on: Option<Date>,
    /// The inspection that led to it; of the same authority or its predecessor.
    pub triggered_by_inspection_id: Option<InspectionId>,
    /// The URL at which it is published.
    #[validate(nested)]
    pub url: Option<WebAddress>,
    /// A note.
    #[validate(nested)]
    pub note: Option<Prose>,
}

/// A change of an intervention: absent members do not change, null clears a member, a value sets it. The authority
/// cannot be changed.
#[derive(Debug, Clone, Deserialize, Validate, AsChangeset, ToSchema)]
#[diesel(table_name = interventions)]
#[serde(deny_unknown_fields)]
pub struct InterventionPatch {
    /// The kind of intervention.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<InterventionKind>,
    /// The organisation that intervenes or supports the authority.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub organisation: Option<Option<Name>>,
    /// The name of the person appointed, as published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub person: Option<Option<Name>>,
    /// The role of the person appointed.
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
    /// The URL at which it is published.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub url: Option<Option<WebAddress>>,
    /// A note.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(nested)]
    pub note: Option<Option<Prose>>,
}
