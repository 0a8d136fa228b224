//! Statements about findings.

use diesel::dsl::{InnerJoin, IntoBoxed, count_star, max};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::configuration::TsConfigurationByName;
use diesel_full_text_search::{TsVectorExtensions, websearch_to_tsquery_with_search_config};
use uuid::Uuid;

use super::model::{Finding, FindingFilter, FindingId, FindingPatch, NewFinding};
use crate::date::Date;
use crate::error::{ApiError, ConstraintExt, FieldError, NotFoundExt};
use crate::events;
use crate::events::model::{EventResource, Subject};
use crate::extract::{IfMatch, Patch};
use crate::inspections::model::{InspectionId, InspectionRow};
use crate::inspections::query::changes::mark_changed;
use crate::inspections::query::{self as inspections, reports::Reports};
use crate::page::{Page, Window};
use crate::principal::Principal;
use crate::schema::{self, findings};
use crate::sql::{Bound, or_distant_past};
use crate::text::{Code, Reason};
use crate::themes;

type Findings<'a> = IntoBoxed<'a, InnerJoin<findings::table, schema::inspections::table>, Pg>;
/// Where a page begins: publication and id of the inspection, and place in it, of the row before.
type After = (Option<Date>, InspectionId, i32);

/// A page of the findings that a filter wants: the latest publication first, then as in the report.
///
/// # Errors
///
/// `invalid_cursor`, or if the database fails.
pub fn list(
    conn: &mut PgConnection,
    principal: &Principal,
    filter: &FindingFilter,
    window: &Window,
) -> Result<(Vec<Finding>, Page), ApiError> {
    let reports = Reports::wanted(
        conn,
        principal,
        filter.authority.as_ref(),
        filter.inspection.as_ref(),
        filter.framework.as_ref(),
        (filter.published_from, filter.published_to),
    )?;
    let rows = sorted(matching(filter, &reports), window.after()?)
        .limit(window.rows())
        .select((Finding::as_select(), schema::inspections::published_on))
        .load::<(Finding, Option<Date>)>(conn)?;
    let total =
        if window.counts() { Some(matching(filter, &reports).select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) =
        window.page(rows, total, |(row, published_on)| (*published_on, row.inspection_id, row.position))?;
    Ok((rows.into_iter().map(|(row, _)| row).collect(), page))
}

fn matching<'a>(filter: &'a FindingFilter, reports: &'a Reports) -> Findings<'a> {
    let mut query = findings::table.inner_join(schema::inspections::table).into_boxed();
    query = query.filter(findings::inspection_id.eq_any(reports.ids()));
    if let Some(q) = &filter.q {
        let words = websearch_to_tsquery_with_search_config(TsConfigurationByName("english"), q.as_str());
        query = query.filter(findings::search.matches(words));
    }
    if let Some(themes) = &filter.theme {
        query = query.filter(findings::themes.overlaps_with(&themes.0));
    }
    if let Some(cohorts) = &filter.cohort {
        query = query.filter(findings::cohorts.overlaps_with(&cohorts.0));
    }
    if let Some(polarities) = &filter.polarity {
        query = query.filter(findings::polarity.eq_any(&polarities.0));
    }
    if let Some(areas) = &filter.area {
        query = query.filter(findings::area.eq_any(&areas.0));
    }
    query
}

fn sorted(query: Findings<'_>, after: Option<After>) -> Findings<'_> {
    let day = or_distant_past(schema::inspections::published_on);
    let id = schema::inspections::inspection_id;
    let query = match after {
        Some((published_on, inspection, position)) => {
            let bound = Bound::or_past(published_on);
            let later = id.eq(inspection).and(findings::position.gt(position));
            query.filter(day.le(bound).and(day.lt(bound).or(id.lt(inspection)).or(later)))
        }
        None => query,
    };
    query.order((day.desc(), id.desc(), findings::position.asc()))
}

/// The findings of these inspections, each with whose it is.
///
/// # Errors
///
/// If the database fails.
pub fn of_inspections(conn: &mut PgConnection, ids: &[InspectionId]) -> QueryResult<Vec<(InspectionId, Finding)>> {
    findings::table
        .filter(findings::inspection_id.eq_any(ids))
        .order((findings::inspection_id, findings::position))
        .select((findings::inspection_id, Finding::as_select()))
        .load(conn)
}

/// The findings with these ids as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Vec<(Subject, Finding)>> {
    let rows = findings::table
        .inner_join(schema::inspections::table)
        .filter(findings::finding_id.eq_any(ids))
        .order(findings::finding_id)
        .select((InspectionRow::as_select(), Finding::as_select()))
        .load::<(InspectionRow, Finding)>(conn)?;
    Ok(rows.into_iter().map(|(inspection, row)| (subject(&inspection, row.finding_id), row)).collect())
}

/// The findings of an inspection as they are stored, each with what its events are about.
///
/// # Errors
///
/// If the database fails.
pub fn stored_of(conn: &mut PgConnection, inspection: &InspectionRow) -> QueryResult<Vec<(Subject, Finding)>> {
    let query = findings::table.filter(findings::inspection_id.eq(inspection.inspection_id));
    let rows = query.order(findings::position).select(Finding::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row: Finding| (subject(inspection, row.finding_id), row)).collect())
}

