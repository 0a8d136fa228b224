//! The list of findings.

use diesel::dsl::{InnerJoin, IntoBoxed, count_star};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::TsVectorExtensions;

use super::assemble;
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{self, findings};
use crate::database::sql::question;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::model::InspectedAuthority;
use crate::register::findings::model::{Finding, FindingEmbed, FindingFilter, FindingRow};
use crate::register::inspections::query::reports::{Reports, after, in_report_order};
use crate::register::inspections::query::rows;
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::codes::Codes;
use crate::values::date::Date;
use crate::values::ids::InspectionId;

/// Inspections with their authorities.
type Inspected = InnerJoin<schema::inspections::table, schema::authorities::table>;
type Findings<'a> = IntoBoxed<'a, InnerJoin<findings::table, Inspected>, Pg>;

/// A page of the findings that a filter wants: the latest publication first, then as in the report.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &FindingFilter,
    window: &Window,
) -> Result<(Vec<Finding>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Words, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
            vocabulary::codes("framework", Vocabulary::Frameworks, filter.framework.as_ref()),
            vocabulary::codes("theme", Vocabulary::Themes, filter.theme.as_ref()),
            vocabulary::codes("area", Vocabulary::Areas, filter.area.as_ref()),
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
        query = query.filter(after(place, findings::position));
    }
    let query = query.order(in_report_order(findings::position)).limit(window.rows()).select((
        FindingRow::as_select(),
        InspectedAuthority::as_select(),
        schema::inspections::published_on,
    ));
    let rows = limited::load::<(FindingRow, InspectedAuthority, Option<Date>), _>(query, conn)?;
    let total =
        if window.counts() { Some(matching(filter, &reports).select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) =
        window.page(rows, total, |(row, _, published_on)| (*published_on, row.inspection_id, row.position))?;
    let findings = rows.into_iter().map(|(row, authority, _)| Finding::new(row, authority)).collect();
    Ok((assemble::all(conn, caller, findings, filter.embed.as_ref())?, page))
}

/// A page of the findings of an inspection, in the order of the report.
///
/// # Errors
///
/// `not_found`, `invalid_cursor`.
pub fn of_inspection(
    conn: &mut PgConnection,
    caller: &Caller,
    id: InspectionId,
    embed: Option<Codes<FindingEmbed>>,
    window: &Window,
) -> Result<(Vec<Finding>, Page), ApiError> {
    let inspection = Some(Codes(vec![rows::find(conn, caller, id)?.inspection_id]));
    list(conn, caller, &FindingFilter { inspection, embed, ..FindingFilter::default() }, window)
}

fn matching<'a>(filter: &'a FindingFilter, reports: &'a Reports) -> Findings<'a> {
    let mut query =
        findings::table.inner_join(schema::inspections::table.inner_join(schema::authorities::table)).into_boxed();
    query = query.filter(findings::inspection_id.eq_any(reports.ids()));
    if let Some(q) = &filter.q {
        query = query.filter(findings::search.matches(question(q)));
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
