//! The list of inspections.

use diesel::dsl::{count_star, exists, not};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel_full_text_search::TsVectorExtensions;
use serde_json::json;

use super::assemble;
use crate::access::caller::Caller;
use crate::database::limited;
use crate::database::schema::{authorities, findings, inspections, judgements, recommendations};
use crate::database::sql::{Bound, folded, folded_each, or_distant_future, or_distant_past, question};
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::authorities::query::search::{Named, named};
use crate::register::frameworks::query::areas;
use crate::register::inspections::model::{Inspection, InspectionFilter, InspectionRow, InspectionSort};
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::date::Date;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::text::{Code, SearchText};

type Inspections<'a> = inspections::BoxedQuery<'a, Pg>;
/// Where a page begins: the day that sorts, and the id, of the row before.
type After = (Option<Date>, InspectionId);

/// A page of the inspections that a filter wants.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &InspectionFilter,
    window: &Window,
) -> Result<(Vec<Inspection>, Page), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::WordsOrNames, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
            vocabulary::region(filter.region.as_ref()),
            vocabulary::codes("framework", Vocabulary::Frameworks, filter.framework.as_ref()),
            vocabulary::codes("area", Vocabulary::Areas, filter.area.as_ref()),
            vocabulary::codes("theme", Vocabulary::Themes, filter.theme.as_ref()),
        ],
    )?;
    let wanted = Wanted::by(conn, caller, filter)?;
    let matching = || wanted.matching(caller, filter);
    let sort = filter.sort.unwrap_or(InspectionSort::PublishedOnDescending);
    let query = sorted(matching(), sort, window.after()?).limit(window.rows()).select(InspectionRow::as_select());
    let rows = limited::load::<InspectionRow, _>(query, conn)?;
    let total = if window.counts() { Some(matching().select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| match sort {
        InspectionSort::PublishedOn | InspectionSort::PublishedOnDescending => (row.published_on, row.inspection_id),
        InspectionSort::StartedOn | InspectionSort::StartedOnDescending => (row.started_on, row.inspection_id),
    })?;
    Ok((assemble::all(conn, caller, rows, filter.embed.as_ref())?, page.approximate(wanted.named.is_approximate)))
}

/// The areas that were judged in the inspections that a filter wants, in the order of the columns of tables.
///
/// # Errors
///
/// If the database fails.
pub fn judged_areas(
    conn: &mut PgConnection,
    caller: &Caller,
    filter: &InspectionFilter,
) -> Result<Vec<Code>, ApiError> {
    let wanted = Wanted::by(conn, caller, filter)?;
    let ids = wanted.matching(caller, filter).select(inspections::inspection_id);
    let judged = judgements::table.filter(judgements::inspection_id.eq_any(ids)).select(judgements::area).distinct();
    let judged = judged.load::<Code>(conn)?;
    Ok(areas::all(conn)?.into_iter().filter(|area| judged.contains(area)).collect())
}

/// The number of judgements of the inspections that a filter wants, of its areas and grades.
///
/// # Errors
///
/// If the database fails.
pub fn count_judgements(conn: &mut PgConnection, caller: &Caller, filter: &InspectionFilter) -> Result<i64, ApiError> {
    let wanted = Wanted::by(conn, caller, filter)?;
    let ids = wanted.matching(caller, filter).select(inspections::inspection_id);
    Ok(judgements_of(filter).filter(judgements::inspection_id.eq_any(ids)).select(count_star()).get_result(conn)?)
}

/// The authorities that a filter names.
struct Wanted {
    authorities: Option<Vec<AuthorityId>>,
    named: Named,
}

impl Wanted {
    fn by(conn: &mut PgConnection, caller: &Caller, filter: &InspectionFilter) -> Result<Self, ApiError> {
        let authorities = resolve_filter(conn, filter.authority.as_ref())?;
        Ok(Self { authorities, named: named_or_searched(conn, caller, filter.q.as_ref())? })
    }

    fn matching<'a>(&'a self, caller: &Caller, filter: &'a InspectionFilter) -> Inspections<'a> {
        matching(caller, filter, self.authorities.as_deref(), &self.named.ids)
    }
}

/// The authorities whose inspections are searched too: those that the search names, or nearly names if no text contains it.
fn named_or_searched(conn: &mut PgConnection, caller: &Caller, q: Option<&SearchText>) -> Result<Named, ApiError> {
    let Some(q) = q else { return Ok(Named::default()) };
    let searched = visible(caller).filter(inspections::search.matches(question(q)));
    Ok(named(conn, q, |conn| diesel::select(not(exists(searched))).get_result(conn))?)
}

fn visible<'a>(caller: &Caller) -> Inspections<'a> {
    inspections::table.filter(inspections::state.eq_any(caller.access().states())).into_boxed()
}

