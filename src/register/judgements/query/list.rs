//! The list of all judgements, each with its inspection.

use diesel::pg::PgConnection;

use crate::access::caller::Caller;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::inspections::model::InspectionFilter;
use crate::register::inspections::query::list as inspections;
use crate::register::judgements::model::{InspectionJudgement, Judgement};

/// The judgements of a page of the inspections that a filter wants, those of its areas and grades: in the order of the
/// inspections, then of the framework.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn table(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &InspectionFilter,
    window: &Window,
) -> Result<(Vec<InspectionJudgement>, Page), ApiError> {
    let (found, page) = inspections::list(conn, caller, filter, window)?;
    let total = page.total.map(|_| inspections::count_judgements(conn, caller, filter)).transpose()?;
    let judgements = found.into_iter().flat_map(|mut inspection| {
        let own =
            std::mem::take(&mut inspection.judgements).into_iter().filter(|judgement| is_wanted(filter, judgement));
        own.map(|judgement| InspectionJudgement { judgement, inspection: inspection.clone() }).collect::<Vec<_>>()
    });
    Ok((judgements.collect(), Page { total, ..page }))
}

fn is_wanted(filter: &InspectionFilter, judgement: &Judgement) -> bool {
    let is_of_area = filter.area.as_ref().is_none_or(|areas| areas.has(&judgement.area));
    let has_grade = filter.grade.as_ref().is_none_or(|grades| judgement.grade.is_some_and(|own| grades.has(&own)));
    is_of_area && has_grade
}
