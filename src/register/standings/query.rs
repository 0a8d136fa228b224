//! Statements about standings: one for the rows, however many, and one each for their grades and their neighbours.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date as SqlDate, Nullable, Text, Uuid};

use super::model::{
    Clock, NeighbourCounts, Standing, StandingAbsence, StandingFilter, StandingJudgement, StandingRow, StandingSort,
};
use crate::database::schema::framework_areas;
use crate::database::sql::Total;
use crate::error::ApiError;
use crate::http::page::{Page, Window};
use crate::register::authorities::query::rows::resolve_filter;
use crate::register::authorities::query::search::{self, named};
use crate::register::frameworks::query::areas::OVERALL;
use crate::register::judgements;
use crate::register::judgements::model::Judgement;
use crate::register::vocabulary::{self, Vocabulary};
use crate::values::date::Date;
use crate::values::grade::Grade;
use crate::values::ids::{AuthorityId, InspectionId};
use crate::values::text::{Code, Name};

/// Where a page begins: the name and the id of the row before.
type After = (Name, AuthorityId);

/// Every authority that existed on the day `$1` with its latest graded inspection up to then. An abolished authority with
/// one successor counts the successor's inspections as its own, since reports follow the Ofsted URN.
///
/// The inspections of each owner are read from the latest back, by an index, until one counts: however many there are, few
/// are read.
fn standing(clock: Clock) -> String {
    let day = match clock {
        Clock::Publication => "published_on",
        Clock::Fieldwork => "ended_on",
    };
    format!(
        "select a.authority_id, a.name as authority_name, a.gss_code, a.region, a.authority_type, \
                i.inspection_id, i.framework, i.kind, i.started_on, i.ended_on, i.published_on, i.lead_inspectors, \
                i.report_url, $1 - i.{day} as days_since \
         from authorities a \
         left join lateral ( \
             select latest.* \
             from ( \
                 select a.authority_id as owner_id \
                 union all \
                 select (array_agg(successor_id))[1] from authority_successions \
                 where predecessor_id = a.authority_id and a.active_to is not null having count(*) = 1 \
             ) owners \
             cross join lateral ( \
                 select o.inspection_id, o.framework, o.kind, o.started_on, o.ended_on, o.published_on, \
                        o.lead_inspectors, o.report_url \
                 from inspections o \
                 join framework_kinds k on k.framework = o.framework and k.kind = o.kind and k.gives_standing \
                 where o.authority_id = owners.owner_id and o.state = 'published' \
                     and o.{day} is not null and or_distant_past(o.{day}) <= $1 \
                     and exists (select from judgements j where j.inspection_id = o.inspection_id) \
                 order by or_distant_past(o.{day}) desc, o.inspection_id desc limit 1 \
             ) latest \
             order by latest.{day} desc, latest.inspection_id desc limit 1 \
         ) i on true \
         where coalesce(a.active_from <= $1, true) and coalesce(a.active_to >= $1, true)"
    )
}

/// The rows that a filter wants; `$2` to `$8` are its parts, each null if it is not asked for.
fn wanted(clock: Clock) -> String {
    let standing = standing(clock);
    format!(
        "select * from ({standing}) s \
         where coalesce(authority_id = any ($2), true) and coalesce(region = $3, true) \
             and coalesce(authority_type = any ($4), true) \
             and (coalesce($5, $6) is null or exists ( \
                 select from judgements j where j.inspection_id = s.inspection_id and j.grade is not null \
                     and coalesce(j.area = any ($5), true) and coalesce(j.grade = any ($6), true))) \
             and coalesce(authority_id = any ($7), true) \
             and ($8 is null or authority_id in ( \
                 select neighbour_id from statistical_neighbours \
                 where neighbour_set = 'current' and statistical_neighbours.authority_id = any ($8)))"
    )
}

macro_rules! bind_filter {
    ($query:expr, $filter:expr, $day:expr, $named:expr) => {
        $query
            .bind::<SqlDate, _>($day)
            .bind::<Nullable<Array<Uuid>>, _>($named.searched.as_ref().map(|named| &named.ids))
            .bind::<Nullable<Text>, _>($filter.region.as_ref())
            .bind::<Nullable<Array<Text>>, _>($filter.authority_type.as_ref().map(|types| &types.0))
            .bind::<Nullable<Array<Text>>, _>($filter.area.as_ref().map(|areas| &areas.0))
            .bind::<Nullable<Array<Text>>, _>($filter.grade.as_ref().map(|grades| &grades.0))
            .bind::<Nullable<Array<Uuid>>, _>($named.authorities.as_ref())
            .bind::<Nullable<Array<Uuid>>, _>($named.neighbours_of.as_ref())
    };
}

/// The authorities that a filter names.
struct Named {
    searched: Option<search::Named>,
    authorities: Option<Vec<AuthorityId>>,
    neighbours_of: Option<Vec<AuthorityId>>,
}

