//! The rules of findings: their areas are those of the framework, their themes those of the register.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::error::{ApiError, FieldError};
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::framework;
use crate::register::themes;
use crate::values::text::Code;

/// Refuses an area that the framework of the inspection does not have, and unknown themes.
///
/// # Errors
///
/// `validation_failed`, naming each.
pub fn check(
    conn: &mut PgConnection,
    inspection: &InspectionRow,
    area: Option<&Code>,
    themes: &[Code],
) -> Result<(), ApiError> {
    let areas = framework::areas(conn, inspection)?;
    let errors = broken_codes(conn, &areas, area, themes, "")?;
    ApiError::refuse_any(errors)
}

/// The area if it is not among these, and the unknown themes, as broken rules below `place`.
pub fn broken_codes(
    conn: &mut PgConnection,
    areas: &[Code],
    area: Option<&Code>,
    themes: &[Code],
    place: &str,
) -> QueryResult<Vec<FieldError>> {
    let mut errors = themes::query::unknown(conn, themes, &format!("{place}/themes"))?;
    if let Some(area) = area.filter(|area| !areas.contains(area)) {
        let message = format!("{area} is not an area of the inspection's framework");
        errors.push(FieldError::body(format!("{place}/area"), "unknown", message));
    }
    Ok(errors)
}
