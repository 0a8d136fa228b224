//! Statements about frameworks.

pub mod areas;

use diesel::dsl::count_star;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::model::{
    AreaMatch, AreaRow, Comparability, Framework, FrameworkArea, FrameworkGrade, FrameworkKind, FrameworkRecord,
    FrameworkRow,
};
use crate::database::schema::{framework_areas, framework_grades, framework_kinds, frameworks};
use crate::error::{ApiError, NotFoundExt};
use crate::http::page::{Page, Window};
use crate::values::grade::Grade;
use crate::values::text::Code;

/// A page of frameworks, oldest first.
///
/// # Errors
///
/// `invalid_cursor`.
pub fn list(conn: &mut PgConnection, window: &Window) -> Result<(Vec<Framework>, Page), ApiError> {
    let after = window.after::<i32>()?.unwrap_or_default();
    let rows = frameworks::table
        .filter(frameworks::position.gt(after))
        .order(frameworks::position)
        .limit(window.rows())
        .select(FrameworkRow::as_select())
        .load(conn)?;
    let total = if window.counts() { Some(frameworks::table.select(count_star()).get_result(conn)?) } else { None };
    let (rows, page) = window.page(rows, total, |row| row.position)?;
    Ok((assemble(conn, rows)?, page))
}

/// The framework with this code.
///
/// # Errors
///
/// `not_found`.
pub fn get(conn: &mut PgConnection, framework: &Code) -> Result<Framework, ApiError> {
    let row = find(conn, framework).or_not_found("framework")?;
    assemble(conn, vec![row])?.pop().ok_or_else(|| ApiError::not_found("framework"))
}

/// The framework with this code, without its parts.
///
/// # Errors
///
/// `NotFound`.
pub fn find(conn: &mut PgConnection, framework: &Code) -> QueryResult<FrameworkRow> {
    frameworks::table.find(framework).select(FrameworkRow::as_select()).first(conn)
}

/// The frameworks that other data sets call by this code, or that have it.
pub fn named(conn: &mut PgConnection, code: &Code) -> QueryResult<Vec<FrameworkRow>> {
    frameworks::table
        .filter(frameworks::framework.eq(code).or(frameworks::aliases.contains(vec![code])))
        .order(frameworks::position)
        .select(FrameworkRow::as_select())
        .load(conn)
}

/// The areas of a framework, in order.
pub fn area_codes(conn: &mut PgConnection, framework: &Code) -> QueryResult<Vec<Code>> {
    framework_areas::table
        .filter(framework_areas::framework.eq(framework))
        .order(framework_areas::position)
        .select(framework_areas::area)
        .load(conn)
}

/// The grades of a framework, best first.
pub fn grades(conn: &mut PgConnection, framework: &Code) -> QueryResult<Vec<Grade>> {
    framework_grades::table
        .filter(framework_grades::framework.eq(framework))
        .order(framework_grades::position)
        .select(framework_grades::grade)
        .load(conn)
}

/// The kind of inspection with this code in a framework.
///
/// # Errors
///
/// `NotFound`.
pub fn kind(
    conn: &mut PgConnection,
    framework: &Code,
    kind: crate::values::inspection_kind::InspectionKind,
) -> QueryResult<FrameworkKind> {
    framework_kinds::table.find((framework, kind)).select(FrameworkKind::as_select()).first(conn)
}

/// Puts the parts of frameworks together: a fixed number of statements, however many frameworks.
fn assemble(conn: &mut PgConnection, rows: Vec<FrameworkRow>) -> Result<Vec<Framework>, ApiError> {
    let families = frameworks::table.select((frameworks::framework, frameworks::family)).load::<(Code, Code)>(conn)?;
    let areas = framework_areas::table
        .inner_join(frameworks::table)
        .order((frameworks::position, framework_areas::position))
        .select(AreaRow::as_select())
        .load(conn)?;
    let kinds = framework_kinds::table
        .order(framework_kinds::position)
        .select((framework_kinds::framework, FrameworkKind::as_select()))
        .load::<(Code, FrameworkKind)>(conn)?;
    let grades = framework_grades::table
        .order(framework_grades::position)
        .select((framework_grades::framework, FrameworkGrade::as_select()))
        .load::<(Code, FrameworkGrade)>(conn)?;
    let family = |code: &Code| families.iter().find(|(framework, _)| framework == code).map(|(_, family)| family);
    let frameworks = rows.into_iter().map(|row| {
        let own = areas.iter().filter(|area| area.framework == row.framework);
        Framework {
            areas: own.map(|area| describe(area, &areas, family)).collect(),
            kinds: parts(&kinds, &row.framework),
            grades: parts(&grades, &row.framework),
            framework: row.framework,
            name: row.name,
            family: row.family,
            description: row.description,
            valid_from: row.valid_from,
            valid_from_is_approximate: row.valid_from_is_approximate,
            valid_to: row.valid_to,
            valid_to_is_approximate: row.valid_to_is_approximate,
        }
    });
    Ok(frameworks.collect())
}

