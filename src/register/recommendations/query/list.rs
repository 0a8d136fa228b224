//! The list of recommendations.

use diesel::dsl::{InnerJoin, IntoBoxed, count_star};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::TsVectorExtensions;

use super::assemble;
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{self, recommendations};
use crate::database::sql::question;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::model::InspectedAuthority;
use crate::register::inspections::model::InspectionDays;
use crate::register::inspections::query::reports::{Reports, after, in_report_order};
use crate::register::inspections::query::rows;
use crate::register::recommendations::model::{
    Recommendation, RecommendationEmbed, RecommendationFilter, RecommendationRow,
};
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::codes::Codes;
use crate::values::ids::InspectionId;
use crate::values::inspection_state::InspectionState;

/// Inspections with their authorities.
type Inspected = InnerJoin<schema::inspections::table, schema::authorities::table>;
type Recommendations<'a> = IntoBoxed<'a, InnerJoin<recommendations::table, Inspected>, Pg>;

/// A page of the recommendations that a filter wants: the latest publication first, then as in the report.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &RecommendationFilter,
    window: &Window,
) -> Result<(Vec<Recommendation>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Words, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
            vocabulary::codes("framework", Vocabulary::Frameworks, filter.framework.as_ref()),
            vocabulary::codes("theme", Vocabulary::Themes, filter.theme.as_ref()),
        ],
    )?;
    let reports = Reports::wanted(
        conn,
        caller,
        filter.authority.as_ref(),
        filter.inspection.as_ref(),
        filter.framework.as_ref(),
        (filter.published_from, filter.published_to),
    )?;
    let mut query = matching(filter, &reports);
    if let Some(place) = window.after()? {
        query = query.filter(after(place, recommendations::position));
    }
    let query = query.order(in_report_order(recommendations::position)).limit(window.rows()).select((
        RecommendationRow::as_select(),
        InspectedAuthority::as_select(),
        InspectionDays::as_select(),
    ));
    let rows = limited::load::<(RecommendationRow, InspectedAuthority, InspectionDays), _>(query, conn)?;
    let total =
        if window.counts() { Some(matching(filter, &reports).select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) =
        window.page(rows, total, |(row, _, days)| (days.published_on, row.inspection_id, row.position))?;
    let rows = rows.into_iter().map(|(row, whose, days)| Recommendation::new(row, whose, days)).collect();
    Ok((assemble::all(conn, caller, rows, filter.embed.as_ref())?, page))
}

/// A page of the recommendations of an inspection, in the order of the report.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn of_inspection(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    embed: Option<Codes<RecommendationEmbed>>,
    window: &Window,
) -> Result<(Vec<Recommendation>, Page), ApiError> {
    let inspection = Some(Codes(vec![rows::find(conn, caller, id)?.inspection_id]));
    list(conn, caller, &RecommendationFilter { inspection, embed, ..RecommendationFilter::default() }, window)
}

fn matching<'a>(filter: &'a RecommendationFilter, reports: &'a Reports) -> Recommendations<'a> {
    let mut query = recommendations::table
        .inner_join(schema::inspections::table.inner_join(schema::authorities::table))
        .into_boxed();
    query = query.filter(recommendations::inspection_id.eq_any(reports.ids()));
    if let Some(q) = &filter.q {
        query = query.filter(recommendations::search.matches(question(q)));
    }
    if let Some(themes) = &filter.theme {
        query = query.filter(recommendations::themes.overlaps_with(&themes.0));
    }
    if let Some(cohorts) = &filter.cohort {
        query = query.filter(recommendations::cohorts.overlaps_with(&cohorts.0));
    }
    if let Some(kinds) = &filter.kind {
        query = query.filter(recommendations::kind.eq_any(&kinds.0));
    }
    if let Some(never) = filter.never_examined {
        let looking = diesel::alias!(schema::inspections as looking);
        let examined = schema::examinations::table
            .inner_join(looking)
            .filter(looking.field(schema::inspections::state).eq(InspectionState::Published))
            .select(schema::examinations::recommendation_id);
        query = if never {
            query.filter(recommendations::recommendation_id.ne_all(examined))
        } else {
            query.filter(recommendations::recommendation_id.eq_any(examined))
        };
    }
    query
}