fn subject(inspection: &InspectionRow, id: FindingId) -> Subject {
    Subject {
        resource: EventResource::Finding,
        id: id.as_uuid(),
        aggregate: inspection.inspection_id.as_uuid(),
        authorities: vec![inspection.authority_id],
    }
}

/// The finding with this id.
///
/// # Errors
///
/// `not_found`, or if the database fails.
pub fn get(conn: &mut PgConnection, principal: &Principal, id: FindingId) -> Result<Finding, ApiError> {
    let row = findings::table.find(id).select(Finding::as_select()).first(conn).or_not_found("finding")?;
    inspections::find(conn, principal, row.inspection_id).map_err(|error| error.as_missing("finding"))?;
    Ok(row)
}

/// Records a finding of an inspection.
///
/// # Errors
///
/// `not_found`, `conflict` if the place is taken, `validation_failed`, or if the database fails.
pub fn insert(
    conn: &mut PgConnection,
    principal: &Principal,
    inspection: InspectionId,
    id: FindingId,
    new: &NewFinding,
) -> Result<Finding, ApiError> {
    let inspection = inspections::lock(conn, principal, inspection)?;
    check_codes(conn, &inspection, new.area.as_ref(), &new.themes)?;
    insert_row(conn, inspection.inspection_id, id, new, "")?;
    let finding = get(conn, principal, id)?;
    events::query::created(conn, principal, &subject(&inspection, id), &finding)?;
    mark_changed(conn, principal, &inspection, None)?;
    Ok(finding)
}

/// Records the findings that come with a new inspection.
///
/// # Errors
///
/// `conflict` if a place is taken twice, `validation_failed`, or if the database fails.
pub fn insert_all(conn: &mut PgConnection, inspection: InspectionId, new: &[NewFinding]) -> Result<(), ApiError> {
    for (index, finding) in new.iter().enumerate() {
        insert_row(conn, inspection, FindingId::generate(), finding, &format!("/findings/{index}"))?;
    }
    Ok(())
}

/// Records one row, without a word to its inspection: the caller raises its version and checks its rules.
///
/// # Errors
///
/// `conflict` if the place is taken, `validation_failed`, or if the database fails.
pub fn insert_row(
    conn: &mut PgConnection,
    inspection: InspectionId,
    id: FindingId,
    new: &NewFinding,
    pointer: &str,
) -> Result<(), ApiError> {
    let position = match new.position {
        Some(position) => position,
        None => next_position(conn, inspection)?,
    };
    diesel::insert_into(findings::table)
        .values((
            findings::finding_id.eq(id),
            findings::inspection_id.eq(inspection),
            findings::position.eq(position),
            new,
        ))
        .execute(conn)
        .on_constraint(|name| meaning(name, pointer))?;
    Ok(())
}

