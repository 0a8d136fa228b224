//! The rules of an inspection that need rows: all are looked at before anything is written, so that every broken one is
//! told at once. The constraints of the database hold them against races.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::framework::{areas, gives_grades};
use super::rows;
use crate::access::caller::Caller;
use crate::database::schema::inspections;
use crate::error::{ApiError, FieldError, ProblemCode};
use crate::register::{authorities, examinations, findings, frameworks, judgements, themes};
use crate::register::authorities::query::relations::is_same_or_predecessor;
use crate::register::inspections::model::{InspectionRow, NewInspection, Terms};
use crate::register::judgements::model::Judgement;
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::text::Code;

/// Why an inspection of another authority is refused where one is named.
pub const OF_ANOTHER: &str = "must name an inspection of the same authority or its predecessor";

/// Holds an inspection, as it would be, to every rule: its own, those of its series, and those of the areas, grades and
/// themes that it names. What is in it comes with a `new` one, and is in the register otherwise.
///
/// # Errors
///
/// `validation_failed` with every broken rule.
pub fn check(conn: &mut PgConnection, row: &InspectionRow, new: Option<&NewInspection>) -> Result<(), ApiError> {
    let framework = match &row.framework {
        Some(code) => frameworks::query::find(conn, code).optional()?,
        None => None,
    };
    let kind = match (&row.framework, row.kind) {
        (Some(framework), Some(kind)) => frameworks::query::kind(conn, framework, kind).optional()?,
        _ => None,
    };
    let areas = areas(conn, row)?;
    let stored = match new {
        Some(_) => Vec::new(),
        None => judgements::query::rows::of_inspection(conn, row.inspection_id)?,
    };
    let judged = new.map_or(stored.as_slice(), |new| new.judgements.as_slice());
    let terms = Terms { framework: framework.as_ref(), kind: kind.as_ref(), has_judgements: !judged.is_empty() };
    let mut errors = row.broken_rules(terms, Date::today());
    errors.extend(broken_visit_rules(conn, row)?);
    errors.extend(broken_opener_rules(conn, row)?);
    errors.extend(examinations::query::rules::broken_days(conn, row)?);
    errors.extend(broken_covered_codes(conn, row, &areas)?);
    match new {
        Some(new) => errors.extend(broken_contents(conn, row, &areas, new)?),
        None => errors.extend(broken_moves(conn, row, &areas, judged)?),
    }
    ApiError::refuse_any(errors)
}

/// A series is opened by an earlier graded inspection of the same authority or of its predecessor; once a visit is
/// public, its opener is.
fn broken_visit_rules(conn: &mut PgConnection, row: &InspectionRow) -> Result<Vec<FieldError>, ApiError> {
    let Some(opener) = row.opened_by_inspection_id.filter(|_| row.is_visit()) else { return Ok(Vec::new()) };
    // It must not be withdrawn at the same moment.
    let opener =
        inspections::table.find(opener).select(InspectionRow::as_select()).for_share().first(conn).optional()?;
    let Some(opener) = opener else { return Ok(vec![broken_series("must name an inspection of the register")]) };
    let rules = [
        (gives_grades(conn, &opener)?, "must name a graded inspection"),
        (is_same_or_predecessor(conn, row.authority_id, opener.authority_id)?, OF_ANOTHER),
        (opener.is_earlier_than(row), "must name an earlier inspection"),
        (opener.is_public() || !row.is_public(), "must name a published inspection, since the visit is published"),
    ];
    Ok(rules.into_iter().filter(|(is_kept, _)| !is_kept).map(|(_, message)| broken_series(message)).collect())
}

fn broken_series(message: &str) -> FieldError {
    FieldError::body("/opened_by_inspection_id", "series", message)
}

/// An inspection that opened a series stays graded and earlier than its visits.
fn broken_opener_rules(conn: &mut PgConnection, row: &InspectionRow) -> Result<Vec<FieldError>, ApiError> {
    let visits = visits(conn, row.inspection_id)?;
    let mut errors = Vec::new();
    if !visits.is_empty() && !gives_grades(conn, row)? {
        let message = "must remain a graded kind: the inspection opened a series of visits";
        errors.push(FieldError::body("/kind", "series", message));
    }
    if visits.iter().any(|visit| !row.is_earlier_than(visit)) {
        let member = if row.started_on.is_some() { "/started_on" } else { "/published_on" };
        errors.push(FieldError::body(member, "series", "must be earlier than the visits of the series that it opened"));
    }
    Ok(errors)
}

