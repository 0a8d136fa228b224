//! Codes that an authority had before.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::values::date::Date;
use crate::values::text::GssCode;

/// A GSS code that an authority had before: the Office for National Statistics gives a new one when a boundary changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "in_order"))]
pub struct FormerCode {
    /// The former code.
    #[validate(nested)]
    pub gss_code: GssCode,
    /// The first day on which it was valid, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day on which it was valid, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Whether the last day is the usual one for such changes, and no source states it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub valid_to_is_approximate: bool,
}

fn in_order(code: &FormerCode) -> Result<(), ValidationError> {
    let is_reversed = code.valid_from.zip(code.valid_to).is_some_and(|(from, to)| from > to);
    let broken = || ValidationError::new("order").with_message("valid_to must not be before valid_from".into());
    if is_reversed { Err(broken()) } else { Ok(()) }
}
