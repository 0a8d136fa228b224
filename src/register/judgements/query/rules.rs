//! The rules of judgements: what their framework and the kind of their inspection must have.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::error::{ApiError, FieldError};
use crate::register::frameworks;
use crate::register::inspections::model::InspectionRow;
use crate::register::judgements::model::Judgement;
use crate::values::text::Code;

/// Which of these judgements name an area or a grade that the framework does not have, or an area twice.
pub fn broken_codes(conn: &mut PgConnection, framework: &Code, set: &[Judgement]) -> QueryResult<Vec<FieldError>> {
    let areas = frameworks::query::area_codes(conn, framework)?;
    let grades = frameworks::query::grades(conn, framework)?;
    let mut errors = Vec::new();
    for (index, judgement) in set.iter().enumerate() {
        let place = format!("/judgements/{index}/area");
        if !areas.contains(&judgement.area) {
            errors.push(FieldError::body(
                place,
                "unknown",
                format!("{} is not an area of {framework}", judgement.area),
            ));
        } else if set.iter().take(index).any(|earlier| earlier.area == judgement.area) {
            errors.push(FieldError::body(place, "repeated", format!("{} has two judgements", judgement.area)));
        }
        if let Some(grade) = judgement.grade.filter(|grade| !grades.contains(grade)) {
            let place = format!("/judgements/{index}/grade");
            errors.push(FieldError::body(place, "unknown", format!("{grade} is not a grade of {framework}")));
        }
    }
    Ok(errors)
}

/// Checks judgements against the framework and the kind of their inspection.
///
/// # Errors
///
/// `validation_failed` with every broken rule.
pub fn check(conn: &mut PgConnection, inspection: &InspectionRow, set: &[Judgement]) -> Result<(), ApiError> {
    let errors = match (&inspection.framework, inspection.kind) {
        _ if set.is_empty() => Vec::new(),
        (Some(framework), Some(kind)) if frameworks::query::kind(conn, framework, kind)?.is_graded => {
            broken_codes(conn, framework, set)?
        }
        _ => {
            let message = "judgements need a framework and a kind of inspection that carries grades";
            vec![FieldError::body("/judgements", "ungraded", message)]
        }
    };
    ApiError::refuse_any(errors)
}