/// Refuses to take an inspection from the public whose visits are public.
///
/// # Errors
///
/// `in_use` if a visit of its series is published.
pub fn check_withdrawal(conn: &mut PgConnection, id: InspectionId) -> Result<(), ApiError> {
    if visits(conn, id)?.iter().any(InspectionRow::is_public) {
        return Err(ApiError::in_use("published visits belong to the series that this inspection opened"));
    }
    Ok(())
}

fn visits(conn: &mut PgConnection, opener: InspectionId) -> QueryResult<Vec<InspectionRow>> {
    let visits = inspections::table.filter(inspections::opened_by_inspection_id.eq(opener));
    visits.select(InspectionRow::as_select()).load(conn)
}

/// What is wrong with a reference of something of this authority to an inspection: that must be one that the caller sees,
/// of the authority itself or of its predecessor.
pub fn broken_reference(
    conn: &mut PgConnection,
    caller: &Caller,
    authority: AuthorityId,
    inspection: InspectionId,
    pointer: &str,
) -> Result<Option<FieldError>, ApiError> {
    let other = match rows::find(conn, caller, inspection) {
        Ok(inspection) => inspection.authority_id,
        Err(error) if error.code() == ProblemCode::NotFound => {
            return Ok(Some(FieldError::body(pointer, "unknown", "must name an inspection of the register")));
        }
        Err(error) => return Err(error),
    };
    let is_broken = !is_same_or_predecessor(conn, authority, other)?;
    Ok(is_broken.then(|| FieldError::body(pointer, "authority", OF_ANOTHER)))
}

/// Areas are the framework's, themes the register's, in the areas covered.
fn broken_covered_codes(
    conn: &mut PgConnection,
    row: &InspectionRow,
    areas: &[Code],
) -> Result<Vec<FieldError>, ApiError> {
    let mut errors = Vec::new();
    for (index, covered) in row.areas_covered.0.iter().enumerate() {
        let place = format!("/areas_covered/{index}");
        errors.extend(findings::query::rules::broken_codes(
            conn,
            areas,
            covered.area.as_ref(),
            &covered.themes,
            &place,
        )?);
    }
    Ok(errors)
}

/// What comes with a new inspection: its authority, and the codes in its parts.
fn broken_contents(
    conn: &mut PgConnection,
    row: &InspectionRow,
    areas: &[Code],
    new: &NewInspection,
) -> Result<Vec<FieldError>, ApiError> {
    let mut errors = Vec::new();
    if !authorities::query::rows::exists(conn, new.authority_id)? {
        errors.push(FieldError::body("/authority_id", "unknown", "must name an authority of the register"));
    }
    if let Some(framework) = &row.framework {
        errors.extend(judgements::query::rules::broken_codes(conn, framework, &new.judgements)?);
    }
    for (index, finding) in new.findings.iter().enumerate() {
        let place = format!("/findings/{index}");
        let (area, themes) = (finding.area.as_ref(), finding.themes.as_slice());
        errors.extend(findings::query::rules::broken_codes(conn, areas, area, themes, &place)?);
    }
    for (index, recommendation) in new.recommendations.iter().enumerate() {
        let place = format!("/recommendations/{index}/themes");
        errors.extend(themes::query::unknown(conn, &recommendation.themes, &place)?);
    }
    Ok(errors)
}

/// What is in an inspection must fit its framework also when that changes.
fn broken_moves(
    conn: &mut PgConnection,
    row: &InspectionRow,
    areas: &[Code],
    judged: &[Judgement],
) -> Result<Vec<FieldError>, ApiError> {
    let misfits = match &row.framework {
        Some(framework) => judgements::query::rules::broken_codes(conn, framework, judged)?,
        None => Vec::new(),
    };
    let mut messages = misfits.into_iter().map(|misfit| misfit.message).collect::<Vec<_>>();
    for (position, area) in findings::query::rows::areas(conn, row.inspection_id)? {
        if !areas.contains(&area) {
            messages
                .push(format!("the finding at position {position} has area {area}, which the framework does not have"));
        }
    }
    Ok(messages.into_iter().map(|message| FieldError::body("/framework", "contents", message)).collect())
}