fn parts<T: Clone>(all: &[(Code, T)], framework: &Code) -> Vec<T> {
    all.iter().filter(|(owner, _)| owner == framework).map(|(_, part)| part.clone()).collect()
}

/// An area with those of other frameworks that share a group with it: exactly alike where family and code are the same.
fn describe<'a>(area: &AreaRow, all: &[AreaRow], family: impl Fn(&Code) -> Option<&'a Code>) -> FrameworkArea {
    let others = all.iter().filter(|other| {
        other.framework != area.framework
            && other.comparison_groups.iter().any(|group| area.comparison_groups.contains(group))
    });
    let lines_up_with = others.map(|other| {
        let same = other.area == area.area && family(&other.framework) == family(&area.framework);
        AreaMatch {
            framework: other.framework.clone(),
            area: other.area.clone(),
            comparability: if same { Comparability::Exactly } else { Comparability::Roughly },
        }
    });
    FrameworkArea {
        lines_up_with: lines_up_with.collect(),
        area: area.area.clone(),
        name: area.name.clone(),
        under: area.under.clone(),
    }
}

/// Writes a framework as it is in `data/`, at its place; what it no longer names stays, since inspections may
/// refer to it.
///
/// # Errors
///
/// If a record breaks a constraint.
pub fn replace(conn: &mut PgConnection, record: &FrameworkRecord, place: i32) -> QueryResult<()> {
    diesel::insert_into(frameworks::table)
        .values((record, frameworks::position.eq(place)))
        .on_conflict(frameworks::framework)
        .do_update()
        .set((
            frameworks::position.eq(place),
            frameworks::name.eq(excluded(frameworks::name)),
            frameworks::family.eq(excluded(frameworks::family)),
            frameworks::description.eq(excluded(frameworks::description)),
            frameworks::valid_from.eq(excluded(frameworks::valid_from)),
            frameworks::valid_from_is_approximate.eq(excluded(frameworks::valid_from_is_approximate)),
            frameworks::valid_to.eq(excluded(frameworks::valid_to)),
            frameworks::valid_to_is_approximate.eq(excluded(frameworks::valid_to_is_approximate)),
            frameworks::aliases.eq(excluded(frameworks::aliases)),
        ))
        .execute(conn)?;
    for (area, place) in record.areas.iter().zip(1_i32..) {
        diesel::insert_into(framework_areas::table)
            .values((area, framework_areas::framework.eq(&record.framework), framework_areas::position.eq(place)))
            .on_conflict((framework_areas::framework, framework_areas::area))
            .do_update()
            .set((area, framework_areas::position.eq(place)))
            .execute(conn)?;
    }
    for (kind, place) in record.kinds.iter().zip(1_i32..) {
        diesel::insert_into(framework_kinds::table)
            .values((kind, framework_kinds::framework.eq(&record.framework), framework_kinds::position.eq(place)))
            .on_conflict((framework_kinds::framework, framework_kinds::kind))
            .do_update()
            .set((kind, framework_kinds::position.eq(place)))
            .execute(conn)?;
    }
    for (grade, place) in record.grades.iter().zip(1_i32..) {
        diesel::insert_into(framework_grades::table)
            .values((grade, framework_grades::framework.eq(&record.framework), framework_grades::position.eq(place)))
            .on_conflict((framework_grades::framework, framework_grades::grade))
            .do_update()
            .set((grade, framework_grades::position.eq(place)))
            .execute(conn)?;
    }
    Ok(())
}