impl Named {
    /// Those named by a filter; `is_approximate` if names that are spelt nearly as the searched one will do.
    fn by(conn: &mut PgConnection, filter: &StandingFilter, is_approximate: bool) -> Result<Self, ApiError> {
        Ok(Self {
            searched: filter.q.as_ref().map(|q| named(conn, q, |_| Ok(is_approximate))).transpose()?,
            authorities: resolve_filter(conn, filter.authority.as_ref())?,
            neighbours_of: resolve_filter(conn, filter.neighbours_of.as_ref())?,
        })
    }
}

/// A page of standings by name.
///
/// # Errors
///
/// `validation_failed`, `invalid_cursor`.
pub fn list(
    conn: &mut PgConnection,
    filter: &StandingFilter,
    window: &Window,
) -> Result<(Vec<Standing>, Page), ApiError> {
    check(conn, filter)?;
    let (day, clock) = (filter.day(), filter.clock.unwrap_or(Clock::Publication));
    let (beyond, direction) = match filter.sort.unwrap_or(StandingSort::Name) {
        StandingSort::Name => (">", "asc"),
        StandingSort::NameDescending => ("<", "desc"),
    };
    let (wanted, named) = (wanted(clock), Named::by(conn, filter, true)?);
    let (after_name, after_id) = window.after::<After>()?.unzip();
    let rows = diesel::sql_query(format!(
        "{wanted} and coalesce((authority_name, authority_id) {beyond} ($9, $10), true) \
         order by authority_name {direction}, authority_id {direction} limit $11"
    ));
    let rows = bind_filter!(rows, filter, day, named)
        .bind::<Nullable<Text>, _>(after_name)
        .bind::<Nullable<Uuid>, _>(after_id)
        .bind::<BigInt, _>(window.rows())
        .load::<StandingRow>(conn)?;
    let total = if window.counts() {
        let count = diesel::sql_query(format!("select count(*) as total from ({wanted}) w"));
        Some(bind_filter!(count, filter, day, named).get_result::<Total>(conn)?.total)
    } else {
        None
    };
    let (rows, page) = window.page(rows, total, |row| (row.authority_name.clone(), row.authority_id))?;
    let page = page.approximate(named.searched.is_some_and(|named| named.is_approximate));
    Ok((complete(conn, rows, day, clock)?, page))
}

/// Refuses what the register cannot look up.
fn check(conn: &mut PgConnection, filter: &StandingFilter) -> Result<(), ApiError> {
    vocabulary::check(
        conn,
        [
            vocabulary::search(Vocabulary::Names, filter.q.as_ref()),
            vocabulary::authorities("authority", filter.authority.as_ref()),
            vocabulary::authorities("neighbours_of", filter.neighbours_of.as_ref()),
            vocabulary::region(filter.region.as_ref()),
            vocabulary::codes("area", Vocabulary::Areas, filter.area.as_ref()),
        ],
    )
}

/// All standings that a filter wants, in its order, for the table, which has no place to mark approximate ones. Each says of
/// every one of the areas what its grade is or why it has none.
///
/// # Errors
///
/// `validation_failed`.
pub fn table(conn: &mut PgConnection, filter: &StandingFilter, areas: &[Code]) -> Result<Vec<Standing>, ApiError> {
    check(conn, filter)?;
    let (day, clock) = (filter.day(), filter.clock.unwrap_or(Clock::Publication));
    let named = Named::by(conn, filter, false)?;
    let direction = if filter.sort == Some(StandingSort::NameDescending) { "desc" } else { "asc" };
    let rows =
        diesel::sql_query(format!("{} order by authority_name {direction}, authority_id {direction}", wanted(clock)));
    let rows = bind_filter!(rows, filter, day, named).load::<StandingRow>(conn)?;
    let mut standings = graded(conn, rows)?;
    for standing in standings.iter_mut().filter(|standing| standing.row.inspection_id.is_some()) {
        let missing = areas.iter().filter(|area| standing.judgements.iter().all(|own| own.area != **area));
        let missing = missing.map(|area| absent(area, StandingAbsence::NotInFramework)).collect::<Vec<_>>();
        standing.judgements.extend(missing);
    }
    Ok(standings)
}

/// Where these authorities stand on a day, by publication.
pub fn of_authorities(conn: &mut PgConnection, ids: &[AuthorityId], day: Date) -> Result<Vec<Standing>, ApiError> {
    let rows = diesel::sql_query(format!("{} and a.authority_id = any ($2)", standing(Clock::Publication)))
        .bind::<SqlDate, _>(day)
        .bind::<Array<Uuid>, _>(ids)
        .load::<StandingRow>(conn)?;
    complete(conn, rows, day, Clock::Publication)
}

fn complete(
    conn: &mut PgConnection,
    rows: Vec<StandingRow>,
    day: Date,
    clock: Clock,
) -> Result<Vec<Standing>, ApiError> {
    let mut standings = graded(conn, rows)?;
    add_neighbours(conn, &mut standings, day, clock)?;
    Ok(standings)
}