fn next_position(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<i32> {
    let own = findings::table.filter(findings::inspection_id.eq(inspection));
    let last = own.select(max(findings::position)).first::<Option<i32>>(conn)?;
    Ok(last.unwrap_or_default() + 1)
}

/// Changes a finding.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, `conflict`, `validation_failed`, or if the database fails.
pub fn update(
    conn: &mut PgConnection,
    principal: &Principal,
    id: FindingId,
    if_match: &IfMatch,
    patch: &Patch<FindingPatch>,
) -> Result<Finding, ApiError> {
    let inspection = get(conn, principal, id)?.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = get(conn, principal, id)?;
    if_match.check(before.version)?;
    if patch.changes_nothing(&before) {
        return Ok(before);
    }
    let (area, themes) = (patch.changes.area.as_ref().and_then(Option::as_ref), patch.changes.themes.as_deref());
    check_codes(conn, &inspection, area, themes.unwrap_or_default())?;
    let reason = patch.changes.reason.as_ref();
    inspection.check_reason(reason)?;
    let after = diesel::update(findings::table.find(id))
        .set((&patch.changes, findings::version.eq(before.version + 1), findings::updated_at.eq(diesel::dsl::now)))
        .returning(Finding::as_returning())
        .get_result(conn)
        .on_constraint(|name| meaning(name, ""))?;
    events::query::updated(conn, principal, &subject(&inspection, id), (&before, &after), reason)?;
    mark_changed(conn, principal, &inspection, reason)?;
    Ok(after)
}

/// Removes a finding.
///
/// # Errors
///
/// `not_found`, `precondition_failed`, `reason_required`, or if the database fails.
pub fn delete(
    conn: &mut PgConnection,
    principal: &Principal,
    id: FindingId,
    if_match: &IfMatch,
    reason: Option<&Reason>,
) -> Result<(), ApiError> {
    let inspection = get(conn, principal, id)?.inspection_id;
    let inspection = inspections::lock(conn, principal, inspection)?;
    let before = get(conn, principal, id)?;
    if_match.check(before.version)?;
    inspection.check_reason(reason)?;
    diesel::delete(findings::table.find(id)).execute(conn).on_constraint(use_of)?;
    events::query::deleted(conn, principal, &subject(&inspection, id), &before, reason)?;
    mark_changed(conn, principal, &inspection, reason)
}

/// Refuses areas that are not the framework's of the inspection, and themes that are none.
///
/// # Errors
///
/// `validation_failed`, naming each, or if the database fails.
pub fn check_codes(
    conn: &mut PgConnection,
    inspection: &InspectionRow,
    area: Option<&Code>,
    themes: &[Code],
) -> Result<(), ApiError> {
    let areas = inspections::rules::areas(conn, inspection)?;
    let errors = broken_codes(conn, &areas, area, themes, "")?;
    ApiError::refuse_any(errors)
}

/// Whether an area is not among these, and which themes are none, as broken rules below `place`.
///
/// # Errors
///
/// If the database fails.
pub fn broken_codes(
    conn: &mut PgConnection,
    areas: &[Code],
    area: Option<&Code>,
    themes: &[Code],
    place: &str,
) -> QueryResult<Vec<FieldError>> {
    let mut errors = themes::query::unknown(conn, themes, &format!("{place}/themes"))?;
    if let Some(area) = area.filter(|area| !areas.contains(area)) {
        let message = format!("{area} is no area of the inspection's framework");
        errors.push(FieldError::body(format!("{place}/area"), "unknown", message));
    }
    Ok(errors)
}

/// The areas that findings of an inspection name, each with the place of the finding.
///
/// # Errors
///
/// If the database fails.
pub fn areas(conn: &mut PgConnection, inspection: InspectionId) -> QueryResult<Vec<(i32, Code)>> {
    findings::table
        .filter(findings::inspection_id.eq(inspection).and(findings::area.is_not_null()))
        .order(findings::position)
        .select((findings::position, findings::area.assume_not_null()))
        .load(conn)
}

/// What refers to a finding that is to be removed.
fn use_of(constraint: &str) -> Option<ApiError> {
    match constraint {
        "examinations_finding_id_fkey" => Some(ApiError::in_use("an examination says so in this finding")),
        "improvement_action_findings_finding_id_fkey" => {
            Some(ApiError::in_use("improvement actions answer this finding"))
        }
        _ => None,
    }
}

fn meaning(constraint: &str, pointer: &str) -> Option<ApiError> {
    match constraint {
        "findings_inspection_id_position_key" => {
            Some(ApiError::conflict("the inspection has a finding at this position"))
        }
        "findings_document_id_fkey" => Some(ApiError::invalid_member(
            &format!("{pointer}/document_id"),
            "unknown",
            "must name a document of the register",
        )),
        "findings_position_check" => {
            Some(ApiError::invalid_member(&format!("{pointer}/position"), "range", "must be 1 to 1000"))
        }
        _ => None,
    }
}
