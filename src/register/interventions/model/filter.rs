//! Which interventions are wanted.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::InterventionKind;
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

/// Which interventions are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InterventionFilter {
    /// Authorities, by id or code.
    #[param(style = Form, explode = false, value_type = Option<Vec<AuthorityKey>>, max_items = 50, min_items = 1, example = json!(["E06000019"]))]
    pub authority: Option<Codes<AuthorityKey>>,
    /// Kinds of intervention.
    #[param(style = Form, explode = false, value_type = Option<Vec<InterventionKind>>, max_items = 50, min_items = 1, example = json!(["statutory_direction", "commissioner"]))]
    pub kind: Option<Codes<InterventionKind>>,
    /// Known to have begun by this day, and not known to have ended before it.
    #[param(example = "2023-06-01")]
    pub active_on: Option<Date>,
    /// The order.
    #[param(default = "-started_on", example = "-started_on")]
    pub sort: Option<InterventionSort>,
}