fn matching<'a>(
    caller: &Caller,
    filter: &'a InspectionFilter,
    authorities: Option<&'a [AuthorityId]>,
    named: &'a [AuthorityId],
) -> Inspections<'a> {
    let mut query = visible(caller);
    if let Some(q) = &filter.q {
        let of_named = inspections::authority_id.eq_any(named);
        query = query.filter(inspections::search.matches(question(q)).or(of_named));
    }
    if let Some(ids) = authorities {
        query = query.filter(inspections::authority_id.eq_any(ids));
    }
    if let Some(region) = &filter.region {
        let inside = authorities::table.filter(authorities::region.eq(region)).select(authorities::authority_id);
        query = query.filter(inspections::authority_id.eq_any(inside));
    }
    if let Some(frameworks) = &filter.framework {
        query = query.filter(inspections::framework.eq_any(&frameworks.0));
    }
    if let Some(kinds) = &filter.kind {
        query = query.filter(inspections::kind.eq_any(&kinds.0));
    }
    if let Some(states) = &filter.state {
        query = query.filter(inspections::state.eq_any(&states.0));
    }
    if let Some(name) = &filter.lead_inspector {
        let inspectors = diesel::dsl::array::<diesel::sql_types::Text, _>((folded(name),));
        query = query.filter(folded_each(inspections::lead_inspectors).contains(inspectors));
    }
    if filter.area.is_some() || filter.grade.is_some() {
        query = query.filter(inspections::inspection_id.eq_any(judged(filter)));
    }
    if let Some(themes) = &filter.theme {
        query = query.filter(about(&themes.0));
    }
    if let Some(opener) = filter.opened_by {
        query = query.filter(inspections::opened_by_inspection_id.eq(opener));
    }
    if let Some(day) = filter.started_from {
        query = query.filter(inspections::started_on.ge(day));
    }
    if let Some(day) = filter.started_to {
        query = query.filter(inspections::started_on.le(day));
    }
    if let Some(day) = filter.published_from {
        query = query.filter(inspections::published_on.ge(day));
    }
    if let Some(day) = filter.published_to {
        query = query.filter(inspections::published_on.le(day));
    }
    query
}

/// The inspections that judged one of the areas, or gave one of the grades, or gave one of the grades to one of the areas.
fn judged(filter: &InspectionFilter) -> diesel::dsl::Select<judgements::BoxedQuery<'_, Pg>, judgements::inspection_id> {
    judgements_of(filter).select(judgements::inspection_id)
}

/// The judgements of the areas, with the grades, that a filter names.
fn judgements_of(filter: &InspectionFilter) -> judgements::BoxedQuery<'_, Pg> {
    let mut query = judgements::table.into_boxed();
    if let Some(areas) = &filter.area {
        query = query.filter(judgements::area.eq_any(&areas.0));
    }
    if let Some(grades) = &filter.grade {
        query = query.filter(judgements::grade.eq_any(&grades.0));
    }
    query
}

/// A condition on inspections.
type Condition<'a> = Box<dyn BoxableExpression<inspections::table, Pg, SqlType = diesel::sql_types::Bool> + 'a>;

/// Whether a finding, a recommendation or an area covered is about one of the themes.
fn about(themes: &[Code]) -> Condition<'_> {
    let found = findings::table.filter(findings::themes.overlaps_with(themes)).select(findings::inspection_id);
    let asked = recommendations::table
        .filter(recommendations::themes.overlaps_with(themes))
        .select(recommendations::inspection_id);
    let stated: Condition<'_> =
        Box::new(inspections::inspection_id.eq_any(found).or(inspections::inspection_id.eq_any(asked)));
    themes.iter().fold(stated, |condition, theme| {
        Box::new(condition.or(inspections::areas_covered.contains(json!([{ "themes": [theme] }]))))
    })
}

/// One arm per order. The bound on the day stands twice: once with the id, for the exact place, and once alone, for the
/// range of the index that is read.
fn sorted(query: Inspections<'_>, sort: InspectionSort, after: Option<After>) -> Inspections<'_> {
    use inspections::{inspection_id, published_on, started_on};
    let ascending = matches!(sort, InspectionSort::PublishedOn | InspectionSort::StartedOn);
    let after = after.map(|(day, id)| (if ascending { Bound::or_future(day) } else { Bound::or_past(day) }, id));
    macro_rules! order {
        ($key:expr, $direction:ident, $from:ident, $beyond:ident) => {{
            let query = match after {
                Some((day, id)) => query.filter($key.$from(day).and($key.$beyond(day).or(inspection_id.$beyond(id)))),
                None => query,
            };
            query.order(($key.$direction(), inspection_id.$direction()))
        }};
    }
    match sort {
        InspectionSort::PublishedOn => order!(or_distant_future(published_on), asc, ge, gt),
        InspectionSort::PublishedOnDescending => order!(or_distant_past(published_on), desc, le, lt),
        InspectionSort::StartedOn => order!(or_distant_future(started_on), asc, ge, gt),
        InspectionSort::StartedOnDescending => order!(or_distant_past(started_on), desc, le, lt),
    }
}
