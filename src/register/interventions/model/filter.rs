//! The filter of lists of interventions.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::InterventionKind;
use crate::http::parameters::Parameters;
use crate::values::authority_key::AuthorityKey;
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::text_enum::text_enum;

text_enum! {
    /// The orders of interventions; `-` for descending. An absent date sorts last.
    pub enum InterventionSort {
        /// By the first day, the earliest first.
        StartedOn = "started_on",
        /// By the first day, the latest first.
        StartedOnDescending = "-started_on",
    }
}

/// The filter of lists of interventions.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InterventionFilter {
    /// Authorities, by id or code.
    #[param(value_type = Option<Vec<AuthorityKey>>, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Kinds of intervention.
    #[param(value_type = Option<Vec<InterventionKind>>, example = json!(["statutory_direction", "commissioner"]))]
    pub kind: Option<Codes<InterventionKind>>,
    /// A day on or before which the intervention is known to have started, and before which it is not known to have
    /// ended.
    #[param(example = "2023-06-01")]
    pub active_on: Option<Date>,
    /// The order of the items.
    #[param(default = "-started_on", example = "-started_on")]
    pub sort: Option<InterventionSort>,
}

impl Parameters for InterventionFilter {}
