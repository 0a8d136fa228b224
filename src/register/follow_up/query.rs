//! Statements about what followed an inspection: a fixed number, however much followed.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date as SqlDate, Nullable, Uuid};

use super::model::{FollowUp, FollowUpParameters, FollowUpVisit, Said, Sources, gaps, missing};
use crate::access::caller::Caller;
use crate::database::schema::{examinations, findings, recommendations, themes};
use crate::error::{ApiError, ProblemCode};
use crate::register::documents::query::rows::TEXT_IS_HELD;
use crate::register::examinations::model::ExaminationOutcome;
use crate::register::findings::model::Polarity;
use crate::register::inspections::model::InspectionRow;
use crate::register::inspections::query::framework::gives_grades;
use crate::register::inspections::query::rows as inspections;
use crate::values::date::Date;
use crate::values::ids::{InspectionId, RecommendationId};
use crate::values::inspection_kind::InspectionKind;
use crate::values::text::Code;

/// The next published inspection that decides where the authority `$1` or its only successor stands, begun after the day `$2`,
/// as known on the day `$3`.
const CLOSING: &str = "
    select i.inspection_id
    from inspections i
    join framework_kinds k on k.framework = i.framework and k.kind = i.kind and k.gives_standing
    where i.state = 'published' and coalesce(i.started_on, i.published_on) > $2
        and coalesce(i.published_on, i.ended_on, i.started_on) <= $3
        and i.authority_id in (
            select $1
            union select (array_agg(successor_id))[1] from authority_successions where predecessor_id = $1 having count(*) = 1)
    order by coalesce(i.started_on, i.published_on), i.inspection_id
    limit 1";

/// The published inspections and visits that followed the inspection `$1`, which `$2` closed, as known on the day `$3`. The
/// condition says whether the text of each is held. At most `$4`.
const VISITS: &str = "
    select inspection_id, kind, opened_by_inspection_id, visit_number, is_final_visit, started_on, ended_on, published_on,
        source, source_reference, {is_text_held} as is_text_held
    from inspections
    where state = 'published' and coalesce(coalesce(published_on, ended_on, started_on) <= $3, true)
        and inspection_id in (
            select inspection_id from inspections where opened_by_inspection_id = $1
            union select $2
            union select e.inspection_id from examinations e join recommendations r using (recommendation_id)
                where r.inspection_id = $1)
    order by or_distant_future(coalesce(published_on, ended_on, started_on)), visit_number, inspection_id
    limit $4";

/// The maximum number of visits in a follow-up.
const MOST_VISITS: i64 = 100;

/// An inspection by its id.
#[derive(QueryableByName)]
struct Closing {
    #[diesel(sql_type = Uuid)]
    inspection_id: InspectionId,
}

/// What followed an inspection.
///
/// # Errors
///
/// `not_found` if there is no such inspection, none yet on that day, or none that gives grades, or if
/// the database fails.
pub fn get(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    parameters: FollowUpParameters,
) -> Result<FollowUp, ApiError> {
    let as_at = parameters.as_at.unwrap_or_else(Date::today);
    let inspection = inspections::find(conn, caller, id)?;
    if !gives_grades(conn, &inspection)? {
        let detail = "only a graded inspection has a follow-up; what a visit follows is in opened_by_inspection_id";
        return Err(ApiError::refused(ProblemCode::NotFound, detail));
    }
    if inspection.published_on.or(inspection.ended_on).or(inspection.started_on).is_some_and(|day| day > as_at) {
        return Err(ApiError::not_found("inspection"));
    }
    let closed_by = closing(conn, &inspection, as_at)?;
    let (visits, is_truncated) = visits(conn, id, closed_by, as_at)?;
    let ids = visits.iter().map(|visit| visit.inspection_id).collect::<Vec<_>>();
    let sources = sources(conn, id, &ids)?;
    let is_of_series = |visit: &&FollowUpVisit| {
        visit.opened_by_inspection_id == Some(id) && visit.kind == Some(InspectionKind::MonitoringVisit)
    };
    let numbers = visits.iter().filter(is_of_series).filter_map(|visit| visit.visit_number).collect();
    let missing_visit_numbers = missing(&numbers);
    Ok(FollowUp {
        inspection_id: id,
        as_at,
        is_truncated,
        gaps: gaps(&missing_visit_numbers, &visits),
        missing_visit_numbers,
        closed_by_inspection_id: closed_by,
        coverage: sources.coverage(&visits),
        never_examined: sources.never_examined(),
        visits,
    })
}

fn closing(conn: &mut PgConnection, inspection: &InspectionRow, as_at: Date) -> QueryResult<Option<InspectionId>> {
    let Some(begun) = inspection.started_on.or(inspection.published_on) else { return Ok(None) };
    let closing = diesel::sql_query(CLOSING)
        .bind::<Uuid, _>(inspection.authority_id)
        .bind::<SqlDate, _>(begun)
        .bind::<SqlDate, _>(as_at)
        .get_result::<Closing>(conn)
        .optional()?;
    Ok(closing.map(|closing| closing.inspection_id))
}

/// The visits, and whether there are more.
fn visits(
    conn: &mut PgConnection,
    opener: InspectionId,
    closed_by: Option<InspectionId>,
    as_at: Date,
) -> QueryResult<(Vec<FollowUpVisit>, bool)> {
    let mut visits = diesel::sql_query(VISITS.replace("{is_text_held}", TEXT_IS_HELD))
        .bind::<Uuid, _>(opener)
        .bind::<Nullable<Uuid>, _>(closed_by)
        .bind::<SqlDate, _>(as_at)
        .bind::<BigInt, _>(MOST_VISITS + 1)
        .load(conn)?;
    let is_truncated = i64::try_from(visits.len()).is_ok_and(|count| count > MOST_VISITS);
    visits.truncate(usize::try_from(MOST_VISITS).unwrap_or(usize::MAX));
    Ok((visits, is_truncated))
}

fn sources(conn: &mut PgConnection, opener: InspectionId, visits: &[InspectionId]) -> QueryResult<Sources> {
    let recommendations = recommendations::table
        .filter(recommendations::inspection_id.eq(opener))
        .order(recommendations::position)
        .select((recommendations::recommendation_id, recommendations::position, recommendations::themes))
        .load(conn)?;
    let examinations = examinations::table
        .inner_join(recommendations::table)
        .left_join(findings::table.on(examinations::finding_id.eq(findings::finding_id.nullable())))
        .filter(recommendations::inspection_id.eq(opener).and(examinations::inspection_id.eq_any(visits)))
        .select((
            (examinations::inspection_id, examinations::recommendation_id),
            (examinations::outcome, findings::themes.nullable()),
        ))
        .load::<((InspectionId, RecommendationId), (ExaminationOutcome, Option<Vec<Code>>))>(conn)?;
    let said = examinations.into_iter().map(|(place, (outcome, found))| (place, Said { outcome, found }));
    let found = findings::table
        .filter(findings::inspection_id.eq_any(visits))
        .select((findings::inspection_id, findings::polarity, findings::themes))
        .load::<(InspectionId, Polarity, Vec<Code>)>(conn)?;
    let mut findings = HashMap::<_, HashMap<_, _>>::new();
    for (visit, polarity, themes) in found {
        for theme in themes {
            *findings.entry((visit, theme)).or_default().entry(polarity).or_default() += 1;
        }
    }
    let themes = themes::table.order(themes::position).select(themes::theme).load(conn)?;
    Ok(Sources { themes, recommendations, examinations: said.collect(), findings })
}