/// Adds the grades, in the order of the framework, and says why one is absent.
fn graded(conn: &mut PgConnection, rows: Vec<StandingRow>) -> Result<Vec<Standing>, ApiError> {
    let ids = rows.iter().filter_map(|row| row.inspection_id).collect::<Vec<_>>();
    let mut judgements = HashMap::<InspectionId, Vec<Judgement>>::new();
    for (id, judgement) in judgements::query::rows::of_inspections(conn, &ids)? {
        judgements.entry(id).or_default().push(judgement);
    }
    let areas = framework_areas::table
        .order(framework_areas::position)
        .select((framework_areas::framework, framework_areas::area))
        .load::<(Code, Code)>(conn)?;
    let standings = rows.into_iter().map(|row| {
        let own = row.inspection_id.and_then(|id| judgements.remove(&id)).unwrap_or_default();
        let judgements = row.framework.as_ref().map_or_else(Vec::new, |framework| describe(framework, &areas, &own));
        Standing { row, judgements, neighbours: Vec::new() }
    });
    Ok(standings.collect())
}

fn describe(framework: &Code, areas: &[(Code, Code)], own: &[Judgement]) -> Vec<StandingJudgement> {
    let areas = areas.iter().filter(|(owner, _)| owner == framework).map(|(_, area)| area).collect::<Vec<_>>();
    let overall = Code::from(OVERALL);
    let missing = (!areas.contains(&&overall)).then(|| absent(&overall, StandingAbsence::NotInFramework));
    let judged = areas.into_iter().map(|area| match own.iter().find(|judgement| judgement.area == *area) {
        Some(judgement) if judgement.grade.is_some() => {
            StandingJudgement { area: area.clone(), grade: judgement.grade, absence_reason: None }
        }
        Some(_) => absent(area, StandingAbsence::NotJudged),
        None => absent(area, StandingAbsence::NotInSource),
    });
    missing.into_iter().chain(judged).collect()
}

fn absent(area: &Code, reason: StandingAbsence) -> StandingJudgement {
    StandingJudgement { area: area.clone(), grade: None, absence_reason: Some(reason) }
}

/// One row a neighbour and area that it has a grade in.
#[derive(QueryableByName)]
struct NeighbourGrade {
    #[diesel(sql_type = Uuid)]
    authority_id: AuthorityId,
    #[diesel(sql_type = Nullable<Text>)]
    area: Option<Code>,
    #[diesel(sql_type = Nullable<Text>)]
    grade: Option<Grade>,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Adds how the current neighbours stand. Each neighbour counts once an area, graded or absent.
fn add_neighbours(
    conn: &mut PgConnection,
    standings: &mut [Standing],
    day: Date,
    clock: Clock,
) -> Result<(), ApiError> {
    let ids = standings.iter().map(|standing| standing.row.authority_id).collect::<Vec<_>>();
    let standing = standing(clock);
    let grades = diesel::sql_query(format!(
        "with neighbours as ( \
             select authority_id, neighbour_id from statistical_neighbours \
             where neighbour_set = 'current' and authority_id = any ($2)), \
         standing as materialized ({standing} and a.authority_id in (select neighbour_id from neighbours)) \
         select n.authority_id, j.area, j.grade, count(*) as count \
         from neighbours n \
         join standing s on s.authority_id = n.neighbour_id \
         join judgements j on j.inspection_id = s.inspection_id and j.grade is not null \
         group by 1, 2, 3 \
         union all \
         select authority_id, null, null, count(*) from neighbours group by 1"
    ))
    .bind::<SqlDate, _>(day)
    .bind::<Array<Uuid>, _>(&ids)
    .load::<NeighbourGrade>(conn)?;
    let mut counts = HashMap::<AuthorityId, Vec<NeighbourGrade>>::new();
    for grade in grades {
        counts.entry(grade.authority_id).or_default().push(grade);
    }
    for standing in standings {
        if let Some(own) = counts.get(&standing.row.authority_id) {
            standing.neighbours = standing.judgements.iter().map(|judgement| tally(&judgement.area, own)).collect();
        }
    }
    Ok(())
}

fn tally(area: &Code, own: &[NeighbourGrade]) -> NeighbourCounts {
    let all = own.iter().find(|row| row.area.is_none()).map_or(0, |row| row.count);
    let of = |grade: Grade| {
        own.iter().find(|row| row.area.as_ref() == Some(area) && row.grade == Some(grade)).map_or(0, |row| row.count)
    };
    let mut counts = NeighbourCounts {
        area: area.clone(),
        outstanding: of(Grade::Outstanding),
        good: of(Grade::Good),
        requires_improvement: of(Grade::RequiresImprovement),
        adequate: of(Grade::Adequate),
        inadequate: of(Grade::Inadequate),
        absent: 0,
    };
    let graded = counts.outstanding + counts.good + counts.requires_improvement + counts.adequate + counts.inadequate;
    counts.absent = all - graded;
    counts
}
